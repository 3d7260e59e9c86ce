#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "base/text.hpp"
#include "figures/absence.hpp"
#include "figures/number.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string or_na(const std::string& text) { return text.empty() ? "n/a" : text; }

std::string nodes_text(const std::map<int, std::uint64_t>& on_node) {
    std::vector<std::string> parts;
    for (const auto& [node, pages] : on_node)
        parts.push_back(fmt::format("node {}: {}", node, pages));
    return join(parts, ", ");
}

std::string percent(const PageProof* proof) {
    return proof == nullptr ? "n/a" : fmt::format("{:.1f}%", proof->percent_in_place());
}

const PageProof* proof_of(const std::vector<PageProof>& proofs, const std::string& buffer) {
    const auto at =
        std::find_if(proofs.begin(), proofs.end(), [&](const PageProof& proof) { return proof.buffer == buffer; });
    return at == proofs.end() ? nullptr : &*at;
}

Table page_table(const PlacementRecord& placement) {
    Table table;
    table.columns = {{"buffer"},       {"pages", true},      {"in place before", true}, {"in place after", true},
                     {"where, after"}, {"not present", true}};
    for (const PageProof& before : placement.pages_before) {
        const PageProof* after = proof_of(placement.pages_after, before.buffer);
        const PageProof& last = after == nullptr ? before : *after;
        table.rows.push_back({before.buffer, std::to_string(before.pages), percent(&before), percent(after),
                              nodes_text(last.on_node), std::to_string(last.not_present)});
    }
    return table;
}

} // namespace

Blocks unavailable_section(const RunRecord& run, const Summary& summary) {
    Blocks out{Heading{2, "Not measured, and why"}};
    Table table;
    table.columns = {{"figure"}, {"where"}, {"reason"}, {"remedy"}};
    std::vector<std::string> keys = summary.metrics;
    keys.insert(keys.end(), {"by_buffer", "stationary"});
    for (const Absence& absence : absences(summary, keys)) {
        table.rows.push_back(
            {join(absence.metrics, ", "), where_text(summary, absence), absence.reason, remedies_for(run, absence)});
    }
    for (const UnavailableRecord& record : run.unavailable) {
        const bool shown = std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
            const auto names = split(row[0], ',');
            return std::any_of(names.begin(), names.end(),
                               [&](const auto& name) { return trim(name) == record.metric; });
        });
        // For figures that another source supplied, the reason of the better source is still useful.
        if (!shown) table.rows.push_back({record.metric, "more direct source", record.reason, record.remedy});
    }
    if (table.rows.empty()) {
        out.push_back(Paragraph{"All figures are available for every row.", Tone::plain});
    } else {
        out.push_back(std::move(table));
    }
    return out;
}

Blocks placement_section(const RunRecord& run, const Summary&) {
    const PlacementRecord& placement = run.placement;
    Blocks out{Heading{2, "Placement proof"}};
    Bullets facts;
    std::string cpus = fmt::format("CPUs {} (requested: {}): ", or_na(format_cpu_list(placement.requested.cpus)),
                                   or_na(placement.requested.cpus_request));
    cpus += placement.bound_cpus ? "bound" : "not bound: " + or_na(placement.bind_cpus_reason);
    if (!placement.affinity_read_back.empty()) {
        std::vector<std::string> workers;
        for (const auto& worker : placement.affinity_read_back)
            workers.push_back(or_na(format_cpu_list(worker)));
        cpus += "; affinity read back per worker: " + join(workers, " | ");
    }
    facts.items.emplace_back(cpus);
    facts.items.emplace_back(
        fmt::format("Memory (requested: {}): {}; pages belong on node {}", or_na(placement.requested.memory_request),
                    placement.bound_memory ? "bound" : "not bound: " + or_na(placement.bind_memory_reason),
                    or_na(format_cpu_list(placement.requested.nodes))));
    facts.items.emplace_back(fmt::format("CPU before and after every step: {} of {} measured steps migrated",
                                         placement.steps_migrated, placement.steps));
    std::string arena = "Arena: " + format_size(static_cast<double>(placement.arena_bytes));
    if (placement.huge_page_bytes) {
        const double share = placement.arena_bytes == 0 ? 0
                                                        : 100.0 * static_cast<double>(*placement.huge_page_bytes) /
                                                              static_cast<double>(placement.arena_bytes);
        arena += fmt::format(", {} of it on huge pages ({:.1f}%)",
                             format_size(static_cast<double>(*placement.huge_page_bytes)), share);
    } else {
        arena += ", huge pages n/a (smaps could not be read)";
    }
    facts.items.emplace_back(arena);
    out.push_back(std::move(facts));
    if (placement.pages_before.empty()) {
        out.push_back(Paragraph{"Nodes of the pages: n/a, " +
                                    (placement.pages_reason.empty() ? "not queried" : placement.pages_reason) + ".",
                                Tone::plain});
    } else {
        out.push_back(page_table(placement));
    }
    return out;
}

