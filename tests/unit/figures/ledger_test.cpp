#include <catch2/catch.hpp>

#include "figures/summary.hpp"

using namespace bytebound;

namespace {

const std::vector<std::string> columns = {
    "dram_read_bytes",   "dram_write_bytes", "llc_misses",       "pool_read_bytes",  "pool_write_bytes",
    "slab_read_bytes",   "slab_write_bytes", "mask_read_bytes",  "mask_write_bytes", "index_read_bytes",
    "index_write_bytes", "meta_read_bytes",  "meta_write_bytes", "cold_read_bytes",  "write_allocate_bytes"};

/// One step of a loop with S = 1024 and A = R = 2: of 4096 bytes read, 2048 of the pool, three quarters of them cold;
/// 1536 of the slab, 1024 of them for stores; 256 + 128 + 128 of mask, index and meta. 1792 bytes written: 1536 of the
/// slab.
struct OneStep {
    RunRecord run;
    SampleTable samples, background;

    OneStep() {
        run.workload.layout = make_layout(Dtype::f32, 128, 128, 0);
        run.workload.loops = {"paired"};
        run.workload.spec.active_rows = 1024;
        run.workload.repeats = run.workload.steps_per_k = 1;
        ExperimentRecord experiment;
        experiment.loop = "paired";
        experiment.k = experiment.k_requested = 4;
        experiment.simulated = true;
        experiment.dirty_before = DirtyBytes{0, 640, 0, 0, 64};
        experiment.dirty_after = DirtyBytes{0, 896, 0, 64, 0};
        run.experiments = {experiment};
        run.simulation = SimulationRecord{{65536, 16, 64}, GeometryOrigin::option, 0, 0, {}};
        samples.simulated = columns;
        Sample sample;
        sample.loop = "paired";
        sample.k = 4;
        sample.added = sample.removed = sample.rows_written = sample.min_rows = sample.bound_rows = 2;
        sample.time_ns = 1000;
        for (const std::uint64_t bytes : {4096, 1792, 64, 2048, 0, 1536, 1536, 256, 0, 128, 192, 128, 64, 1536, 1024})
            sample.simulated.emplace_back(bytes);
        samples.rows = {sample};
    }

    /// Memory controllers that count `bytes` in this direction, 1000 of them another program's.
    void count(const char* role, std::uint64_t bytes) {
        EventRecord event;
        event.name = std::string("ddr-") + role;
        event.role = role;
        event.source = "uncore";
        event.sharing = "socket";
        event.unit = "bytes";
        event.pass = event.group = 0;
        event.parts.resize(1);
        run.events.push_back(event);
        samples.events.push_back(event.name);
        samples.rows[0].readings.push_back(Reading{bytes, 1000, 1000, ReadingState::counted});
        background.events = samples.events;
        background.rows.resize(8);
        for (Sample& window : background.rows) { // 1 byte per ns, as long as the step
            window.loop = "paired";
            window.k = 4;
            window.step = static_cast<std::uint32_t>(&window - background.rows.data());
            window.time_ns = 1000000;
            window.readings.push_back(Reading{1000000, 1000000, 1000000, ReadingState::counted});
        }
    }

    SummaryRow row() const { return summarize(run, samples, &background).rows.at(0); }
};

double sum(const LedgerParts& p) {
    return p.cold_reads + p.write_allocate + p.write_back.value_or(0) + p.refetch + p.metadata + p.background +
           p.unexplained;
}

} // namespace

TEST_CASE("a simulated figure is explained exactly by its own lines") {
    const SummaryRow row = OneStep().row();
    REQUIRE(row.ledger);
    const Ledger& ledger = *row.ledger;
    CHECK(ledger.metric == "dram_bytes");
    CHECK(ledger.source == "sim");
    CHECK(ledger.tier == Tier::simulated);
    CHECK(ledger.bound == 2048);
    CHECK(*ledger.minimum == 2048);
    CHECK(ledger.requested_load == 2048);
    CHECK(ledger.requested_store == 2048);
    CHECK(ledger.parts.cold_reads == 1536);
    CHECK(ledger.parts.write_allocate == 1024);
    CHECK(ledger.parts.refetch == 2048 - 1536 + 1536 - 1024);
    CHECK(*ledger.parts.write_back == 1536);
    CHECK(ledger.parts.metadata == 256 + 128 + 128 + 192 + 64);
    CHECK(ledger.parts.background == 0);
    CHECK(ledger.parts.unexplained == 0);
    CHECK(ledger.measured == 4096 + 1792);
    CHECK(ledger.modelled == ledger.measured);
    CHECK(sum(ledger.parts) == ledger.measured);
}

