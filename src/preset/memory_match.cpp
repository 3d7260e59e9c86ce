#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "preset/memory_boxes.hpp"
#include "preset/memory_caveats.hpp"
#include "preset/preset.hpp"

namespace bytebound {
namespace {

class Matcher {
public:
    Matcher(const SysRoot& root, const Preset& preset) : root_(root), preset_(preset) {
        std::vector<FileFault> faults; // of lists; doctor reports them, here the lists count as unknown
        machine_ = read_machine(root, faults);
    }

    MemoryMatch match() {
        for (const MemoryClass memory : {MemoryClass::ddr, MemoryClass::hbm, MemoryClass::pmem, MemoryClass::cxl})
            take_first(memory);
        for (std::string& line : box_warnings_.lines())
            match_.warnings.push_back(std::move(line));
        if (match_.counters.empty()) {
            say_why_not();
            return std::move(match_);
        }
        match_.reason = fmt::format("preset {}: {}", preset_.name, join(taken_, ", "));
        append(std::move(caveats_));
        add_errata();
        warn_of_passes();
        return std::move(match_);
    }

private:
    void append(std::vector<std::string> texts) {
        match_.warnings.insert(match_.warnings.end(), texts.begin(), texts.end());
    }

    void add_errata() {
        const std::string& first = match_.counters.front().event.pmu;
        for (const Erratum& erratum : errata_of(root_, machine_, preset_, match_.counters, differing_)) {
            match_.warnings.push_back(erratum.text);
            std::string brief = erratum.brief;
            if (brief.empty()) continue;
            if (const auto at = brief.find("{pmu}"); at != std::string::npos) brief.replace(at, 5, first);
            match_.brief_errata.push_back(std::move(brief));
        }
    }

    /// Takes the first source of a class that works on this machine.
    void take_first(MemoryClass memory) {
        for (const MemorySource& source : preset_.dram) {
            if (source.memory != memory) continue;
            std::string why;
            const auto boxes = boxes_of(root_, source, why);
            if (boxes.empty()) {
                missing_.push_back(why);
                continue;
            }
            const auto counters = encode_source(root_, source, boxes, box_warnings_, differing_);
            if (!counters) {
                broken_.push_back(counters.error());
                match_.warnings.push_back(
                    fmt::format("{} is not counted through {}: {}", name_of(memory), source.pmu, counters.error()));
                continue;
            }
            match_.counters.insert(match_.counters.end(), counters->begin(), counters->end());
            taken_.push_back(fmt::format("{} through {} box{} {}", name_of(memory), boxes.size(),
                                         boxes.size() == 1 ? "" : "es", source.pmu));
            for (std::string& caveat : cpumask_caveats(machine_, source, *counters))
                caveats_.push_back(std::move(caveat));
            return;
        }
    }

    void say_why_not() {
        const std::string name = "preset " + preset_.name;
        if (!broken_.empty()) {
            match_.reason = name + ": " + join(broken_, "; ");
            match_.remedy = "bytebound doctor shows the driver; --collector sim models the bytes";
            return;
        }
        if (preset_.dram.empty() || !preset_.no_dram.empty()) {
            match_.reason =
                name + ": " + (preset_.no_dram.empty() ? "it contains no memory-controller events" : preset_.no_dram);
            return;
        }
        std::set<std::string> known;
        std::vector<std::string> causes;
        for (const std::string& cause : missing_)
            if (known.insert(cause).second) causes.push_back(cause);
        match_.reason = name + ": " + join(causes, "; ");
        match_.remedy = "bytebound doctor says why it is missing; --collector sim models the bytes";
    }

    /// Warns if there are more events than hardware counters: they are never multiplexed silently.
    void warn_of_passes() {
        std::map<std::pair<std::string, int>, std::uint32_t> wanted;
        for (const MemoryCounter& counter : match_.counters)
            ++wanted[{counter.event.pmu, counter.cpu}];
        BoxWarnings warnings;
        for (const MemoryCounter& counter : match_.counters) {
            const std::uint32_t events = wanted[{counter.event.pmu, counter.cpu}], has = counter.counters_per_box;
            if (has != 0 && events > has)
                warnings.add(counter.event.pmu, fmt::format("{} events on {} counters: {} passes over the same trace",
                                                            events, has, (events + has - 1) / has));
        }
        append(warnings.lines());
    }

    const SysRoot& root_;
    const Preset& preset_;
    Machine machine_;
    MemoryMatch match_;
    BoxWarnings box_warnings_;
    std::vector<std::string> differing_, missing_, broken_, taken_, caveats_;
};

} // namespace

MemoryMatch match_memory(const SysRoot& root, const Preset& preset, std::optional<std::uint64_t> bytes_per_cas) {
    MemoryMatch match = Matcher(root, preset).match();
    if (!bytes_per_cas) return match;
    for (MemoryCounter& counter : match.counters) // an event of 1 byte per count is not a CAS count: its unit is exact
        if (counter.bytes_per_count != 1) counter.bytes_per_count = static_cast<std::uint32_t>(*bytes_per_cas);
    return match;
}

} // namespace bytebound