namespace {

std::string cost_text(const ReadingCost& cost, std::string_view unit) {
    return fmt::format("{}{} ({} to {})", compact_number(cost.median), unit, compact_number(cost.range_low),
                       compact_number(cost.range_high));
}

/// "1 (index k=16) to 50 (paired k=16)".
std::string reading_text(const RunRecord& run) {
    const auto fewer = [](const ExperimentRecord& a, const ExperimentRecord& b) { return a.batch < b.batch; };
    const auto [fewest, most] = std::minmax_element(run.experiments.begin(), run.experiments.end(), fewer);
    if (fewest == run.experiments.end() || most->batch == 1) return {};
    if (fewest->batch == most->batch) return fmt::format("Every reading covers {} steps", most->batch);
    return fmt::format("A reading covers {} step{} ({} k={}) to {} steps ({} k={}), the more the shorter they are",
                       fewest->batch, fewest->batch == 1 ? "" : "s", fewest->loop, fewest->k, most->batch, most->loop,
                       most->k);
}

/// What the figures are net of, and how long a reading takes.
Bullets read_costs(const RunRecord& run) {
    Bullets out;
    for (const ReadCostRecord& pass : run.read_cost) {
        std::vector<std::string> subtracted;
        if (pass.clock_ns) subtracted.push_back("the clock pair takes " + cost_text(*pass.clock_ns, " ns"));
        for (const CounterCost& counter : pass.counters)
            if (counter.worker == 0 && counter.cost.range_high != 0)
                subtracted.push_back(fmt::format("{} counts {}", counter.event, cost_text(counter.cost, "")));
        if (!subtracted.empty())
            out.items.emplace_back(
                fmt::format("Cost of an empty reading, pass {}, subtracted from the figures (median, "
                            "and the range of 95 % of the readings): {}",
                            pass.pass, join(subtracted, ", ")));
        if (pass.reading_ns)
            out.items.emplace_back(fmt::format("An empty reading, pass {}, takes {} with all reads (median of {})",
                                               pass.pass, cost_text(*pass.reading_ns, " ns"), pass.reading_ns->n));
    }
    if (std::string text = reading_text(run); !text.empty()) out.items.emplace_back(std::move(text));
    if (out.items.empty()) out.items.emplace_back("Cost of an empty reading: n/a, this run did not measure it");
    return out;
}

} // namespace

Blocks counting_section(const RunRecord& run, const Summary&) {
    Blocks out{Heading{2, "Counting"}};
    if (!run.collectors.empty()) {
        Bullets collectors;
        for (const CollectorRecord& collector : run.collectors) {
            std::string text = collector.used ? " used" : " not used";
            if (!collector.cause.empty()) text += ": " + collector.cause;
            if (!collector.remedy.empty()) text += "; " + collector.remedy;
            collectors.items.push_back(Inline().add(collector.name, Style::code).add(text));
        }
        out.push_back(std::move(collectors));
    }
    if (!run.preset.name.empty()) {
        out.push_back(Paragraph{fmt::format("Preset {} ({}{}).", run.preset.name, or_na(run.preset.source),
                                            run.preset.verified ? "" : ", not verified on hardware"),
                                Tone::plain});
    } else if (!run.preset.reason.empty()) {
        out.push_back(Paragraph{"Preset: none, " + run.preset.reason + ".", Tone::plain});
    }
    if (!run.events.empty()) {
        Table table;
        table.columns = {{"event"},       {"fills"},      {"domain"},      {"PMU"},
                         {"type:config"}, {"pass", true}, {"group", true}, {"state"}};
        table.wide = true;
        for (const EventRecord& event : run.events) {
            const bool counted = event.pass >= 0;
            std::string encoding = event.type;
            for (const std::string& word : {event.config, event.config1, event.config2}) {
                if (!word.empty() && (&word == &event.config || word != "0x0")) encoding += ":" + word;
            }
            table.rows.push_back({event.name, event.role, counted ? event.domain : "n/a", or_na(event.pmu),
                                  or_na(encoding), counted ? std::to_string(event.pass) : "n/a",
                                  counted ? std::to_string(event.group) : "n/a",
                                  !counted            ? event.reason
                                  : event.multiplexed ? "counted, multiplexed"
                                                      : "counted"});
        }
        out.push_back(std::move(table));
    }
    out.push_back(read_costs(run));
    return out;
}

