// A whole run with resctrl files in a tree: two workers in one group, every step exact, nothing left over.
#include <catch2/catch.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "archive/samples_csv.hpp"
#include "counters/resctrl/resctrl_collector.hpp"
#include "experiment/schedule/run.hpp"
#include "support/forwarding_sys.hpp"
#include "support/temporary_directory.hpp"
#include "support/tree.hpp"

using namespace bytebound;

namespace {

namespace fs = std::filesystem;

/// Two L3 domains. Each read of a counter's file returns 1000 bytes more than the previous one.
class CountingKernel final : public test::ForwardingSys {
public:
    std::vector<std::string> made, removed;

    SysResult make_directory(const char* path) override {
        const SysResult result = ForwardingSys::make_directory(path);
        made.emplace_back(fs::path(path).filename());
        for (const char* domain : {"mon_L3_00", "mon_L3_01"}) {
            fs::create_directories(fs::path(path) / "mon_data" / domain);
            for (const char* name : {"mbm_total_bytes", "mbm_local_bytes"})
                std::ofstream(fs::path(path) / "mon_data" / domain / name) << "0\n";
        }
        std::ofstream(fs::path(path) / "tasks").flush();
        return result;
    }
    SysResult remove_directory(const char* path) override {
        removed.emplace_back(fs::path(path).filename());
        fs::remove_all(path);
        return {0, 0};
    }
    SysResult write(int fd, const void* buffer, std::size_t bytes) override {
        const std::lock_guard lock(mutex_);
        ++writes;
        return ForwardingSys::write(fd, buffer, bytes);
    }
    SysResult read_at_start(int fd, void* buffer, std::size_t) override {
        const std::lock_guard lock(mutex_); // workers open at the same time
        const std::string text = std::to_string(count_[fd] += 1000) + "\n";
        std::memcpy(buffer, text.data(), text.size());
        return {static_cast<long>(text.size()), 0};
    }
    int writes = 0;

private:
    std::mutex mutex_;
    std::map<int, std::uint64_t> count_;
};

/// The table of collectors consists of plain functions, which read this tree. The rest of the run uses this machine.
std::optional<SysRoot>& tree_root() {
    static std::optional<SysRoot> root;
    return root;
}
std::unique_ptr<Collector> resctrl(Sys& sys, const SysRoot&) {
    return std::make_unique<ResctrlCollector>(sys, *tree_root(), true);
}
constexpr CollectorEntry table[] = {{"resctrl", "resctrl", Supplies::dram, "", resctrl}};

struct ResctrlRun {
    test::TemporaryDirectory directory;
    test::Tree tree;
    CountingKernel kernel;

    ResctrlRun() {
        tree.write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
                                   "flags\t\t: fpu cqm_mbm_total");
        tree.write("proc/filesystems", "nodev\tresctrl");
        tree.write("sys/fs/resctrl/info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes");
        tree.write("sys/fs/resctrl/mon_groups/", "");
    }
    Run prepare() {
        RunOptions options;
        options.workload.pool_rows = 16;
        options.workload.active_rows = 8;
        options.hidden_dim = options.up_cols = 4;
        options.ks = {4};
        options.steps_per_k = 3;
        options.batch = 1;
        options.repeats = 2;
        options.warmup = 1;
        options.loops = {LoopKind::index};
        options.counting.collectors = {"resctrl"};
        options.threads = 2;
        options.out = (directory / "run").string();
        options.qualify = Qualify::off;
        RunSeams seams;
        tree_root() = tree.root();
        seams.collectors = table;
        seams.machine = *discover(SysRoot());
        seams.machine->caches = {{3, "Unified", 65536, 16, 64, seams.machine->online, "sysfs"}};
        seams.facts = PlanFacts{};
        seams.capture_environment = false;
        auto run = Run::prepare(kernel, options, std::move(seams));
        if (!run) FAIL(to_line(run.error()));
        return std::move(*run);
    }
};

} // namespace

TEST_CASE("a run with --collector resctrl has one group with both workers, exact bytes per step, and removes it") {
    ResctrlRun setup;
    {
        Run run = setup.prepare();
        CHECK(setup.kernel.made.empty()); // preparing creates nothing
        const StopFlag never{0};
        const auto measured = run.measure({}, never);
        if (!measured) FAIL(to_line(measured.error()));
        const auto samples = read_samples(run.path() / "samples.csv");
        REQUIRE(samples);
        const auto& names = samples->events;
        const auto total =
            static_cast<std::size_t>(std::find(names.begin(), names.end(), "mbm_total_bytes") - names.begin());
        REQUIRE(total < names.size());
        CHECK(samples->rows.size() == 6);
        for (const Sample& sample : samples->rows) {
            REQUIRE(sample.readings[total]);
            // Read once before and once after the step: 1000 bytes at each of the two domains.
            CHECK(sample.readings[total]->count == 2000);
            CHECK(sample.readings[total]->state == ReadingState::counted);
            CHECK(sample.readings[total]->enabled_ns == sample.readings[total]->running_ns);
        }
        CHECK(run.record().events[total].role == "dram_bytes");
        CHECK(run.record().events[total].source == "resctrl");
    }
    CHECK(setup.kernel.made == std::vector<std::string>{"bytebound-" + std::to_string(::getpid())});
    CHECK(setup.kernel.removed == setup.kernel.made);
    CHECK(setup.kernel.writes >= 2 * 2); // two workers, once per phase
}

TEST_CASE("SIGINT during a run also removes the group") {
    ResctrlRun setup;
    {
        Run run = setup.prepare();
        StopFlag stop{0};
        const auto measured = run.measure(
            [&](const Progress& progress) {
                if (progress.stage == "measure" && progress.done == 1) stop = SIGINT;
            },
            stop);
        REQUIRE_FALSE(measured);
        CHECK(measured.error().code == ExitCode::interrupted);
    }
    CHECK(setup.kernel.removed == setup.kernel.made);
    CHECK(setup.kernel.made.size() == 1);
}
