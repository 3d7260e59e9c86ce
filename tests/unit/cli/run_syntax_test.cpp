#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "cli/run_syntax.hpp"
#include "counters/registry.hpp"
#include "workload/patterns.hpp"

using namespace bytebound;

namespace {

struct Parse {
    RunOptions options;
    std::string error;
    explicit Parse(const std::vector<std::string>& words) {
        const auto parsed = parse(run_syntax(options), words);
        if (!parsed) error = to_line(parsed.error());
    }
};

/// "known: paired, index, ...": the loops of the table, in its order.
std::string known_loops() {
    std::vector<std::string> names;
    for (const LoopEntry& entry : loops())
        names.emplace_back(entry.name);
    return "known: " + join(names, ", ");
}

} // namespace

TEST_CASE("without options the main job is planned") {
    const Parse run({});
    CHECK(run.error.empty());
    CHECK(run.options.workload.pool_rows == 8192);
    CHECK(run.options.workload.active_rows == 1024);
    CHECK(run.options.ks == std::vector<std::uint32_t>{16, 64, 256, 1024});
    CHECK_FALSE(run.options.repeats);
    CHECK(run.options.precision == 0.05);
    CHECK(run.options.max_seconds == 20);
    CHECK(run.options.steps_per_k == 50);
}

TEST_CASE("--quick sets its defaults, and explicit options before or after it override them") {
    CHECK_FALSE(Parse({"--quick"}).options.repeats);
    CHECK(Parse({"--quick"}).options.max_seconds == 4);
    CHECK(Parse({"--quick", "--max-time", "1min"}).options.max_seconds == 60);
    CHECK(Parse({"--quick"}).options.steps_per_k == 20);
    CHECK(Parse({"--quick", "--repeats", "7"}).options.repeats == 7);
    CHECK(Parse({"--repeats", "7", "--quick"}).options.repeats == 7);
}

TEST_CASE("--repeats is a number or auto, --precision a percentage, --max-time a duration") {
    CHECK(Parse({"--repeats", "7", "--repeats", "auto"}).options.repeats == std::nullopt);
    CHECK(Parse({"--repeats", "often"}).error ==
          "parse option --repeats: 'often' is not a whole number; give a whole number from 1 to 100000, or auto");
    CHECK(Parse({"--precision", "2.5%"}).options.precision == 0.025);
    CHECK(Parse({"--precision", "0%"}).error ==
          "parse option --precision: '0' is not accepted; give a number from 0.01 to 99");
    CHECK(Parse({"--max-time", "500ms"}).options.max_seconds == 0.5);
    CHECK(Parse({"--max-time", "2"}).options.max_seconds == 2);
    CHECK(Parse({"--max-time", "1h"}).options.max_seconds == 3600);
    for (const char* wrong : {"0s", "5 s", "s", "-1s", "2days", "inf"})
        CHECK(Parse({"--max-time", wrong}).error ==
              std::string("parse option --max-time: '") + wrong +
                  "' is not accepted; give a time from 0.001s to 1e+06s, as in 20s, 500ms or 2min");
}

TEST_CASE("a loop listed again is a second instance of it") {
    const Parse run({"--loops", "index,paired,index,index"});
    CHECK(run.error.empty());
    CHECK(run.options.loops == std::vector{LoopKind::index, LoopKind::paired, LoopKind::index, LoopKind::index});
    CHECK(loop_name(run.options, 0) == "index");
    CHECK(loop_name(run.options, 1) == "paired");
    CHECK(loop_name(run.options, 2) == "index#2");
    CHECK(loop_name(run.options, 3) == "index#3");
}

TEST_CASE("workload options are stored as numbers") {
    const Parse run({"--N",     "256",       "--m",   "64",          "--hidden_dim",
                     "32",      "--up-cols", "16",    "--gate-cols", "8",
                     "--dtype", "bf16",      "--ks",  "0,3,16",      "--warmup",
                     "7",       "--pattern", "block", "--seed",      "18446744073709551615"});
    CHECK(run.error.empty());
    CHECK(run.options.workload.pool_rows == 256);
    CHECK(run.options.workload.active_rows == 64);
    CHECK(run.options.hidden_dim == 32);
    CHECK(run.options.up_cols == 16);
    CHECK(run.options.gate_cols == 8);
    CHECK(run.options.dtype == Dtype::bf16);
    CHECK(run.options.ks == std::vector<std::uint32_t>{0, 3, 16});
    CHECK(run.options.warmup == 7u);
    CHECK(run.options.workload.pattern == Pattern{"block", {}});
    CHECK(run.options.workload.seed == 18446744073709551615u);
    CHECK_FALSE(Parse({"--warmup", "auto"}).options.warmup.has_value());
}

TEST_CASE("commas between slashes are part of an event's name") {
    CHECK(Parse({"--events", "cycles,cpu/event=0x3c,umask=0/,r01c0"}).options.counting.events ==
          std::vector<std::string>{"cycles", "cpu/event=0x3c,umask=0/", "r01c0"});
}

TEST_CASE("an empty name among the events is refused") {
    CHECK(Parse({"--events", "cycles,,instructions"}).error ==
          "parse option --events: a name is empty; separate names by one comma");
}

