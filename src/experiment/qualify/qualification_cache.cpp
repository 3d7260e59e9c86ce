#include "experiment/qualify/qualification_cache.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "base/text.hpp"
#include "record/record_fields.hpp"

namespace bytebound {
namespace {

constexpr std::string_view cache_schema = "bytebound.qualification/1";

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

CacheAnswer load_qualification(const std::filesystem::path& directory, const QualificationKey& key) {
    if (directory.empty() || key.boot.empty()) return {};
    const std::filesystem::path file = directory / name_of_setup(key.setup);
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return {};
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    try {
        const auto document = parse_json(text);
        if (document.at("schema").get<std::string>() != cache_schema) return {{}, file.string() + ": unknown schema"};
        if (document.at("boot").get<std::string>() != key.boot) return {};
        if (document.at("setup").get<std::string>() != key.setup) return {};
        CacheAnswer answer;
        fields::Codec<QualificationRecord>::read(document.at("qualification"), answer.record.emplace());
        answer.record->cached = true;
        return answer;
    } catch (const std::exception& error) {
        return {{}, file.string() + ": " + error.what()};
    }
}

std::optional<std::string> store_qualification(const std::filesystem::path& directory, const QualificationKey& key,
                                               const QualificationRecord& record) {
    if (directory.empty()) return "neither XDG_CACHE_HOME nor HOME is set to a directory";
    if (key.boot.empty()) return "proc/sys/kernel/random/boot_id cannot be read";
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return fmt::format("{}: {}", directory.string(), error.message());
    const std::filesystem::path file = directory / name_of_setup(key.setup);
    // Another run may be writing the same file, so each uses its own temporary file; the last rename wins.
    const std::filesystem::path temporary = fmt::format("{}.{}", file.string(), ::getpid());
    const nlohmann::json document = {{"schema", cache_schema},
                                     {"boot", key.boot},
                                     {"setup", key.setup},
                                     {"qualification", fields::Codec<QualificationRecord>::write(record)}};
    {
        std::ofstream stream(temporary, std::ios::binary);
        stream << document_text(document);
        stream.flush();
        if (!stream) {
            std::filesystem::remove(temporary, error);
            return temporary.string() + ": it cannot be written";
        }
    }
    std::filesystem::rename(temporary, file, error);
    if (error) return fmt::format("{}: {}", file.string(), error.message());
    return std::nullopt;
}

} // namespace bytebound
