#include <catch2/catch.hpp>

#include "evidence/run_likeness.hpp"
#include "support/example_run.hpp"
#include "support/programs.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

std::string refusal(const RunRecord& head, const AllowedDifferences& allowed = {}) {
    const auto alike = check_alike(example_run(), head, "head", allowed);
    if (alike) return {};
    CHECK(alike.error().code == ExitCode::bad_data);
    return to_line(alike.error());
}

} // namespace

TEST_CASE("runs of one host and workload are alike, whatever their repeats, steps, loops and ks") {
    RunRecord head = example_run();
    head.workload.repeats = 30;
    head.workload.steps_per_k = 7;
    head.workload.loops = {"mask"};
    head.experiments.resize(1);
    CHECK(refusal(head).empty());
}

TEST_CASE("a run of another host is refused unless that is allowed") {
    RunRecord head = example_run();
    head.host = "=cmd()\n";
    CHECK(refusal(head) ==
          "compare head: it is of another host: host (example and =cmd()\\n); compare runs of one host, or "
          "give --allow-different-host");
    CHECK(refusal(head, {true, false}).empty());
    CHECK_FALSE(refusal(head, {false, true}).empty());
}

TEST_CASE("another CPU below the same name is another host, where both are recorded") {
    RunRecord base = example_run(), head = example_run();
    head.host_facts = HostFacts{"example", "CPU 2", "6.1", "never"};
    CHECK(host_differences(base, head).empty());
    base.host_facts = HostFacts{"example", "CPU 1", "6.1", "never"};
    CHECK(to_text(host_differences(base, head)) == "CPU (CPU 1 and CPU 2)");
}

TEST_CASE("another workload is refused with all fields that differ, as options are called") {
    RunRecord head = example_run();
    head.workload.spec.seed = 2;
    head.workload.spec.pool_rows = 128;
    head.workload.warmup = 4;
    head.workload.tau = 0.5;
    CHECK(refusal(head) ==
          "compare head: it has another workload: N (64 and 128), seed (1 and 2), warmup (auto and 4), tau "
          "(0.25 and 0.5); measure with equal options, or give --allow-different-workload");
    CHECK(refusal(head, {false, true}).empty());
}

TEST_CASE("tau matters to hybrid only, and grain to several threads only") {
    RunRecord base = example_run(), head = example_run();
    base.workload.loops = head.workload.loops = {"paired"};
    head.workload.tau = 0.75;
    head.workload.grain = 4;
    CHECK(workload_differences(base, head).empty());
    base.workload.threads = head.workload.threads = 2;
    CHECK(to_text(workload_differences(base, head)) == "grain (0 and 4)");
}

TEST_CASE("the same k with other numbers of added and removed rows is another workload") {
    RunRecord base = example_run(), head = example_run();
    for (ExperimentRecord& each : base.experiments)
        each.added = 4, each.removed = 4;
    for (ExperimentRecord& each : head.experiments)
        each.added = each.k == 2 ? 2 : 4, each.removed = each.k == 2 ? 6 : 4;
    CHECK(to_text(workload_differences(base, head)) == "A+R of k=2 (4+4 and 2+6)");
}

TEST_CASE("alternating numbers of rows are one workload whatever the steps, and another than fixed numbers") {
    // 9+8 and 8+9 in turn: means of 8.5 over 20 steps, 26/3 over 3.
    RunRecord base = example_run(), head = example_run();
    for (RunRecord* run : {&base, &head})
        run->experiments.resize(1);
    ExperimentRecord &ours = base.experiments[0], &theirs = head.experiments[0];
    ours.k = theirs.k = 17;
    ours.readings = 20, ours.added = 8.5, ours.removed = 8.5;
    theirs.readings = 3, theirs.added = 26.0 / 3, theirs.removed = 25.0 / 3;
    CHECK(workload_differences(base, head).empty());
    theirs.readings = 20, theirs.added = 8, theirs.removed = 9; // --add 8 --remove 9
    CHECK(to_text(workload_differences(base, head)) == "A+R of k=17 (8.5+8.5 and 8+9)");
}

TEST_CASE("steps are the same where warm-up and length of a phase are, whatever the readings") {
    const RunRecord base = example_run();
    RunRecord head = base;
    const ExperimentRecord& row = base.experiments[0];
    ExperimentRecord other = row;
    CHECK(same_steps(base, row, head, other));
    other.batch = 3; // one reading of 3 steps
    other.readings = 1;
    CHECK(same_steps(base, row, head, other));
    other.readings = 2;
    CHECK_FALSE(same_steps(base, row, head, other));
    other = row;
    other.warmup_steps = row.warmup_steps + 1;
    CHECK_FALSE(same_steps(base, row, head, other));
}

TEST_CASE("simulations of unlike caches, policies or stores are not comparable") {
    const RunRecord base = example_run();
    const ExperimentRecord& row = base.experiments[0];
    RunRecord head = base;
    CHECK(why_unlike_simulations(base, row, head, row).empty());
    ExperimentRecord other = row;
    other.copy_method = "avx2";
    CHECK(why_unlike_simulations(base, row, head, other).empty());
    other.copy_method = "nt";
    CHECK(why_unlike_simulations(base, row, head, other) ==
          "simulated for the copies that each run's trial chose: ordinary stores in base, non-temporal stores in head");
    other.copy_method = "prefetch:4x8"; // its lines are loaded earlier
    CHECK(why_unlike_simulations(base, row, head, other) ==
          "simulated for the copies that each run's trial chose: ordinary stores in base, ordinary stores with "
          "prefetch:4x8 in head");
    head.simulation->geometry.size_bytes = 131072;
    CHECK(why_unlike_simulations(base, row, head, row) ==
          "simulated for unlike caches: 64 KiB in 16 ways, lines of 64, and 128 KiB in 16 ways, lines of 64");
}

TEST_CASE("runs of commands are alike where the commands of equal names are, and unlike any run of loops") {
    const RunRecord base = two_commands();
    RunRecord head = two_commands();
    head.workload.spec.seed = 2;
    head.workload.repeats = 30;
    CHECK(workload_differences(base, head).empty());
    head.subject.commands->commands[1].argv = {"cp", "a", "b"};
    head.subject.commands->prepare = {"sync"};
    CHECK(to_text(workload_differences(base, head)) == "command B (cp 'a b' c and cp a b), prepare (none and sync)");
    head.subject.commands->commands[1].name = "C"; // another row
    head.subject.commands->prepare.clear();
    CHECK(workload_differences(base, head).empty());
    CHECK(to_text(workload_differences(base, example_run())) == "subject (commands and loops)");
}
