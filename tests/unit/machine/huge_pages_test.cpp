#include "machine/huge_pages.hpp"

#include <catch2/catch.hpp>
#include <cstring>

#include "base/mapped_region.hpp"
#include "support/sizes.hpp"

using namespace bytebound;

namespace {

// 0x10000000-0x10400000: 4 MiB with 2 MiB huge; 0x20000000-0x20800000: 8 MiB with 6 MiB huge.
const char* smaps = "10000000-10400000 rw-p 00000000 00:00 0 \n"
                    "Size:               4096 kB\n"
                    "AnonHugePages:      2048 kB\n"
                    "VmFlags: rd wr hg \n"
                    "20000000-20800000 rw-p 00000000 00:00 0 \n"
                    "AnonHugePages:      6144 kB\n"
                    "7fff0000-7fff1000 r-xp 00000000 00:00 0                                  [vdso]\n"
                    "AnonHugePages:         0 kB\n";
using test::mib;

} // namespace

TEST_CASE("huge pages of whole mappings are summed") {
    CHECK(huge_page_bytes_in(smaps, 0x10000000, 4 * mib) == 2 * mib);
    CHECK(huge_page_bytes_in(smaps, 0x10000000, 0x20800000 - 0x10000000) == 8 * mib);
    CHECK(huge_page_bytes_in(smaps, 0x30000000, mib) == 0u);
}

TEST_CASE("in a mapping larger than the range, only huge pages that must be inside it count") {
    // 8 MiB mapping, 6 of them huge. 4 MiB are outside, so at least 2 of the 6 are inside.
    CHECK(huge_page_bytes_in(smaps, 0x20000000, 4 * mib) == 2 * mib);
    // 7 MiB are outside: all 6 may be there.
    CHECK(huge_page_bytes_in(smaps, 0x20000000, mib) == 0u);
}

TEST_CASE("huge pages of memory that another process shares count, too") {
    const char* shared = "10000000-10400000 rw-s 00000000 00:01 9 /memfd:bytebound (deleted)\n"
                         "AnonHugePages:         0 kB\n"
                         "ShmemPmdMapped:     4096 kB\n";
    CHECK(huge_page_bytes_in(shared, 0x10000000, 4 * mib) == 4 * mib);
}

TEST_CASE("a smaps file without the field gives no answer") {
    CHECK_FALSE(huge_page_bytes_in("10000000-10400000 rw-p 00000000 00:00 0 \nSize: 4096 kB\n", 0x10000000, mib));
    CHECK_FALSE(huge_page_bytes_in("", 0x10000000, mib));
}

TEST_CASE("a range of this process has at most as many huge page bytes as bytes") {
    auto region = MappedRegion::anonymous(4 * mib, 2 * mib);
    REQUIRE(region);
    std::memset(region->data(), 1, region->size());
    const auto huge = huge_page_bytes(region->data(), region->size());
    REQUIRE(huge);
    CHECK(*huge <= region->size());
    CHECK(*huge % (2 * mib) == 0);
}