TEST_CASE("deferred is the growth of the rows' dirty bytes, without lists and tables") {
    OneStep step;
    CHECK(*step.row().ledger->deferred == 896 - 640);
    step.run.experiments[0].dirty_before.reset();
    CHECK_FALSE(step.row().ledger->deferred);
    CHECK(step.row().ledger->deferred_reason == "this run does not record it");
}

TEST_CASE("the unexplained part of a counted figure is kept with its sign") {
    OneStep step;
    step.count("dram_read_bytes", 60000);
    step.count("dram_write_bytes", 2792);
    const Ledger ledger = *step.row().ledger;
    CHECK(ledger.source == "uncore");
    CHECK(ledger.tier == Tier::shared);
    // As counted, the other program's 1000 bytes in each direction included.
    CHECK(ledger.measured == 60000 + 2792);
    CHECK(ledger.parts.background == Approx(2000));
    CHECK(ledger.parts.cold_reads == 1536); // untouched by what was measured
    CHECK(ledger.modelled == 4096 + 1792);
    CHECK(ledger.parts.unexplained == Approx(62792 - 2000 - 5888));
    CHECK(sum(ledger.parts) == Approx(ledger.measured));
    REQUIRE(ledger.sources.size() == 2);
    CHECK(ledger.sources[1].source == "sim");
    CHECK(ledger.sources[1].unexplained == 0);
}

TEST_CASE("if only reads are counted the ledger explains reads, without write-backs") {
    OneStep step;
    step.samples.simulated[1] = "gone"; // the model's writes: then there is no dram_bytes
    step.count("dram_read_bytes", 60000);
    const Ledger ledger = *step.row().ledger;
    CHECK(ledger.metric == "dram_read_bytes");
    CHECK_FALSE(ledger.parts.write_back);
    CHECK(ledger.parts.metadata == 512);
    CHECK(ledger.modelled == 4096);
    CHECK(sum(ledger.parts) == Approx(60000));
}

TEST_CASE("without a simulation the expected traffic explains a counted figure") {
    OneStep step;
    step.count("dram_read_bytes", 60000);
    step.count("dram_write_bytes", 2792);
    for (auto& value : step.samples.rows[0].simulated)
        value.reset();
    ClosedForm form;
    form.parts = {1536, 1024, 1500, 1000, 777};
    form.by_buffer[static_cast<std::size_t>(Buffer::mask)] = {256, 0};
    form.by_buffer[static_cast<std::size_t>(Buffer::meta)] = {321, 200};
    step.run.experiments[0].closed_form = form;
    step.run.experiments[0].simulated = false;
    step.run.experiments[0].dirty_before.reset();
    const Ledger ledger = *step.row().ledger;
    CHECK(ledger.model == "closed form");
    CHECK(ledger.parts.cold_reads == 1536);
    CHECK(*ledger.parts.write_back == 1500);
    CHECK(ledger.parts.metadata == 777);
    CHECK(ledger.modelled == 1536 + 1024 + 1500 + 1000 + 777);
    CHECK(ledger.parts.unexplained == Approx(62792 - 2000 - 5837));
    CHECK(sum(ledger.parts) == Approx(ledger.measured));
    CHECK_FALSE(ledger.deferred);
}

TEST_CASE("a row without a model has a reason instead of a ledger") {
    OneStep step;
    step.count("dram_read_bytes", 60000);
    step.count("dram_write_bytes", 60000);
    for (auto& value : step.samples.rows[0].simulated)
        value.reset();
    step.run.experiments[0].simulated = false;
    step.run.experiments[0].simulation_reason = "library code";
    SummaryRow row = step.row();
    CHECK_FALSE(row.ledger);
    CHECK(row.unavailable["ledger"] == "no model attributes the bytes: not simulated: library code");
    step.run.experiments[0].closed_form_reason = "library code, too";
    row = step.row();
    CHECK(row.unavailable["ledger"] ==
          "no model attributes the bytes: not simulated: library code; no closed form: library code, too");

    OneStep old;
    old.samples.simulated[13] = "unknown";
    row = old.row();
    CHECK(row.unavailable["ledger"] == "samples.csv of this version does not split the lines fetched");

    OneStep nothing;
    for (auto& value : nothing.samples.rows[0].simulated)
        value.reset();
    nothing.run.experiments[0].simulation_reason = "library code";
    row = nothing.row();
    CHECK(row.unavailable["ledger"] == "no dram_bytes: library code");
}
