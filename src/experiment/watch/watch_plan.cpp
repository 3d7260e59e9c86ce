#include "experiment/watch/watch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"

namespace bytebound {
namespace {

constexpr double bytes_per_gb = 1e9;

/// The nodes whose memory the boxes on a CPU control. A cpumask has one CPU per socket or per node. If it has one for
/// every node with CPUs, a box belongs to its CPU's node; else (sub-NUMA clusters) to all nodes of the CPU's package.
class Places {
public:
    Places(const Machine& machine, const std::set<int>& cpus) : machine_(machine) {
        std::set<int> with_cpus, reached;
        for (const NumaNode& node : machine.nodes)
            if (!node.cpus.empty()) with_cpus.insert(node.id);
        for (const int cpu : cpus)
            for (const int node : nodes_with(cpu))
                reached.insert(node);
        one_each_ = reached == with_cpus;
    }

    /// Empty: not known.
    std::vector<int> of(int cpu) const {
        if (one_each_) return nodes_with(cpu);
        const auto place = machine_.places.find(cpu);
        if (place == machine_.places.end() || !place->second.package) return {};
        std::set<int> nodes;
        for (const auto& [other, where] : machine_.places)
            if (where.package == place->second.package)
                for (const int node : nodes_with(other))
                    nodes.insert(node);
        return {nodes.begin(), nodes.end()};
    }

private:
    std::vector<int> nodes_with(int cpu) const {
        std::vector<int> nodes;
        for (const NumaNode& node : machine_.nodes)
            if (std::find(node.cpus.begin(), node.cpus.end(), cpu) != node.cpus.end()) nodes.push_back(node.id);
        return nodes;
    }

    const Machine& machine_;
    bool one_each_ = false;
};

/// "read", "write", "total"
std::string_view direction_word(Direction direction) {
    return direction == Direction::combined ? "total" : name_of(direction);
}

std::string bandwidth_key(const WatchColumn& column) {
    std::string key;
    for (const int node : column.nodes)
        key += (key.empty() ? "node" : "_") + std::to_string(node);
    return (key.empty() ? "" : key + "_") + std::string(name_of(column.traffic->memory)) + "_" +
           std::string(direction_word(column.traffic->direction)) + "_gbps";
}

class FormulaMaker {
public:
    FormulaMaker(const MachineCounting& counting, const CountingRequest& request, const Machine& machine)
        : counting_(counting), request_(request), machine_(machine) {}

    std::vector<WatchFormula> make() {
        add_bandwidths();
        add_ratio(*find_metric(metric_name::cpi));
        add_ratio(*find_metric(metric_name::llc_mpki));
        for (const MachineEvent& event : counting_.events)
            if (!event.traffic) add_rate(event);
        return std::move(formulas_);
    }

private:
    void add_bandwidths() {
        std::set<int> cpus;
        for (const MachineEvent& event : counting_.events)
            if (event.traffic)
                for (const MachineCounter& counter : event.counters)
                    cpus.insert(counter.cpu);
        const Places places(machine_, cpus);
        std::map<std::tuple<std::vector<int>, MemoryClass, Direction>, WatchFormula> by_place;
        for (const MachineEvent& event : counting_.events) {
            if (!event.traffic) continue;
            for (const MachineCounter& counter : event.counters) {
                const auto nodes = places.of(counter.cpu);
                WatchFormula& formula = by_place[{nodes, event.traffic->memory, event.traffic->direction}];
                formula.column.nodes = nodes;
                formula.column.traffic = event.traffic;
                formula.column.source = event.source_name;
                formula.numerator.push_back({event.source, counter.value, counter.cpu, double(counter.weight)});
            }
        }
        for (auto& [key, formula] : by_place)
            add_bandwidth(std::move(formula));
        if (!by_place.empty()) return;
        for (const Direction direction : {Direction::read, Direction::write}) {
            WatchFormula formula;
            formula.column.traffic = {MemoryClass::ddr, direction};
            formula.column.reason = counting_.dram_reason.empty() ? "no collector counts it" : counting_.dram_reason;
            formula.column.remedy = counting_.dram_remedy;
            add_bandwidth(std::move(formula));
        }
    }

    void add_bandwidth(WatchFormula formula) {
        formula.column.kind = WatchKind::bandwidth;
        formula.column.key = bandwidth_key(formula.column);
        formula.column.unit = "GB/s";
        formula.column.tier = Tier::shared;
        formula.factor = 1 / bytes_per_gb;
        formulas_.push_back(std::move(formula));
    }

    const MachineEvent* filling(std::string_view role) const {
        for (const MachineEvent& event : counting_.events)
            if (!event.traffic && event.role == role) return &event;
        return nullptr;
    }

    /// Why an operand of a ratio is missing; empty if it is counted.
    std::pair<std::string, std::string> missing(std::string_view role, const MachineEvent* event) const {
        if (event != nullptr && !event->counters.empty()) return {};
        if (event != nullptr) return {event->name + ": " + event->reason, event->remedy};
        const bool of_preset = find_metric(role)->preset_event && request_.options.events.empty();
        if (of_preset && !request_.preset.choice.llc_reason.empty()) return {request_.preset.choice.llc_reason, {}};
        return {"no event of --events counts " + std::string(role), {}};
    }

    void add_ratio(const MetricEntry& ratio) {
        WatchFormula formula;
        formula.column.key = ratio.name;
        formula.column.kind = WatchKind::ratio;
        formula.factor = ratio.factor;
        formula.whole_cpus = true;
        const MachineEvent *over = filling(ratio.numerator), *under = filling(ratio.denominator);
        auto why = missing(ratio.numerator, over);
        if (why.first.empty()) why = missing(ratio.denominator, under);
        if (why.first.empty() && over->domain != under->domain)
            why = {fmt::format("{} and {} count different code (u, k)", over->name, under->name),
                   "request both with the same modifier"};
        if (why.first.empty()) {
            formula.column.source = over->source_name;
            formula.column.domain = name_of(over->domain);
            formula.numerator = terms_of(*over);
            formula.denominator = terms_of(*under);
        }
        std::tie(formula.column.reason, formula.column.remedy) = std::move(why);
        formulas_.push_back(std::move(formula));
    }

    static std::vector<WatchTerm> terms_of(const MachineEvent& event) {
        std::vector<WatchTerm> terms;
        for (const MachineCounter& counter : event.counters)
            terms.push_back({event.source, counter.value, counter.cpu, double(counter.weight)});
        return terms;
    }

    void add_rate(const MachineEvent& event) {
        WatchFormula formula;
        formula.column.key = event.name + "_per_s";
        formula.column.kind = WatchKind::rate;
        formula.column.event = event.name;
        formula.column.unit = event.unit + "/s";
        formula.column.source = event.source_name;
        formula.column.tier = event.source_name == source_name::uncore ? Tier::shared : Tier::counted;
        if (event.domain != Domain::unrestricted) formula.column.domain = name_of(event.domain);
        formula.column.reason = event.reason;
        formula.column.remedy = event.remedy;
        formula.column.in_tables = !request_.options.events.empty();
        formula.numerator = terms_of(event);
        formula.factor = event.scale;
        formula.whole_cpus = event.source_name != source_name::uncore;
        formulas_.push_back(std::move(formula));
    }

    const MachineCounting& counting_;
    const CountingRequest& request_;
    const Machine& machine_;
    std::vector<WatchFormula> formulas_;
};

} // namespace

std::vector<WatchFormula> watch_formulas(const MachineCounting& counting, const CountingRequest& request,
                                         const Machine& machine) {
    return FormulaMaker(counting, request, machine).make();
}

} // namespace bytebound
