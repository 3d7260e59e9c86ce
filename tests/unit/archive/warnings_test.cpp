#include "record/warnings.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "archive/record_json.hpp"
#include "io/json.hpp"
#include "record/environment_warnings.hpp"

using namespace bytebound;

namespace {

using Whole = std::uint64_t;
using List = std::vector<std::uint64_t>;

/// A warning and the line that is shown for it.
struct Example {
    Warning warning;
    const char* text;
};

QualifiedEvent event(const std::string& name, const std::string& kernel, const std::string& reason) {
    QualifiedEvent out;
    out.name = name, out.kernel = kernel, out.reason = reason;
    return out;
}

Warning of_environment(const std::vector<EnvironmentFact>& facts) {
    const auto found = environment_warnings(facts);
    REQUIRE(found.size() == 1);
    return found[0];
}

Warning of_change(const std::vector<EnvironmentFact>& facts) {
    const auto found = change_warnings(facts);
    REQUIRE(found.size() == 1);
    return found[0];
}

std::vector<Example> examples_of_options() {
    const std::vector<std::uint32_t> two = {50, 60}, three = {20, 50, 60}, again = {4, 4};
    return {
        {warnings::k_clipped(two, 20), "k 50, 60 clipped to 20: a step can change at most 2 min(m, N - m) rows"},
        {warnings::k_merged(three, 20, 50), "k 20, 60 are the same experiment as k 50 (k = 20): one row"},
        {warnings::k_merged(two, 20, 60), "k 50 is the same experiment as k 60 (k = 20): one row"},
        {warnings::k_merged(again, 4, 4), "k 4 was listed more than once: one row"},
        {warnings::event_repeated("cycles"), "event cycles was listed more than once: counted once"},
        {warnings::warmup_capped(4, 2000, 512),
         "k 4: the cache needs 2000 steps of warm-up, 512 were done; give --warmup 2000"},
        {warnings::llc_unknown(33554432), "the last-level cache of the chosen CPUs is unknown: 32 MiB assumed for "
                                          "sweep, warm-up and simulation; give --llc SIZE:WAYS"},
        {warnings::llc_ways_assumed(1572864, 16),
         "the number of ways of the last-level cache (1.5 MiB) is unknown or does not divide its size: 16 assumed; "
         "give --llc SIZE:WAYS"},
        {warnings::llc_unknown_when_timed(33554432),
         "the last-level cache of the chosen CPUs is unknown: at least 32 MiB assumed for sweep and warm-up; --llc "
         "describes only the simulated cache"},
        {warnings::llc_line_assumed(64),
         "no cache of this machine states its line length: 64 bytes assumed; give --llc SIZE:WAYS:LINE"},
        {warnings::expectation_outside("index", 16, "dram_read_bytes", 137216, 63488, 92160),
         "index at k 16: the closed form expects 134 KiB of dram_read_bytes per step, outside of the simulated "
         "interval of 62 KiB to 90 KiB: by chance (one figure in 20), or because of its approximations; compare them "
         "in Expected traffic"},
        {warnings::private_level_unknown(2),
         "the L2 of this machine is unknown, is its last level, or has a line size other than that of the simulated "
         "LLC: simulated without it; give --l2 SIZE:WAYS, or none"},
        {warnings::hierarchy_not_simulated(), "--cache-model is given but nothing is simulated: it changes only the "
                                              "expected traffic; add --collector sim"},
        {warnings::l1_above_l2(65536, 32768),
         "the simulated L1 (64 KiB) is larger than the L2 (32 KiB): no real processor has this"},
        {warnings::levels_not_emulated("callgrind", LlcPolicy::inclusive),
         "callgrind emulates only the last level (and a small first one), not --cache-model inclusive: its figures and "
         "those of sim are for different caches"},
        {warnings::emulated_rows_straddle("callgrind", 24),
         "callgrind counts an access to two absent lines as one miss: rows of 24 bytes, not a multiple of 32, lose up "
         "to two lines in each copy; choose columns in multiples of 32 bytes"},
        {warnings::emulated_cache_differs("callgrind", {272629760, 20, 64}, 268435456, 16),
         "callgrind needs a power of two of sets: it uses 256 MiB with 16 ways instead of 260 MiB with 20 ways"},
    };
}

std::vector<Example> examples_of_runs() {
    const QualifiedEvent failed = event("ddr-read", "read", "it counted 0 of 64 MiB");
    const QualifiedEvent alone = event("cycles", "", "it did not count");
    return {
        {warnings::core_kinds_mixed("cpu_core (CPU 0); cpu_atom (CPU 16)"),
         "the workers run on cores of different kinds: cpu_core (CPU 0); cpu_atom (CPU 16); choose CPUs of one kind "
         "with --cpus"},
        {warnings::core_kinds_unranked("armv8_pmuv3_0 (CPU 0)"),
         "this machine has cores of different kinds and does not state which are fast: the workers run on "
         "armv8_pmuv3_0 (CPU 0); choose CPUs with --cpus"},
        {warnings::cpus_not_bound("a recorded machine"), "threads were not pinned: a recorded machine"},
        {warnings::memory_policy_replaced("bind of nodes 1", "local"),
         "the process was started with the memory policy bind of nodes 1 (as by numactl); the loops' memory follows "
         "--mem local instead"},
        {warnings::steps_migrated(3, 60), "3 of 60 measured steps did not stay on their CPU; pin with --cpus, or leave "
                                          "the CPUs free of other work"},
        {warnings::pages_out_of_place("slab.up", 80),
         "80.0 % of the pages of slab.up are on the requested nodes; free memory there, or give --mem"},
        {warnings::changes_exchanged(2, 6, 2.5, 5.5),
         "--add 2 --remove 6 did not fit into every step, so A and R were exchanged: the measured steps have A = 2.50 "
         "and R = 5.50 on average; give a larger --N or --m, or fewer --steps-per-k"},
        {warnings::precision_missed(std::vector<std::uint32_t>{16, 64}, 20, 0.05, 0.123),
         "k 16, 64: --max-time (20 s) ended the repeats before every time ratio was within 5 %; the widest interval is "
         "+/-12.3 %; give a longer --max-time, or --repeats N"},
        {warnings::precision_missed(std::vector<std::uint32_t>{16}, 0.5, 0.025, {}),
         "k 16: --max-time (0.5 s) ended the repeats before every time ratio was within 2.5 %; give a longer "
         "--max-time, or --repeats N"},
        {warnings::blocks_imprecise(20, 0.05, 0.123),
         "--max-time (20 s) ended the blocks before the time was within 5 %; its interval is +/-12.3 %; give a longer "
         "--max-time, or --repeats N"},
        {warnings::passes_missing(1, 2, 3, 4, 5),
         "passes of regions are not recorded: 1 beyond the limits of a thread or its space, 2 ends without a begin, 3 "
         "begins without an end, 4 calls in signal handlers, 5 open at the end of their thread; see Regions in "
         "docs/library.md"},
        {warnings::command_changes_user("A"),
         "the program of A runs with another user's or group's rights (setuid): the kernel stops counting it at its "
         "exec unless bytebound has these rights, too"},
        {warnings::not_stationary("paired", 16, "lines read", 10),
         "paired at k 16: the traffic (lines read) drifts, or fluctuates more slowly than 10 steps; give a longer "
         "--warmup or more --steps-per-k"},
        {warnings::counting_note("2 groups: 2 passes"), "2 groups: 2 passes"},
        {warnings::os_fallback("cpu-migrations", "EACCES"),
         "cpu-migrations comes from getrusage or /proc instead of perf: EACCES"},
        {warnings::preset_note("uncore_imc_0: its cpumask is empty"), "uncore_imc_0: its cpumask is empty"},
        {warnings::preset_unverified("intel-icx"),
         "preset intel-icx has not been verified on hardware: compare its DRAM bytes with the simulation, and qualify "
         "them on streams of known volume"},
        {warnings::bytes_per_cas_given(32), "--bytes-per-cas 32 replaces the preset's bytes per count"},
        {warnings::batched(16, 65536, 110694.4, 8),
         "k 16: one step moves 64 KiB; background traffic masks anything below 108.1 KiB: counters are read every 8 "
         "steps of a longer trace"},
        {warnings::batch_too_small(16, 65536, 110694.4, 4, "--between"),
         "k 16: one step moves 64 KiB; background traffic masks anything below 108.1 KiB: batches of 4 steps are the "
         "most that --between allows; single readings mean little"},
        {warnings::unqualified(failed, false), "ddr-read failed qualification (read): it counted 0 of 64 MiB; its "
                                               "figures are withheld; --allow-unqualified shows them"},
        {warnings::unqualified(alone, true), "cycles failed qualification: it did not count; its figures are shown "
                                             "with the mark ! (--allow-unqualified)"},
        {warnings::qualification_cache("q.json: it is empty; delete it"),
         "cannot use the qualification cache: q.json: it is empty; delete it"},
        {warnings::small_calibration_buffers(1, 1610612736, 805306368),
         "1 thread: buffers of 1.5 GiB are not larger than 4 x the 768 MiB of last-level cache, which may contain part "
         "of them (--quick); ceilings of memory are marked"},
        {warnings::small_calibration_buffers(2, 1610612736, 805306368),
         "2 threads: buffers of 1.5 GiB are not larger than 4 x the 768 MiB of last-level cache, which may contain "
         "part of them (--quick); ceilings of memory are marked"},
        {warnings::few_calibration_rounds(5), "5 rounds, fewer than 6: the intervals of the ceilings are wide; "
                                              "give --repeats 6 or more"},
        {warnings::calibration_stale("c.json", "the kernel was 6.1.0, is 6.5.0"),
         "the calibration c.json is not used: the kernel was 6.1.0, is 6.5.0; measure it again with bytebound "
         "calibrate"},
        {warnings::calibration_unreadable("c.json: parse error"),
         "cannot use a saved calibration: c.json: parse error; measure it again with bytebound calibrate"},
        {warnings::autotune_stale("t.json", "the kernel was 6.1.0, is 6.5.0"),
         "the autotune t.json is not used: the kernel was 6.1.0, is 6.5.0; measure it again with bytebound autotune"},
        {warnings::autotune_unreadable("t.json: parse error"),
         "cannot use a saved autotune: t.json: parse error; measure it again with bytebound autotune"},
    };
}

std::vector<Example> examples_of_the_environment() {
    return {
        {of_environment({{"frequency", "governor", "powersave", ""}}),
         "the frequency governor is powersave: times include frequency changes; set it to performance (cpupower "
         "frequency-set -g performance)"},
        {of_environment({{"frequency", "turbo", "on", ""}}),
         "turbo is on: the clock depends on temperature and on the load of other cores; switch it off "
         "(intel_pstate/no_turbo or cpufreq/boost) for comparable times"},
        {of_environment({{"smt", "sibling load", "12.5 % (CPU 4)", ""}}),
         "an SMT sibling of a chosen CPU was busy 12.5 % (CPU 4) before the run: it shares the core's units and "
         "caches; "
         "stop that work or choose other cores with --cpus"},
        {of_environment({{"load", "chosen CPUs", "100.0 % (CPU 0)", ""}}),
         "a chosen CPU was busy 100.0 % (CPU 0) before the run began: steps will be descheduled; stop that work or "
         "choose other CPUs with --cpus"},
        {of_environment({{"load", "steal", "1.0 % (CPU 2)", ""}}),
         "the hypervisor took 1.0 % (CPU 2) from a chosen CPU before the run: times include waiting for the host; use "
         "dedicated CPUs"},
        {of_environment({{"load", "average", "2.30 1 1 1/2 3", ""}, {"load", "online CPUs", "8", ""}}),
         "the load average is 2.30 on 8 CPUs: other work shares caches and memory bandwidth; run on an idle machine"},
        {of_environment({{"memory", "NUMA balancing", "1", ""}}),
         "automatic NUMA balancing is on (1): the kernel unmaps and moves pages during the run; write 0 to "
         "/proc/sys/kernel/numa_balancing"},
        {of_environment({{"memory", "transparent huge pages", "never", ""}}),
         "transparent huge pages are off (never): rows are on small pages and copies cause more TLB misses; set "
         "/sys/kernel/mm/transparent_hugepage/enabled to madvise"},
        {of_environment({{"kernel", "clock source", "hpet", ""}}),
         "the clock source is hpet: reading the time is a slow system call; boot with a usable tsc"},
        {of_environment({{"virtualisation", "CPU quota", "0.50 CPUs", ""}}),
         "a cgroup limits the CPU time to 0.50 CPUs: threads stop when it is exhausted; raise the limit (cpu.max)"},
        {of_environment({{"kernel", "NMI watchdog", "1", ""}}),
         "the NMI watchdog is on (1): it uses one counter of the core PMU; write 0 to /proc/sys/kernel/nmi_watchdog"},
        {of_environment({{"virtualisation", "virtual machine", "yes: CPU flag hypervisor", ""}}),
         "this is a virtual machine (CPU flag hypervisor): the host's load, cache and memory bandwidth are not visible "
         "from the guest; repeat on bare metal before trusting small differences"},
        {of_change({{"frequency", "governor", "performance", "", "powersave"}}),
         "governor (frequency) changed during the run: performance before, powersave after; find out what changes it "
         "(bytebound doctor --tuning) and run again"},
        {of_change({{"smt", "sibling load", "0.0 % (CPU 4)", "", "12.5 % (CPU 4)"}}),
         "an SMT sibling of a chosen CPU was busy 12.5 % (CPU 4) while the steps were measured: it shares the core's "
         "units and caches; stop that work or choose other cores with --cpus"},
    };
}

std::vector<Example> examples() {
    auto all = examples_of_options();
    for (const auto& more : {examples_of_runs(), examples_of_the_environment()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

Warning read_back(const Warning& warning) {
    RunRecord run;
    run.warnings = {warning};
    const auto read = parse_run_record(to_json_text(run), "run.json");
    if (!read) FAIL(to_line(read.error()));
    return read->warnings.at(0);
}

} // namespace

TEST_CASE("every warning says what is wrong, how much, and what to do") {
    for (const Example& example : examples())
        CHECK(text_of(example.warning) == example.text);
}

TEST_CASE("every code of the table is given by a warning, which supplies the fields of its text and no others") {
    std::set<std::string_view> codes;
    for (const WarningEntry& entry : warning_table()) {
        INFO(entry.code);
        CHECK(codes.insert(entry.code).second);
        auto expected = field_names(entry.text);
        std::sort(expected.begin(), expected.end());
        bool given = false;
        for (const auto& [warning, text] : examples()) {
            if (warning.code != entry.code) continue;
            given = true;
            std::vector<std::string> names;
            REQUIRE(warning.fields);
            for (const auto& [name, value] : *warning.fields)
                names.push_back(name);
            CHECK(names == expected);
        }
        CHECK(given);
    }
    for (const Example& example : examples())
        CHECK(codes.contains(example.warning.code));
}

TEST_CASE("numbers, truth values and lists in a warning are those of run.json") {
    for (const Example& example : examples()) {
        const Warning read = read_back(example.warning);
        CHECK(read == example.warning);
        CHECK(text_of(read) == example.text);
    }
    RunRecord run;
    run.warnings = {warnings::batched(16, 65536, 110694.4, 8),
                    warnings::unqualified(event("cycles", "", "none"), true)};
    const auto document = nlohmann::json::parse(to_json_text(run)).at("warnings");
    CHECK(document[0].at("fields") ==
          nlohmann::json({{"k", 16}, {"step_bytes", 65536.0}, {"hidden_bytes", 110694.4}, {"batch_steps", 8}}));
    CHECK(document[0].at("fields").at("k").is_number_unsigned());
    CHECK(document[1].at("fields") ==
          nlohmann::json({{"event", "cycles"}, {"kernel", nullptr}, {"reason", "none"}, {"allow_unqualified", true}}));
}

TEST_CASE("a warning that the table has no words for is shown as it was stored") {
    const Warning older{"turbo_on", std::nullopt, "turbo is on"};
    const Warning unknown{"later_code", WarningFields{{"k", Whole{3}}}, "k 3 is odd"};
    const Warning lacking{"k_clipped", WarningFields{{"k", Whole{20}}}, "k was clipped to 20"};
    CHECK(text_of(older) == "turbo is on");
    CHECK(text_of(unknown) == "k 3 is odd");
    CHECK(text_of(lacking) == "k was clipped to 20");
    CHECK(read_back(older) == older);
    CHECK(read_back(unknown) == unknown);
    CHECK(read_back(lacking) == lacking);
}

TEST_CASE("a value of another type than its text shows is not turned into a number") {
    Warning warning = warnings::llc_unknown(33554432);
    warning.stored_text = "as stored";
    CHECK(text_of(warning).starts_with("the last-level cache"));
    for (const WarningValue& value :
         {WarningValue(std::string("a text")), WarningValue(true), WarningValue(std::vector<std::uint64_t>{1, 2})}) {
        warning.fields->find("assumed_bytes")->second = value;
        CHECK(text_of(warning) == "as stored");
    }
}

TEST_CASE("a text shows its fields as sizes, with decimals, by number, or leaves them out") {
    const WarningFields fields = {
        {"bytes", Whole{1536}}, {"share", 12.345},          {"one", List{7}}, {"three", List{7, 8, 9}},
        {"none", List{}},       {"name", std::string("x")}, {"on", true},     {"off", false}};
    CHECK(filled("{bytes} {share} {three} {name}", fields) == "1536 12.345 7, 8, 9 x");
    CHECK(filled("{bytes:size}, {share:1} %, {share:0} %", fields) == "1.5 KiB, 12.3 %, 12 %");
    CHECK(filled("{one:this|these} {three:this|these} {none:this|these}", fields) == "this these these");
    CHECK(filled("{on?yes|no} {off?yes|no}", fields) == "yes no");
    CHECK(filled("a{name? ({name}: {share:2})|}b{none? ({bytes})|?}", fields) == "a (x: 12.35)b?");
    CHECK(field_names("{b:size} {a?{c} {b}|{d:x|y}} z") == std::vector<std::string>{"b", "a", "c", "d"});
    CHECK(field_names("nothing").empty());
}

TEST_CASE("a list in a warning of run.json has whole numbers only") {
    RunRecord run;
    const std::vector<std::uint32_t> requested = {50};
    run.warnings = {warnings::k_clipped(requested, 20)};
    auto document = nlohmann::json::parse(to_json_text(run));
    document.at("warnings").at(0).at("fields").at("k_requested") = {1, -2};
    const auto refused = parse_run_record(document.dump(), "run.json");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause ==
          "/warnings/0/fields/k_requested/1: it is not a whole number from 0 to 18446744073709551615");
}
