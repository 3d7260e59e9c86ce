// CPU time of an empty region, interleaved with its floor, two read(2) calls on the same group of events, and with
// PAPI's high-level region. PAPI counts software-defined events there: it supports kernel events only on CPUs in its
// tables, and reading these costs no system call, so its row is a lower limit. Usage: bench_region_cost [off]
#include <bytebound/bytebound.h>

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#ifdef BYTEBOUND_HAVE_SDE
#include <papi.h>
#include <sde_lib.h>
#endif

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// CPU time of this thread: other programs do not count.
std::uint64_t cpu_ns() {
    timespec t;
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(t.tv_nsec);
}

constexpr int passes = 2000;

/// The group that the library opens for "task-clock,page-faults".
int open_group() {
    int leader = -1;
    for (const std::uint64_t config : {PERF_COUNT_SW_TASK_CLOCK, PERF_COUNT_SW_PAGE_FAULTS}) {
        perf_event_attr attr{};
        attr.size = sizeof attr;
        attr.type = PERF_TYPE_SOFTWARE;
        attr.config = config;
        attr.exclude_kernel = attr.exclude_hv = 1;
        attr.read_format =
            PERF_FORMAT_GROUP | PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
        const long fd = ::syscall(SYS_perf_event_open, &attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
        if (fd < 0) return -1;
        if (leader < 0) leader = static_cast<int>(fd);
    }
    return leader;
}

struct Way {
    std::string name;
    std::function<void()> pass;
    std::vector<double> ns = {}; ///< per pass, one for each round
};

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

void time_rounds(std::vector<Way>& ways, int rounds) {
    for (int round = -1; round < rounds; ++round) // the first one warms up
        for (std::size_t i = 0; i < ways.size(); ++i) {
            Way& way = ways[(i + static_cast<std::size_t>(round + 1)) % ways.size()];
            const std::uint64_t start = cpu_ns();
            for (int pass = 0; pass < passes; ++pass)
                way.pass();
            if (round >= 0) way.ns.push_back(static_cast<double>(cpu_ns() - start) / passes);
        }
}

void region() {
    bytebound_region_begin("empty");
    bytebound_region_end("empty");
}

#ifdef BYTEBOUND_HAVE_SDE
/// Whether PAPI's high-level interface records anything here.
bool start_papi(const std::string& directory) {
    static long long rows = 0, bytes = 0;
    papi_handle_t library = papi_sde_init("test");
    papi_sde_register_counter(library, "rows", PAPI_SDE_RO | PAPI_SDE_DELTA, PAPI_SDE_long_long, &rows);
    papi_sde_register_counter(library, "bytes", PAPI_SDE_RO | PAPI_SDE_DELTA, PAPI_SDE_long_long, &bytes);
    ::setenv("PAPI_EVENTS", "sde:::test::rows,sde:::test::bytes", 1);
    ::setenv("PAPI_OUTPUT_DIRECTORY", directory.c_str(), 1);
    return PAPI_hl_region_begin("empty") == PAPI_OK && PAPI_hl_region_end("empty") == PAPI_OK;
}
#endif

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string_view> words(argv + 1, argv + argc);
    const bool off = std::find(words.begin(), words.end(), "off") != words.end();
    const bool quick =
        std::any_of(words.begin(), words.end(), [](auto word) { return word.starts_with("--benchmark"); });
    const int rounds = quick ? 3 : 101;
    std::string directory = (std::filesystem::temp_directory_path() / "bytebound-regions-XXXXXX").string();
    if (::mkdtemp(directory.data()) == nullptr) return 1;
    if (!off) ::setenv("BYTEBOUND_REGIONS_DIRECTORY", directory.c_str(), 1);
    ::setenv("BYTEBOUND_REGIONS_EVENTS", "task-clock,page-faults", 0);

    std::vector<Way> ways;
    const int fd = open_group();
    std::array<std::uint64_t, 7> before{}, after{};
    if (fd >= 0)
        ways.push_back({"two read(2) calls on the group", [&] {
                            if (::read(fd, before.data(), sizeof before) + ::read(fd, after.data(), sizeof after) < 112)
                                std::abort();
                        }});
    ways.push_back({off ? "region, not recorded" : "region, recorded", region});
#ifdef BYTEBOUND_HAVE_SDE
    if (start_papi(directory))
        ways.push_back({"PAPI_hl_region_begin and _end, 2 software-defined events", [] {
                            PAPI_hl_region_begin("empty");
                            PAPI_hl_region_end("empty");
                        }});
    else
        std::printf("PAPI's high-level interface counts nothing here\n");
#endif
    region();
    std::array<char, 512> line{};
    bytebound_region_status(line.data(), line.size());
    std::printf("%s\n", line.data());
    time_rounds(ways, rounds);
    for (const Way& way : ways) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < way.ns.size(); ++i)
            ratios.push_back(way.ns[i] / ways.front().ns[i]);
        std::printf("%-60s %8.1f ns  %6.3f x\n", way.name.c_str(), median(way.ns), median(ratios));
    }
    std::filesystem::remove_all(directory);
}
