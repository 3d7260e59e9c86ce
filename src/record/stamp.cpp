#include "record/stamp.hpp"

#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <initializer_list>

#include "machine/environment.hpp"

namespace bytebound {
namespace {

std::string formatted(const tm& time, const char* format) {
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), format, &time);
    return std::string(text.data(), length);
}

bool plain(std::string_view word) {
    return !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                   "-_=.,:/+@%") == std::string_view::npos;
}

std::string file_word(std::string_view text) {
    std::string word(text);
    for (char& c : word)
        if (!plain(std::string_view(&c, 1)) || c == '/' || c == ':') c = '_';
    return word;
}

} // namespace

ProgramVersion program_version() {
    BuildInfo build = build_info();
    return {std::move(build.version), std::move(build.git_revision)};
}

void stamp_origin(RunRecord& record, const std::vector<std::string>& command, const SysRoot& root) {
    const ProgramVersion program = program_version();
    record.version = program.version;
    record.git_revision = program.git_revision;
    record.command = command;
    record.host_facts = host_facts(root);
    record.host = record.host_facts->host;
}

std::string utc_now() {
    const time_t now = ::time(nullptr);
    tm parts{};
    ::gmtime_r(&now, &parts);
    return formatted(parts, "%Y-%m-%dT%H:%M:%SZ");
}

std::string job_suffix(const std::function<const char*(const char*)>& variable, const std::string& host) {
    const auto first = [&variable](std::initializer_list<const char*> names) {
        for (const char* name : names)
            if (const char* value = variable(name); value != nullptr && *value != '\0') return file_word(value);
        return std::string();
    };
    // The tasks of an array have the job of the array in common and an index each.
    const std::string array = first({"SLURM_ARRAY_JOB_ID"}), task = first({"SLURM_ARRAY_TASK_ID"});
    const std::string job = !array.empty() && !task.empty() ? array + "_" + task : first({"SLURM_JOB_ID"});
    const std::string rank =
        first({"SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK"});
    if (job.empty() && rank.empty()) return "";
    std::string node = first({"SLURMD_NODENAME"});
    if (node.empty()) node = file_word(host);
    return (job.empty() ? "" : "-job" + job) + "-node" + node + (rank.empty() ? "" : "-rank" + rank);
}

std::string default_directory() {
    const time_t now = ::time(nullptr);
    tm parts{};
    ::localtime_r(&now, &parts);
    return "./bytebound-" + formatted(parts, "%Y%m%d-%H%M%S") + job_suffix(::getenv, host_name());
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "unknown";
}

std::string command_line(const std::vector<std::string>& command) {
    std::string line;
    for (const std::string& word : command) {
        if (!line.empty()) line += ' ';
        if (plain(word)) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word)
            line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

std::vector<std::string> sample_comments(const RunRecord& record, SampleFile kind) {
    switch (kind) {
    case SampleFile::steps: break;
    case SampleFile::workers: return csv_comments(record, "bytebound.workers/1");
    case SampleFile::background: return csv_comments(record, "bytebound.background/1");
    }
    return csv_comments(record, "bytebound.samples/1");
}

std::vector<std::string> csv_comments(const RunRecord& record, std::string_view schema) {
    return {"schema: " + std::string(schema),
            "host: " + record.host,
            "timestamp: " + record.started,
            fmt::format("seed: {}", record.workload.spec.seed),
            "autotune source: " + (record.autotune ? source_text(*record.autotune) : "none"),
            "command: " + command_line(record.command)};
}

} // namespace bytebound
