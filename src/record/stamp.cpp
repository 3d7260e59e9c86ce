#include "record/stamp.hpp"

#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>

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

} // namespace

std::string utc_now() {
    const time_t now = ::time(nullptr);
    tm parts{};
    ::gmtime_r(&now, &parts);
    return formatted(parts, "%Y-%m-%dT%H:%M:%SZ");
}

std::string default_directory() {
    const time_t now = ::time(nullptr);
    tm parts{};
    ::localtime_r(&now, &parts);
    return "./bytebound-" + formatted(parts, "%Y%m%d-%H%M%S");
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
    return {"schema: " + std::string(schema), "host: " + record.host,
            "timestamp: " + record.started,   fmt::format("seed: {}", record.workload.spec.seed),
            "autotune source: none",          "command: " + command_line(record.command)};
}

} // namespace bytebound
