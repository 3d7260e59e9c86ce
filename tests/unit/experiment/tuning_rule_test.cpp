#include <catch2/catch.hpp>

#include "experiment/tune/autotune_plan.hpp"
#include "experiment/tune/tuning_rule.hpp"
#include "support/small_plan.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

using Blocks = std::vector<double>;

SettingTimes times(const TunedSetting& setting, const Blocks& blocks) { return {setting, {blocks}}; }

TunedSetting prefetching(std::uint32_t threads) {
    TunedSetting setting = default_setting(threads);
    setting.copy = CopyMethod::prefetching(4, 8);
    return setting;
}

const Blocks base = {100, 101, 99, 100, 102, 98};
/// 1.2499 times as fast as `base`: 1.2351 to 1.2648 by Student's t of 5 degrees of freedom on the logarithms (scipy).
const Blocks fast = {80, 80.2, 79.8, 80, 80.3, 79.7};
const Blocks level = {100, 100, 100, 100, 100, 100};
/// 1.0056 (0.9679-1.0447) times as fast as `level`.
const Blocks noisy = {95, 104, 96, 103, 99, 100};
/// 1.0050 (1.0035-1.0065): significant, and nothing that matters.
const Blocks hardly = {99.5, 99.6, 99.4, 99.5, 99.7, 99.3};
/// 1.0423 (1.0020-1.0842), p = 0.043.
const Blocks barely = {94, 101, 95, 92, 100, 94};

FreshTimes one(const Blocks& of_base, const Blocks& of_finalist, std::uint32_t threads = 1) {
    return {times(default_setting(threads), of_base), times(prefetching(threads), of_finalist)};
}

TunedSetting winner(const FreshTimes& fresh) { return decide(std::span(&fresh, 1), 0).settings.at(0).setting; }

} // namespace

TEST_CASE("a block's value is the geometric mean over loops and ks, so that each counts by its ratio") {
    const SettingTimes two{default_setting(1), {{100, 81}, {400, 100}}};
    const auto means = block_means(two);
    REQUIRE(means.size() == 2);
    CHECK(means[0] == Approx(200));
    CHECK(means[1] == Approx(90));
    // Twice as fast at one k and half as fast at the other is no gain.
    CHECK(ratio_to({prefetching(1), {{50, 40}, {800, 200}}}, {default_setting(1), {{100, 80}, {400, 100}}}).ratio ==
          Approx(1));
}

TEST_CASE("ratios are of the default's time over the setting's, with an interval over the blocks") {
    const TunedRatio ratio = ratio_to(times(prefetching(1), fast), times(default_setting(1), base));
    CHECK(ratio.ratio == Approx(1.25).epsilon(0.001));
    CHECK(*ratio.ci_low == Approx(1.235138).epsilon(1e-6));
    CHECK(*ratio.ci_high == Approx(1.264839).epsilon(1e-6));
    CHECK(ratio.blocks == 6);
    CHECK(cell_ratio({prefetching(1), {level, fast}}, {default_setting(1), {level, base}}, 1).ratio ==
          Approx(1.25).epsilon(0.001));
}

TEST_CASE("the fastest setting of a search has the lowest mean, and of equals the earlier one is kept") {
    const std::vector<SettingTimes> settings{times(default_setting(1), {100, 100}), times(prefetching(1), {100, 100}),
                                             times(prefetching(1), {101, 98}), times(prefetching(1), {98, 101})};
    CHECK(fastest_of(std::span(settings).first(2)) == 0);
    CHECK(fastest_of(settings) == 2);
}

TEST_CASE("a setting wins where its whole interval is better, and nowhere else") {
    CHECK(winner(one(base, fast)) == prefetching(1));
    CHECK(winner(one(level, noisy)) == default_setting(1));  // unresolved
    CHECK(winner(one(level, hardly)) == default_setting(1)); // the same within 1 %
    CHECK(winner(one(fast, base)) == default_setting(1));    // worse: the search was wrong
    CHECK(winner(one(level, barely)) == prefetching(1));
    CHECK(winner(one({100, 100}, {50, 50})) == default_setting(1)); // without any scatter no test applies
    const FreshTimes none{times(default_setting(1), base), {}};
    const Decision decision = decide(std::span(&none, 1), 0);
    CHECK(decision.settings[0].setting == default_setting(1));
    CHECK_FALSE(decision.settings[0].finalist);
    CHECK_FALSE(decision.settings[0].ratio);
}

TEST_CASE("p values of all tests are adjusted together: what wins alone may not win among three") {
    const std::vector<FreshTimes> three{one(level, barely, 1), one(level, noisy, 2), one(level, noisy, 4)};
    const Decision alone = decide(std::span(three).first(1), 0), together = decide(three, 0);
    CHECK(*alone.settings[0].p_adjusted == Approx(0.0427).epsilon(0.01));
    CHECK(alone.settings[0].setting == prefetching(1));
    CHECK(*together.settings[0].p_adjusted == Approx(3 * 0.0427).epsilon(0.01));
    CHECK(together.settings[0].verdict == Verdict::better); // by its own interval
    CHECK(together.settings[0].setting == default_setting(1));
}

