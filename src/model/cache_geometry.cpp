#include "model/cache_geometry.hpp"

#include <bit>
#include <string>

#include "base/text.hpp"

namespace bytebound {

namespace {

constexpr std::uint64_t shortest_line = 8, longest_line = 4096;
constexpr std::uint32_t usual_line = 64;
// Far above any real cache; keeps the simulator's own tables (4 bytes per line) below 1 GiB.
constexpr std::uint64_t most_bytes = std::uint64_t{16} << 30;
constexpr std::uint32_t most_ways = 65536;

Failure refuse_geometry(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "use cache geometry", std::move(object), std::move(cause), std::move(remedy)});
}

std::string written(const CacheGeometry& geometry) {
    return std::to_string(geometry.size_bytes) + ":" + std::to_string(geometry.ways);
}

Result<void> check_size(const CacheGeometry& geometry) {
    if (geometry.ways == 0 || geometry.ways > most_ways)
        return refuse_geometry(written(geometry), "the number of ways must be from 1 to 65536",
                               "give SIZE:WAYS, as in 32MiB:16");
    if (geometry.size_bytes == 0 || geometry.size_bytes > most_bytes)
        return refuse_geometry(written(geometry), "the size must be from 1 line to 16 GiB",
                               "give SIZE:WAYS, as in 32MiB:16");
    return {};
}

} // namespace

bool is_line_length(std::uint64_t bytes) {
    return std::has_single_bit(bytes) && bytes >= shortest_line && bytes <= longest_line;
}

Result<void> check(const CacheGeometry& geometry) {
    TRY(check_size(geometry));
    if (!is_line_length(geometry.line_bytes))
        return refuse_geometry(written(geometry), "a line of " + std::to_string(geometry.line_bytes) + " bytes",
                               "a line must be a power of two from 8 to 4096");
    const std::uint64_t way_bytes = std::uint64_t{geometry.ways} * geometry.line_bytes;
    if (geometry.size_bytes % way_bytes != 0) {
        const std::uint64_t below = geometry.size_bytes / way_bytes * way_bytes;
        return refuse_geometry(
            written(geometry),
            "the size is not divisible by " + std::to_string(geometry.line_bytes) + "-byte lines times " +
                std::to_string(geometry.ways) + " ways",
            "the nearest possible size: " + std::to_string(below != 0 ? below : way_bytes) + ":" +
                std::to_string(geometry.ways) +
                (geometry.line_bytes == usual_line ? "" : ":" + std::to_string(geometry.line_bytes)));
    }
    return {};
}

Result<CacheGeometry> parse_geometry(std::string_view text) {
    const std::string remedy = "give SIZE:WAYS, as in 32MiB:16";
    const std::vector<std::string> parts = split(text, ':');
    if (parts.size() != 2 && parts.size() != 3) return refuse_geometry(std::string(text), "not SIZE:WAYS", remedy);
    const auto size = parse_size(trim(parts[0]));
    if (!size) return refuse_geometry(std::string(text), "'" + parts[0] + "' is not a size", remedy);
    const auto ways = parse_unsigned(trim(parts[1]));
    if (!ways || *ways > most_ways)
        return refuse_geometry(std::string(text), "'" + parts[1] + "' is not a number of ways", remedy);
    CacheGeometry geometry{*size, static_cast<std::uint32_t>(*ways), 0};
    TRY(check_size(geometry));
    if (parts.size() == 2) return geometry;
    const auto line = parse_size(trim(parts[2]));
    if (!line || !is_line_length(*line))
        return refuse_geometry(std::string(text), "'" + parts[2] + "' is not the length of a line",
                               "give a power of two from 8 to 4096, as in 32MiB:16:128");
    geometry.line_bytes = static_cast<std::uint32_t>(*line);
    TRY(check(geometry));
    return geometry;
}

} // namespace bytebound
