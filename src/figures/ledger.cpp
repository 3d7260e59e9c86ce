#include "figures/ledger.hpp"

#include <algorithm>

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "figures/series.hpp"
#include "figures/summary.hpp"

namespace bytebound {
namespace {

/// Mean per step of a simulated column; nullopt if the run has no such column or did not simulate the row.
std::optional<double> simulated_mean(const PhaseSamples& phase, const std::string& column) {
    const auto mean = point(simulated_series(phase, column).samples(), Stat::mean);
    return mean ? std::optional(mean->value) : std::nullopt;
}

struct Attribution {
    LedgerParts parts;
    std::string model;
};

/// The parts of all lines, or only of lines read.
std::optional<Attribution> simulated_attribution(const PhaseSamples& phase, const SummaryRow& row, bool writes) {
    const auto cold = simulated_mean(phase, "cold_read_bytes");
    const auto allocated = simulated_mean(phase, "write_allocate_bytes");
    if (!cold || !allocated || !row.by_buffer) return std::nullopt;
    const auto& buffers = *row.by_buffer;
    const auto of = [&](Buffer buffer) { return buffers[static_cast<std::size_t>(buffer)]; };
    LedgerParts parts;
    parts.cold_reads = *cold;
    parts.write_allocate = *allocated;
    // The means are rounded: a difference of equal lines may be off by an ulp, below 0 too.
    parts.refetch = std::max(0.0, of(Buffer::pool).read + of(Buffer::slab).read - *cold - *allocated);
    if (writes) parts.write_back = of(Buffer::pool).write + of(Buffer::slab).write;
    for (const Buffer buffer : {Buffer::mask, Buffer::index, Buffer::meta})
        parts.metadata += of(buffer).read + (writes ? of(buffer).write : 0);
    return Attribution{parts, std::string(source_name::sim)};
}

/// The expected traffic from the run's plan, used if nothing was simulated.
std::optional<Attribution> expected_attribution(const PhaseSamples& phase, bool writes) {
    if (!phase.experiment.closed_form) return std::nullopt;
    const ClosedForm& form = *phase.experiment.closed_form;
    LedgerParts parts;
    parts.cold_reads = form.parts.cold_reads;
    parts.write_allocate = form.parts.write_allocate;
    parts.refetch = form.parts.refetch;
    if (writes) parts.write_back = form.parts.write_back;
    for (const Buffer buffer : {Buffer::mask, Buffer::index, Buffer::meta}) {
        const BufferBytes& bytes = form.by_buffer[static_cast<std::size_t>(buffer)];
        parts.metadata += bytes.read + (writes ? bytes.written : 0);
    }
    return Attribution{parts, "closed form"};
}

/// Number of steps that the row's simulated columns cover.
double simulated_steps(const PhaseSamples& phase) {
    double steps = 0;
    for (const Sample* sample : phase.rows)
        if (!sample->simulated.empty() && sample->simulated.front()) steps += sample->batch;
    return steps;
}

/// Growth of the dirty bytes of slab and pool during the measured steps, per step.
void put_deferred(Ledger& ledger, const PhaseSamples& phase) {
    const ExperimentRecord& experiment = phase.experiment;
    const double steps = simulated_steps(phase);
    if (!experiment.dirty_before || !experiment.dirty_after || steps == 0) {
        ledger.deferred_reason =
            experiment.simulation_reason.empty() ? "this run does not record it" : experiment.simulation_reason;
        return;
    }
    double growth = 0;
    for (const Buffer buffer : {Buffer::pool, Buffer::slab}) {
        const auto at = static_cast<std::size_t>(buffer);
        growth +=
            static_cast<double>((*experiment.dirty_after)[at]) - static_cast<double>((*experiment.dirty_before)[at]);
    }
    ledger.deferred = growth / steps;
}

std::string why_no_model(const SummaryRow& row, const ExperimentRecord& experiment) {
    const auto why = row.unavailable.find("by_buffer");
    if (why == row.unavailable.end()) return "samples.csv of this version does not split the lines fetched";
    std::string reason = "no model attributes the bytes: not simulated: " + why->second;
    if (!experiment.closed_form_reason.empty()) reason += "; no closed form: " + experiment.closed_form_reason;
    return reason;
}

LedgerSource account_of(const Figure& figure, const LedgerParts& parts) {
    LedgerSource out{figure.source, figure.tier, figure.value(), 0, 0};
    // For a simulated figure, the parts are its own lines.
    if (figure.source == source_name::sim) return out;
    if (figure.shared) out.background = figure.shared->subtracted;
    out.measured += out.background;
    out.unexplained = out.measured - parts.modelled() - out.background;
    return out;
}

} // namespace

void put_ledger(SummaryRow& row, const PhaseSamples& phase) {
    const Figure* explained = row.find(metric_name::dram_bytes);
    const bool writes = explained != nullptr;
    if (!writes) explained = row.find(metric_name::dram_read_bytes);
    if (explained == nullptr) {
        row.unavailable.emplace("ledger", "no dram_bytes: " + row.unavailable.find(metric_name::dram_bytes)->second);
        return;
    }
    auto attribution = simulated_attribution(phase, row, writes);
    if (!attribution) attribution = expected_attribution(phase, writes);
    if (!attribution) {
        row.unavailable.emplace("ledger", why_no_model(row, phase.experiment));
        return;
    }
    Ledger ledger;
    ledger.metric = writes ? metric_name::dram_bytes : metric_name::dram_read_bytes;
    ledger.bound = row.bound_bytes;
    if (const Figure* minimum = row.find(metric_name::min_bytes)) ledger.minimum = minimum->value();
    ledger.requested_load = ledger.requested_store = row.requested_bytes / 2;
    ledger.model = attribution->model;
    ledger.parts = attribution->parts;
    ledger.modelled = ledger.parts.modelled();
    ledger.sources.push_back(account_of(*explained, ledger.parts));
    for (const Figure& other : explained->also)
        ledger.sources.push_back(account_of(other, ledger.parts));
    const LedgerSource& first = ledger.sources.front();
    ledger.source = first.source;
    ledger.tier = first.tier;
    ledger.measured = first.measured;
    ledger.parts.background = first.background;
    ledger.parts.unexplained = first.unexplained;
    put_deferred(ledger, phase);
    row.ledger = std::move(ledger);
}

} // namespace bytebound
