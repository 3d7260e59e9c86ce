#include "preset/memory_boxes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "counters/names/event_name.hpp"
#include "counters/names/format_field.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/pmu_terms.hpp"
#include "io/regex.hpp"

namespace bytebound {
namespace {

constexpr double most_bytes_per_count = 65536;
constexpr double scale_tolerance = 1e-3; ///< .scale files have few digits: 6.103515625e-5 MiB is 64 bytes

bool path_exists(const SysRoot& root, const std::string& path) {
    const auto slash = path.rfind('/');
    const Regex last(slash == std::string::npos ? path : path.substr(slash + 1));
    for (const std::string& name : root.list(slash == std::string::npos ? "" : path.substr(0, slash)))
        if (last.matches(name)) return true;
    return false;
}

bool has_format(const SysRoot& root, const std::string& pmu, const MemorySource& source) {
    for (const auto& [term, bits] : source.needs_format) {
        const auto text = root.read(pmu_path(pmu, "format/" + term));
        const auto field = text ? parse_format(*text) : std::nullopt;
        if (!field || field->width() != bits) return false;
    }
    return true;
}

/// Replaces "{1}" by the first group of the pattern in the box's name.
std::string filled(std::string text, const std::string& group) {
    for (auto at = text.find("{1}"); at != std::string::npos; at = text.find("{1}", at + group.size()))
        text.replace(at, 3, group);
    return text;
}

/// Bytes per unit of a sysfs .unit file; 0: unknown.
double bytes_of_unit(const std::string& unit) {
    if (unit == "MiB") return 1048576;
    if (unit == "KiB") return 1024;
    if (unit == "GiB") return 1073741824;
    if (unit == "MB") return 1e6;
    if (unit == "B" || unit == "Bytes" || unit == "bytes") return 1;
    return 0;
}

/// Bytes per count that an alias's .scale and .unit state; nullopt: none, or not a whole number of bytes.
std::optional<std::uint32_t> bytes_of(const PmuEncoding& encoding) {
    const double bytes = encoding.scale * bytes_of_unit(encoding.unit), whole = std::round(bytes);
    if (whole < 1 || whole > most_bytes_per_count || std::abs(bytes - whole) > scale_tolerance * whole) return {};
    return static_cast<std::uint32_t>(whole);
}

std::string words_text(const std::array<std::uint64_t, 3>& words) {
    std::string text = fmt::format("config {:#x}", words[0]);
    if (words[1] != 0) text += fmt::format(" config1 {:#x}", words[1]);
    if (words[2] != 0) text += fmt::format(" config2 {:#x}", words[2]);
    return text;
}

class BoxEncoder {
public:
    BoxEncoder(const SysRoot& root, const MemorySource& source, std::string box, BoxWarnings& warnings,
               std::vector<std::string>& differing)
        : root_(root), source_(source), box_(std::move(box)), warnings_(warnings), differing_(differing) {
        if (const auto groups = Regex(source.pmu).groups(box_); groups && !groups->empty()) group_ = groups->front();
    }

    /// The box's counters, or the fault of the box.
    tl::expected<std::vector<MemoryCounter>, std::string> encode() {
        const auto type = pmu_type(root_, box_);
        if (!type) return tl::unexpected("broken sysfs: " + to_line(without_remedy(type.error())));
        const auto cpus = pmu_cpu_list(root_, box_, "cpumask");
        if (!cpus) return tl::unexpected("broken sysfs: " + to_line(without_remedy(cpus.error())));
        if (!*cpus) return tl::unexpected("broken sysfs: PMU " + box_ + " has no cpumask");
        if ((*cpus)->empty()) {
            warnings_.add_left_out(
                box_, "its cpumask is empty: no CPU of its package is online, so its traffic is not counted");
            return std::vector<MemoryCounter>{};
        }
        type_ = *type;
        cpus_ = **cpus;
        for (const auto& [direction, terms] :
             {std::pair(Direction::read, &source_.read), std::pair(Direction::write, &source_.write),
              std::pair(Direction::combined, &source_.combined)})
            for (const MemoryTerm& term : *terms)
                if (auto broken = add(term, direction); !broken.empty()) return tl::unexpected(std::move(broken));
        return std::move(counters_);
    }

private:
    static Error without_remedy(Error error) {
        error.remedy.clear();
        return error;
    }

    std::string add(const MemoryTerm& term, Direction direction) {
        const std::string terms = filled(term.of_kernel() ? term.alias : term.terms, group_);
        const std::string name = box_ + "/" + terms + "/";
        const auto encoding = encode_terms(root_, name, box_, parse_terms(terms).value_or(std::vector<EventTerm>{}));
        if (!encoding) return cause_of(encoding.error());
        std::uint32_t bytes_per_count = term.bytes_per_count;
        if (term.of_kernel()) {
            const auto bytes = bytes_of(*encoding);
            if (!bytes)
                return fmt::format("the kernel's alias {} is scaled to '{}' of unit '{}', not to whole bytes", terms,
                                   encoding->scale, encoding->unit);
            bytes_per_count = *bytes;
        } else if (!term.alias.empty()) {
            check_alias(term, terms, encoding->words);
        }
        MemoryCounter counter;
        Event& event = counter.event;
        event.name = name;
        event.pmu = box_;
        event.type = type_;
        event.config = encoding->words[0];
        event.config1 = encoding->words[1];
        event.config2 = encoding->words[2];
        event.domain = Domain::unrestricted; // uncore drivers accept no exclude bits
        event.scope = Scope::cpu;
        event.cpus = cpus_;
        event.origin = (term.of_kernel() ? "kernel alias: " : "") + encoding->origin;
        counter.memory = source_.memory;
        counter.direction = direction;
        counter.bytes_per_count = bytes_per_count;
        counter.counters_per_box = source_.counters_per_box;
        counter.width_bits = source_.width_bits;
        counter.saturates = source_.saturates;
        for (const int cpu : cpus_) {
            counter.cpu = cpu;
            counters_.push_back(counter);
        }
        return {};
    }

