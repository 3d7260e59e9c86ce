#include "io/region_log.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

namespace bytebound {
namespace {

namespace format = region_format;

template <class T>
void put_bytes(std::string& bytes, const T& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_padded(std::string& bytes, std::string_view text, std::size_t padded) {
    bytes.append(text);
    bytes.append(padded - text.size(), '\0');
}

// Offsets of the records below.
constexpr std::size_t first_event = 4096, first_name = 4096 + 40 + 32, first_pass = first_name + 24;

/// One open event, one that is not open, the region "step" and a pass of 250 ns with 7 counts.
std::string small_file() {
    std::string bytes;
    format::Header header{};
    std::memcpy(header.magic, "BBREGION", 8);
    header.byte_order = 0x01020304;
    header.version = 1;
    header.header_bytes = 4096;
    header.events = 2;
    header.process = 41;
    header.thread = 42;
    header.opened_ns = 500;
    header.closed_ns = 9000;
    header.record_bytes = 40 + 32 + 24 + 64;
    header.dropped = 3;
    put_bytes(bytes, header);
    bytes.resize(4096);
    put_bytes(bytes, format::Event{{40, format::Kind::event, format::event_open}, 0.5});
    put_padded(bytes, {"cycles\0MiB\0u\0perf\0\0\0\0", 21}, 24);
    put_bytes(bytes, format::Event{{32, format::Kind::event, 0}, 1.0});
    put_padded(bytes, {"b\0\0\0\0why\0fix\0\0", 15}, 16);
    put_bytes(bytes, format::Name{{24, format::Kind::name, 0}, 0, 4});
    put_padded(bytes, "step", 8);
    put_bytes(bytes, format::Pass{{64, format::Kind::pass, 2}, 0, 1, 1000, 1250, 0, 1});
    put_bytes(bytes, format::Count{7, 250, 125});
    return bytes;
}

Result<RegionLog> parse_log(const std::string& bytes) { return parse_region_log(bytes, "a.bbr"); }

/// The error of the file with some of its bytes replaced.
template <class T>
std::string fault_of_log(std::size_t at, const T& value) {
    std::string bytes = small_file();
    std::memcpy(bytes.data() + at, &value, sizeof value);
    const auto log = parse_log(bytes);
    return log ? "it was accepted" : to_line(log.error());
}

std::string refused_log(const std::string& cause) {
    return "read regions a.bbr: " + cause + "; give a file that bytebound exec --regions wrote, or record again";
}

} // namespace

TEST_CASE("a file of regions is read as it was written") {
    const auto log = parse_log(small_file());
    REQUIRE(log);
    CHECK(log->process == 41);
    CHECK(log->thread == 42);
    CHECK(log->closed_ns == 9000u);
    CHECK(log->dropped == 3);
    CHECK(log->events == std::vector<RegionEvent>{{"cycles", "MiB", "u", "perf", "", "", "", true, false, false, 0.5},
                                                  {"b", "", "", "", "why", "fix", "", false, false, false, 1.0}});
    CHECK(log->names == std::vector<std::string>{"step"});
    CHECK(log->passes == std::vector<RegionPass>{{0, 1, 1000, 1250, 0, 1, false, true}});
    REQUIRE(log->counts_of(0).size() == 1);
    CHECK(log->counts_of(0)[0].count == 7);
    CHECK(log->counts_of(0)[0].enabled_ns == 250);
    CHECK(log->counts_of(0)[0].running_ns == 125);
    CHECK_FALSE(log->empty_ns);
}

TEST_CASE("a file that was not closed has the passes that were complete") {
    std::string bytes = small_file();
    bytes.resize(bytes.size() + 1000, '\x55'); // room that was reserved, and a record under construction
    std::memset(bytes.data() + offsetof(format::Header, closed_ns), 0, 8);
    const auto log = parse_log(bytes);
    REQUIRE(log);
    CHECK_FALSE(log->closed_ns);
    CHECK(log->passes.size() == 1);
}

TEST_CASE("every field of a file of regions is checked before it is used") {
    const auto record = [](std::size_t at, const std::string& cause) {
        return refused_log("record at byte " + std::to_string(at) + ": " + cause);
    };
    const auto u32 = [](std::uint32_t value) { return value; };
    const auto u64 = [](std::uint64_t value) { return value; };
    CHECK(fault_of_log(0, 'X') == refused_log("it does not begin with BBREGION"));
    CHECK(fault_of_log(8, u32(0x04030201)) == refused_log("it was written on a machine of the other byte order"));
    CHECK(fault_of_log(8, u32(5)) == refused_log("its byte order is unknown"));
    CHECK(fault_of_log(12, u32(2)) == refused_log("it has version 2 of the format, and this program reads 1"));
    CHECK(fault_of_log(16, u32(64)) == refused_log("its header is not of 4096 bytes"));
    CHECK(fault_of_log(20, u32(65)) == refused_log("it has more than 64 events"));
    CHECK(fault_of_log(20, u32(3)) == record(first_pass, "a pass comes before all events are described"));
    CHECK(fault_of_log(20, u32(1)) == record(first_event + 40, "there are more events than the header says"));
    CHECK(fault_of_log(48, u64(499)) == refused_log("it was closed before it was opened"));
    CHECK(fault_of_log(56, u64(161)) ==
          refused_log("it was cut: the records have 161 bytes, the file has 160 behind its header"));
    CHECK(fault_of_log(56, u64(UINT64_MAX)) ==
          refused_log("it was cut: the records have 18446744073709551615 bytes, the file has 160 behind its header"));
    CHECK(fault_of_log(56, u64(100)) == record(first_pass, "it is cut"));
    CHECK(fault_of_log(56, u64(120)) == record(first_pass, "its length 64 is impossible"));
    CHECK(fault_of_log(first_event, u32(0)) == record(first_event, "its length 0 is impossible"));
    CHECK(fault_of_log(first_event, u32(41)) == record(first_event, "its length 41 is impossible"));
    CHECK(fault_of_log(first_event + 4, std::uint16_t{9}) == record(first_event, "its kind 9 is unknown"));
    CHECK(fault_of_log(first_event + 8, 0.0) == record(first_event, "its scale is not above 0"));
    CHECK(fault_of_log(first_event + 16, '\0') == record(first_event, "its name is empty or of another event"));
    CHECK(fault_of_log(first_event + 40 + 16, 'x') == "it was accepted"); // another name
    CHECK(fault_of_log(first_name + 8, u32(1)) == record(first_name, "its region is not the next one"));
    CHECK(fault_of_log(first_name + 12, u32(8)) == record(first_name, "its name is longer than the record"));
    CHECK(fault_of_log(first_name + 12, u32(7)) == record(first_name, "its name contains a zero"));
    CHECK(fault_of_log(first_pass, u32(40)) == record(first_pass, "a pass has 64 bytes in this file"));
    CHECK(fault_of_log(first_pass + 8, u32(1)) == record(first_pass, "its region has no name"));
    CHECK(fault_of_log(first_pass + 12, u32(64)) == record(first_pass, "it has more than 64 levels"));
    CHECK(fault_of_log(first_pass + 24, u64(999)) == record(first_pass, "it ends before it begins"));
    CHECK(fault_of_log(first_pass + 32, std::int32_t{-2}) == record(first_pass, "its CPU is negative"));
    CHECK(to_line(parse_log("BBREGION").error()) == refused_log("it is shorter than a header"));
    CHECK(
        to_line(read_region_log("/nowhere/a.bbr").error()) ==
        "read regions /nowhere/a.bbr: it cannot be read (ENOENT); give a file that bytebound exec --regions wrote, or "
        "record again");
}

} // namespace bytebound