TEST_CASE("an unknown word gets a suggestion and the known ones") {
    CHECK(known_loops().starts_with("known: paired, index, mask, hybrid, oracle, torch"));
    CHECK(Parse({"--loops", "pared"}).error ==
          "parse option --loops: unknown loop 'pared'; did you mean 'paired'? " + known_loops());
    CHECK(Parse({"--dtype", "f33"}).error ==
          "parse option --dtype: unknown type 'f33'; did you mean 'f32'? known: f32, f16, bf16, i8");
    CHECK(Parse({"--between", "nothing"}).error ==
          "parse option --between: unknown gap 'nothing'; known: none, use, evict");
    CHECK(Parse({"--pattern", "blocks"}).error ==
          "parse option --pattern: unknown pattern 'blocks'; did you mean 'block'? known: " +
              join(pattern_names(), ", "));
    CHECK(Parse({"--pattern", "block:3"}).error ==
          "parse option --pattern: block takes no parameters; give --pattern block");
}

TEST_CASE("errors for numbers out of range say what is accepted") {
    CHECK(Parse({"--ks", "-5"}).error ==
          "parse option --ks: '-5' is negative; give a whole number from 0 to 4294967295");
    CHECK(Parse({"--ks", "16,"}).error ==
          "parse option --ks: '' is not a whole number; give a whole number from 0 to 4294967295");
    CHECK(Parse({"--threads", "0"}).error ==
          "parse option --threads: 0 is out of range; give a whole number from 1 to 4096");
    CHECK(Parse({"--tau", "nan"}).error ==
          "parse option --tau: 'nan' is not accepted; give a number from 0 to 1e+09, or adaptive");
    CHECK(Parse({"--tau", "-1"}).error ==
          "parse option --tau: '-1' is not accepted; give a number from 0 to 1e+09, or adaptive");
}

TEST_CASE("--tau takes a number or adaptive") {
    CHECK(Parse({"--tau", "0.3"}).options.tau == 0.3);
    CHECK_FALSE(Parse({"--tau", "0.3"}).options.adaptive_tau);
    CHECK(Parse({"--tau", "adaptive"}).options.adaptive_tau);
    CHECK(Parse({"--tau", "adaptiv"}).error ==
          "parse option --tau: 'adaptiv' is not accepted; give a number from 0 to 1e+09, or adaptive");
}

TEST_CASE("--ks excludes --add and --remove") {
    CHECK(Parse({"--add", "2", "--ks", "4"}).error ==
          "parse option --add: --ks is also given; give either --ks or --add/--remove");
    CHECK(Parse({"--ks", "4", "--remove", "2"}).error ==
          "parse option --remove: --ks is also given; give either --ks or --add/--remove");
    const Parse alone({"--remove", "2"});
    CHECK(alone.options.remove == 2u);
    CHECK_FALSE(alone.options.add.has_value());
}

TEST_CASE("auto and none cannot be combined with other collectors") {
    CHECK(Parse({"--collector", "perf,sim"}).options.counting.collectors == std::vector<std::string>{"perf", "sim"});
    CHECK(Parse({"--collector", "auto,sim"}).error ==
          "parse option --collector: 'auto' excludes every other collector; give it alone");
}

TEST_CASE("a collector that this build lacks is known but not possible, and every other one is accepted") {
    for (const CollectorEntry& entry : collectors()) {
        const std::string_view word = entry.word;
        CAPTURE(word);
        RunOptions options;
        const auto parsed = parse(run_syntax(options), {"--collector", "sim," + std::string(word)});
        if (find_collector(collectors(), word)->built_in()) {
            CHECK(options.counting.collectors == std::vector<std::string>{"sim", std::string(word)});
            continue;
        }
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == ExitCode::not_possible);
        CHECK(to_line(parsed.error()) ==
              "select collector " + std::string(word) +
                  ": it is not part of this build; remove it; bytebound --version lists what is built in");
    }
}

TEST_CASE("a loop that this build lacks is known but not possible") {
    RunOptions options;
    const auto parsed = parse(run_syntax(options), {"--loops", "paired,torch"});
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ExitCode::not_possible);
    CHECK(to_line(parsed.error()) ==
          "select loop torch: it is not part of this build; remove it; bytebound --version lists what is built in");
}

TEST_CASE("--loops accepts the name of an external loop, only in the program that registers it") {
    RunOptions with, without;
    with.external_loop = "driven";
    REQUIRE(parse(run_syntax(with), {"--loops", "driven,index"}));
    CHECK(with.loops == std::vector<LoopKind>{LoopKind::external, LoopKind::index});
    CHECK(loop_name(with, 0) == "driven");
    REQUIRE(parse(run_syntax(with), {"--loops", "driven,driven"}));
    CHECK(loop_name(with, 1) == "driven#2");
    const auto unknown = parse(run_syntax(without), {"--loops", "driven"});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == ExitCode::usage);
    CHECK(unknown.error().cause == "unknown loop 'driven'");
    CHECK(unknown.error().remedy == known_loops());
}
