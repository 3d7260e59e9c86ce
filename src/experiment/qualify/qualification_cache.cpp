#include "experiment/qualify/qualification_cache.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "archive/record_fields.hpp"
#include "base/input_file.hpp"
#include "base/replaced_file.hpp"
#include "base/text.hpp"
#include "base/write_error.hpp"

namespace bytebound {
namespace {

constexpr std::string_view cache_schema = "bytebound.qualification/1";

struct SavedQualification {
    std::string boot, setup;
    QualificationRecord record;
};

const fields::Table<SavedQualification>& fields_of(const SavedQualification*) {
    using R = SavedQualification;
    static constexpr fields::Field<R> list[] = {
        fields::computed<R, [](const R&) { return std::string(cache_schema); }>("schema"),
        fields::field<&R::boot>("boot"),
        fields::field<&R::setup>("setup"),
        fields::field<&R::record>("qualification"),
    };
    static constexpr fields::Table<R> table{list};
    return table;
}

/// FNV-1a hash for the file's name. The file contains the setup itself, which is compared.
std::string name_of_setup(const std::string& setup) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : setup) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3u;
    }
    return fmt::format("{:016x}.json", hash);
}

} // namespace

QualificationKey qualification_key(const CountingRequest& request, const Counting& counting, const SysRoot& root,
                                   const std::string& host, const std::string& version, bool quick) {
    QualificationKey key;
    if (const auto boot = root.read("proc/sys/kernel/random/boot_id")) key.boot = trim(*boot);
    std::string& text = key.setup;
    text = fmt::format("host {}\nversion {}\npace {}\n", host, version, quick ? "quick" : "full");
    text += fmt::format("cpu {}\nmemory {} {}\n", request.placement.cpus.at(0),
                        static_cast<int>(request.placement.policy), format_cpu_list(request.placement.nodes));
    for (const EventRecord& e : counting.events) {
        if (e.pass < 0) continue;
        text += fmt::format("event {} {} {} {} {} {} {} {} {} {} {} {} {} {}", e.name, e.role, e.source, e.pmu, e.type,
                            e.config, e.config1, e.config2, e.domain, e.pass, e.group, e.multiplexed, e.sharing,
                            e.bytes_per_count);
        for (const EventPartRecord& part : e.parts)
            text += fmt::format(", {} {} {} {} {} {} {}", part.pmu, part.type, part.config, part.config1, part.config2,
                                part.cpu, part.bytes_per_count);
        text += '\n';
    }
    return key;
}

Result<std::optional<QualificationRecord>> parse_qualification(std::string_view text, const QualificationKey& key) {
    auto saved = TRY(fields::record_of<SavedQualification>(
        text, cache_schema,
        {ExitCode::bad_data, "read qualification", "of this setup", {}, "remove the file, and measure again"}));
    if (saved.boot != key.boot || saved.setup != key.setup) return std::nullopt;
    saved.record.cached = true;
    return std::optional(std::move(saved.record));
}

CacheAnswer load_qualification(const std::filesystem::path& directory, const QualificationKey& key) {
    if (directory.empty() || key.boot.empty()) return {};
    const std::filesystem::path file = directory / name_of_setup(key.setup);
    const auto text = read_input(file, input::qualification);
    // A directory that this process cannot reach is like one that does not exist.
    const int number = text ? 0 : text.error().error;
    if (number == ENOENT || number == ENOTDIR || number == EACCES) return {};
    if (!text)
        return {{},
                fmt::format("{}: {}; delete it", file.string(),
                            text.error().cause.empty() ? errno_name(text.error().error) : text.error().cause)};
    auto record = parse_qualification(*text, key);
    if (!record) return {{}, file.string() + ": " + record.error().cause + "; delete it"};
    return {std::move(*record), {}};
}

std::optional<std::string> store_qualification(const std::filesystem::path& directory, const QualificationKey& key,
                                               const QualificationRecord& record) {
    constexpr std::string_view remedy = "set XDG_CACHE_HOME to a writable directory";
    if (directory.empty()) return fmt::format("neither XDG_CACHE_HOME nor HOME is set to a directory; {}", remedy);
    if (key.boot.empty())
        return "/proc/sys/kernel/random/boot_id cannot be read, so every run checks the counters again; make it "
               "readable";
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return fmt::format("{}: {}; {}", directory.string(), error.message(), remedy);
    const std::filesystem::path file = directory / name_of_setup(key.setup);
    const std::string text = fields::document_of(SavedQualification{key.boot, key.setup, record});
    // Another run may be writing the same file; the last one wins.
    remove_leftovers(directory);
    if (const int number = replace_file(file, text); number != 0)
        return fmt::format("{}: {} ({}); {}", file.string(), write_error({}, number).cause, errno_name(number), remedy);
    return std::nullopt;
}

} // namespace bytebound