TEST_CASE("more workers are chosen where the setting that holds for them beats the default of the fewest") {
    // The default with two workers is as fast as `fast`, and its finalist is not confirmed.
    const std::vector<FreshTimes> fresh{
        {times(default_setting(1), base), {}},
        {times(default_setting(2), fast), times(prefetching(2), {80, 81, 79, 81, 79, 80})}};
    const Decision two = decide(fresh, 1);
    CHECK(two.threads == 2);
    CHECK(two.settings[1].setting == default_setting(2));
    CHECK(two.threads_ratio->ratio == Approx(1.25).epsilon(0.001));
    CHECK(two.threads_verdict == Verdict::better);
    // Three tests: the two settings of two workers against the fewest, and the finalist against its own default.
    CHECK(two.threads_p_adjusted.has_value());
    // In the search one worker was the fastest: nothing is tested, and it stays.
    const Decision stays = decide(fresh, 0);
    CHECK(stays.threads == 1);
    CHECK_FALSE(stays.threads_ratio);
    // Two workers that are not significantly faster.
    const std::vector<FreshTimes> level_two{{times(default_setting(1), level), {}},
                                            {times(default_setting(2), noisy), {}}};
    CHECK(decide(level_two, 1).threads == 1);
    CHECK(decide(level_two, 1).threads_verdict == Verdict::unresolved);
}

TEST_CASE("with a confirmed setting it is that setting that more workers are chosen for") {
    const std::vector<FreshTimes> fresh{{times(default_setting(1), level), {}}, one(noisy, fast, 2)};
    const Decision decision = decide(fresh, 1);
    CHECK(decision.threads == 2);
    CHECK(decision.settings[1].setting == prefetching(2));
    CHECK(decision.threads_ratio->ratio == Approx(1.25).epsilon(0.001));
}

namespace {

AutotuneOptions small() {
    AutotuneOptions options;
    options.run.loops = {LoopKind::paired, LoopKind::index};
    return options;
}

AutotunePlan tuned(const AutotuneOptions& options) {
    auto plan = plan_autotune(options, small_machine(), facts_with(4096 * mib));
    if (!plan) FAIL(to_line(plan.error()));
    return *plan;
}

std::string no_plan(const AutotuneOptions& options) {
    const auto plan = plan_autotune(options, small_machine(), facts_with(4096 * mib));
    return plan ? "" : to_line(plan.error());
}

} // namespace

TEST_CASE("an autotune tries every copy method, and every loop and k with a warm-up of its own") {
    const AutotunePlan plan = tuned(small());
    CHECK(plan.options.threads == std::vector<std::uint32_t>{1, 2});
    REQUIRE(plan.rows.size() == 1);
    const RowsToTune& rows = plan.rows[0];
    CHECK(rows.copies[0] == CopyMethod::memcpy); // the default is the base
    CHECK(std::count(rows.copies.begin(), rows.copies.end(), CopyMethod::prefetching(4, 8)) == 1);
    REQUIRE(rows.cells.size() == 8);
    CHECK(rows.cells[0].loop == LoopKind::paired);
    CHECK(rows.cells[0].warmup_steps == 512); // 8 rows of 8 KiB overwrite 32 MiB in 512 steps,
    CHECK(rows.cells[1].warmup_steps == 20);  // and a rebuild of 1024 rows in 4
    CHECK(rows.plan.placement.cpus == std::vector<int>{0, 1});
    CHECK(plan.seconds > 1);
}

TEST_CASE("--row-bytes splits rows into two groups, and refuses sizes that cannot be split") {
    AutotuneOptions options = small();
    options.row_bytes = {256, 12};
    const AutotunePlan plan = tuned(options);
    CHECK(groups_text(plan.rows.at(0).plan.layout.groups) == "128 + 128");
    CHECK(groups_text(plan.rows.at(1).plan.layout.groups) == "8 + 4");
    // Rows of one or two lines: no more lines are prefetched than they have.
    for (const CopyMethod copy : plan.rows[0].copies)
        CHECK(copy.lines <= 2);
    options.row_bytes = {10};
    CHECK(no_plan(options) == "plan --row-bytes 10: two groups of f32 elements need a multiple of 4 bytes, 8 or more; "
                              "give such a size, or another --dtype");
    options.row_bytes = {17 * mib};
    CHECK(no_plan(options) == "plan --row-bytes 17825792: it is more than 16 MiB; give shorter rows");
}

TEST_CASE("an autotune that can resolve nothing, or whose loop has its own copies, is refused") {
    AutotuneOptions options = small();
    options.fresh_blocks = 2;
    CHECK(no_plan(options) == "plan --repeats 2: fewer than 3 blocks resolve nothing; give 3 or more");
    options = small();
    options.threads = {0};
    CHECK(no_plan(options) == "plan --threads 0: must be at least 1; give 1 or more");
    options = small();
    options.run.loops = {LoopKind::oracle};
    CHECK(no_plan(options) == "plan --loops oracle: its copy method is its own; give paired, index, mask or hybrid");
}