namespace {

/// Who states the line length, where it is not who states the rest.
std::string line_source_text(const SimulationRecord& simulation) {
    if (!simulation.line_origin || *simulation.line_origin == simulation.origin) return {};
    if (*simulation.line_origin == GeometryOrigin::assumed) return ", line length assumed";
    return fmt::format(", line length from {}", name_of(*simulation.line_origin));
}

/// The simulated segments, whose number may differ by row.
std::string segments_text(const RunRecord& run) {
    std::optional<std::uint32_t> fewest, most;
    for (const ExperimentRecord& experiment : run.experiments) {
        if (!experiment.simulated) continue;
        fewest = std::min(fewest.value_or(experiment.simulated_segments), experiment.simulated_segments);
        most = std::max(most.value_or(0), experiment.simulated_segments);
    }
    if (!most || *most == 1) return "Segment 0 of the trace";
    const std::string of_repeats = fmt::format(" of the {} timed ones, each a block,", repeats_text(run));
    if (*fewest == *most) return fmt::format("Segments 0 to {}{}", *most - 1, of_repeats);
    return fmt::format("Segments 0 to n-1{} n = {} to {} by the cost of the loop,", of_repeats, *fewest, *most);
}

} // namespace

Blocks simulation_section(const RunRecord& run, const Summary&) {
    Blocks out{Heading{2, "Simulation"}};
    if (!run.simulation) {
        std::string why = "nothing was simulated";
        for (const ExperimentRecord& experiment : run.experiments) {
            if (!experiment.simulation_reason.empty()) why = experiment.simulation_reason;
        }
        out.push_back(Paragraph{"Not done: " + why + ".", Tone::plain});
        return out;
    }
    const SimulationRecord& sim = *run.simulation;
    out.push_back(Paragraph{
        fmt::format("Last-level cache of {}, {} ways, {}-byte lines, {} sets (geometry from {}{}); LRU, "
                    "write-allocate, write-back, empty at the start. {} with the same warm-up and the same steps, {} "
                    "line references.",
                    format_size(static_cast<double>(sim.geometry.size_bytes)), sim.geometry.ways,
                    sim.geometry.line_bytes, sim.geometry.sets(), name_of(sim.origin), line_source_text(sim),
                    segments_text(run), sim.line_references),
        Tone::plain});
    for (Block& block : hierarchy_blocks(run))
        out.push_back(std::move(block));
    return out;
}

namespace {

/// The value after the measurement where it differs; "same" where it does not, and nothing where it was not read again.
std::string after_text(const EnvironmentFact& fact) {
    if (!fact.after) return {};
    return *fact.after == fact.value ? "same" : *fact.after;
}

} // namespace

Blocks environment_section(const RunRecord& run, const Summary&) {
    Blocks out{Heading{2, "Environment"}};
    Table table;
    table.columns = {{"group"}, {"fact"}, {"value"}};
    // Only runs that read the settings again have the column.
    const bool twice = std::any_of(run.environment.begin(), run.environment.end(),
                                   [](const EnvironmentFact& fact) { return fact.after.has_value(); });
    if (twice) table.columns.push_back({"after"});
    std::string group;
    for (const EnvironmentFact& fact : run.environment) {
        const bool first = fact.group != group || table.rows.empty();
        if (first) table.group_starts.push_back(table.rows.size());
        table.rows.push_back(
            {first ? fact.group : "", fact.name,
             fact.value.empty() ? "n/a: " + (fact.reason.empty() ? "unknown" : fact.reason) : fact.value});
        if (twice) table.rows.back().push_back(after_text(fact));
        group = fact.group;
    }
    if (table.rows.empty()) {
        out.push_back(Paragraph{"n/a: the run ended before it was recorded.", Tone::plain});
    } else {
        out.push_back(std::move(table));
    }
    return out;
}

Blocks reproduce_section(const RunRecord& run, const Summary&) {
    const std::string command = command_line(run.command);
    std::string provenance = "bytebound " + or_na(run.version);
    if (!run.git_revision.empty()) provenance += " (git " + run.git_revision + ")";
    const bool imported = run.subject.kind == Subject::imported;
    provenance += imported ? fmt::format(", imported {}.", or_na(run.started))
                           : fmt::format(", seed {}, on {}, started {}, finished {}.", run.workload.spec.seed,
                                         or_na(run.host), or_na(run.started), or_na(run.finished));
    return {Heading{2, "How to reproduce"}, CodeBlock{command.empty() ? "n/a" : command},
            Paragraph{Inline(provenance + (run.subject.kind == Subject::loops
                                               ? " Equal options and seed give the same traces on every machine. "
                                               : " "))
                          .add("bytebound report DIR", Style::code)
                          .add(fmt::format(" writes these files again from run.json and {}.csv, byte for byte.",
                                           imported ? "imported" : "samples")),
                      Tone::plain}};
}

} // namespace bytebound