    /// The kernel's own alias for the event is only compared, not used: three kernels shipped wrong ones.
    void check_alias(const MemoryTerm& term, const std::string& terms, const std::array<std::uint64_t, 3>& words) {
        const std::string alias = filled(term.alias, group_);
        const auto known = pmu_aliases(root_, box_);
        if (!std::binary_search(known.begin(), known.end(), alias)) return;
        const auto theirs = encode_terms(root_, box_ + "/" + alias + "/", box_, {{alias, {}}});
        if (!theirs) {
            warnings_.add(box_, fmt::format("the kernel's alias {} cannot be compared with {}: {}", alias, terms,
                                            cause_of(theirs.error())));
            return;
        }
        if (theirs->words != words) {
            differing_.push_back(alias);
            warnings_.add(box_, fmt::format("the kernel's alias {} is {}, the preset's {} is {}; the preset's is used",
                                            alias, words_text(theirs->words), terms, words_text(words)));
            return; // a different event: its scale does not apply to ours
        }
        if (theirs->scale == 1 && theirs->unit.empty()) return; // the oldest kernels have neither scale nor unit
        const double unit = bytes_of_unit(theirs->unit);
        if (unit == 0) {
            warnings_.add(box_, fmt::format("the kernel's alias {} has the unknown unit '{}': its scale cannot be "
                                            "compared with the preset's {} bytes per count",
                                            alias, theirs->unit, term.bytes_per_count));
        } else if (std::abs(theirs->scale * unit - term.bytes_per_count) > scale_tolerance * term.bytes_per_count) {
            differing_.push_back(alias);
            warnings_.add(box_, fmt::format("the kernel's alias {} is scaled to {:.4g} bytes per count, the preset's "
                                            "{} to {}; the preset's is used",
                                            alias, theirs->scale * unit, terms, term.bytes_per_count));
        }
    }

    const SysRoot& root_;
    const MemorySource& source_;
    std::string box_, group_;
    BoxWarnings& warnings_;
    std::vector<std::string>& differing_;
    std::uint32_t type_ = 0;
    std::vector<int> cpus_;
    std::vector<MemoryCounter> counters_;
};

} // namespace

void BoxWarnings::add(const std::string& box, std::string text, bool each) {
    const auto known =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.text == text; });
    if (known == entries_.end())
        entries_.push_back({std::move(text), {box}, each});
    else if (known->boxes.back() != box)
        known->boxes.push_back(box);
}

void BoxWarnings::add(const std::string& box, std::string text) { add(box, std::move(text), false); }
void BoxWarnings::add_left_out(const std::string& box, std::string text) { add(box, std::move(text), true); }

std::vector<std::string> BoxWarnings::lines() const {
    std::vector<std::string> lines;
    for (const auto& [text, boxes, each] : entries_) {
        const std::string more = boxes.size() > 1 ? fmt::format(" and {} more", boxes.size() - 1) : std::string();
        lines.push_back((each ? join(boxes, ", ") : boxes.front() + more) + ": " + text);
    }
    return lines;
}

std::vector<std::string> boxes_of(const SysRoot& root, const MemorySource& source, std::string& why) {
    std::vector<std::string> boxes;
    if (!source.needs_path.empty() && !path_exists(root, source.needs_path)) {
        why = "no /" + source.needs_path;
        return boxes;
    }
    const Regex pattern(source.pmu);
    const Regex exclude(source.exclude);
    why = "no PMU " + source.pmu;
    for (const std::string& pmu : pmu_names(root)) {
        if (!pattern.matches(pmu)) continue;
        if (!source.exclude.empty() && exclude.matches(pmu)) continue;
        if (!source.needs_alias.empty() && !root.exists(pmu_path(pmu, "events/" + source.needs_alias))) {
            why = "PMU " + pmu + " has no event " + source.needs_alias;
        } else if (!has_format(root, pmu, source)) {
            why = "the format/ of PMU " + pmu + " is another one";
        } else {
            boxes.push_back(pmu);
        }
    }
    return boxes;
}

tl::expected<std::vector<MemoryCounter>, std::string> encode_source(const SysRoot& root, const MemorySource& source,
                                                                    const std::vector<std::string>& boxes,
                                                                    BoxWarnings& warnings,
                                                                    std::vector<std::string>& differing) {
    std::vector<MemoryCounter> counters;
    std::string fault;
    std::vector<std::string> also_broken;
    for (const std::string& box : boxes) {
        auto some = BoxEncoder(root, source, box, warnings, differing).encode();
        if (!some) {
            if (fault.empty())
                fault = box + ": " + some.error();
            else
                also_broken.push_back(box);
            continue;
        }
        counters.insert(counters.end(), some->begin(), some->end());
    }
    if (!fault.empty())
        return tl::unexpected(fault + (also_broken.empty() ? "" : "; also broken: " + join(also_broken, ", ")));
    if (counters.empty()) return tl::unexpected("every cpumask of " + source.pmu + " is empty");
    return counters;
}

} // namespace bytebound
