#include <catch2/catch.hpp>

#include "run/counting.hpp"

using namespace bytebound;

namespace {

std::string& order() {
    static std::string text;
    return text;
}

/// Tells when it is read; one event of its own name.
class NotedCollector final : public Collector {
public:
    explicit NotedCollector(std::string name) : name_(std::move(name)) {}
    std::string_view name() const override { return name_; }
    Capability capability() const override { return Capability::yes("test"); }
    Result<CountingPlan> plan(const PlanRequest&) override { return CountingPlan{}; }
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan&, int) override {
        return std::make_unique<Noted>(name_);
    }

private:
    class Noted final : public WorkerCounters {
    public:
        explicit Noted(std::string name) : name_(std::move(name)) {}
        std::size_t size() const override { return 1; }
        bool read(std::span<CounterValue> out) noexcept override {
            order() += name_;
            out[0].count = static_cast<std::uint64_t>(name_[0]);
            return true;
        }
        Error last_error() const override { return {}; }

    private:
        std::string name_;
    };
    std::string name_;
};

} // namespace

TEST_CASE("the first source is read last before a step and first after it, and values keep their places") {
    Counting counting;
    for (const std::string name : {"a", "b", "c"}) {
        PlannedEvent planned;
        planned.name = name;
        planned.pass = 0;
        counting.sources.push_back({std::make_unique<NotedCollector>(name), {name, name, {planned}, 1, {}}});
    }
    auto counters = OpenCounters::open(counting, 0);
    REQUIRE(counters);
    std::vector<CounterValue> values(3);
    order().clear();
    CHECK(counters->read_before(values));
    CHECK(order() == "cba");
    CHECK(values[0].count == 'a');
    CHECK(values[2].count == 'c');
    CHECK(counters->read_after(values));
    CHECK(order() == "cbaabc");
    CHECK(values[0].count == 'a');
    CHECK(values[2].count == 'c');
}
