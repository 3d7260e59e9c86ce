#include "render/answers/events_text.hpp"
#include "io/json.hpp"
#include "render/answers/event_words.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "figures/number.hpp"
#include "render/plain_table.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

std::string scale_of(const Event& event) {
    if (event.scale == 1 && event.unit.empty()) return "1";
    return exact_number(event.scale) + (event.unit.empty() ? "" : " " + event.unit);
}

std::string where(const Event& event) {
    const std::string scope = event.scope == Scope::thread ? "thread" : "CPU";
    return event.cpus.empty() ? scope : scope + " on " + format_cpu_list(event.cpus);
}

/// "uncore_imc_0 and 2 more": the boxes of a sum.
std::string pmu_of(const ResolvedName& name) {
    const std::string& first = name.resolution.event->pmu;
    const std::size_t boxes = name.resolution.boxes.size();
    return boxes == 0 ? first : fmt::format("{} and {} more", first, boxes - 1);
}

/// What a reader should know of an event that resolves.
std::string remarks_on(const ResolvedName& name) {
    std::string text;
    if (const auto& boxes = name.resolution.boxes; !boxes.empty()) {
        std::vector<std::string> pmus;
        for (const Event& box : boxes)
            pmus.push_back(box.pmu);
        text += visible_format("{}: the sum of {}\n", name.name, join(pmus, ", "));
    }
    if (!name.resolution.label.empty()) text += visible_format("{}: shown as {}\n", name.name, name.resolution.label);
    if (const auto& event = name.resolution.event; event && !event->caveat.empty())
        text += visible_format("{}: {}\n", name.name, event->caveat);
    return text;
}

std::string opens(const ResolvedName& name) {
    if (!name.resolution.event) return "no";
    if (!name.planned) return "not probed";
    return name.planned->pass >= 0 ? "yes" : "no";
}

/// Why it cannot be counted; empty if it can, or was not tried.
std::pair<std::string, std::string> reason_of(const ResolvedName& name) {
    if (name.wrong) return {name.wrong->cause, name.wrong->remedy};
    if (!name.resolution.event) return {name.resolution.unavailable, name.resolution.remedy};
    if (name.planned && name.planned->pass < 0) return {name.planned->reason, name.planned->remedy};
    return {};
}

Json event_json(const Event& event) {
    return {{"pmu", event.pmu},
            {"type", hexadecimal(event.type)},
            {"config", hexadecimal(event.config)},
            {"config1", hexadecimal(event.config1)},
            {"config2", hexadecimal(event.config2)},
            {"domain", name_of(event.domain)},
            {"scope", event.scope == Scope::thread ? "thread" : "cpu"},
            {"cpus", event.cpus},
            {"scale", event.scale},
            {"unit", json_text(event.unit)},
            {"origin", json_text(event.origin)}};
}

/// Thousands of names are counted, not listed.
std::string vendor_note(const std::vector<VendorPmu>& vendor) {
    if (vendor.empty()) return {};
    std::vector<std::string> present;
    for (const VendorPmu& pmu : vendor)
        if (pmu.present) present.push_back(pmu.name);
    return visible_format(
        "\nlibpfm4 knows the names of {} PMUs more; found here: {}. See bytebound events list PMU::\n", vendor.size(),
        present.empty() ? "none" : join(present, ", "));
}

} // namespace

std::string events_list_text(const std::vector<ListedEvent>& events, const std::vector<VendorPmu>& vendor) {
    Table table;
    table.columns = {{"name"}, {"kind"}, {"PMU"}};
    for (const ListedEvent& event : events) {
        const std::size_t at = table.rows.size();
        if (at == 0 || events[at - 1].kind != event.kind || events[at - 1].pmu != event.pmu) {
            table.group_starts.push_back(at);
        }
        table.rows.push_back({event.name, event.kind, event.pmu});
    }
    return plain_table(table, false) + vendor_note(vendor);
}

std::string events_list_json(const std::vector<ListedEvent>& events, const std::vector<VendorPmu>& vendor) {
    Json list = Json::array();
    for (const ListedEvent& event : events) {
        list.push_back({{"name", event.name}, {"pmu", event.pmu}, {"kind", event.kind}});
    }
    Json pmus = Json::array();
    for (const VendorPmu& pmu : vendor)
        pmus.push_back(
            {{"name", pmu.name}, {"description", pmu.description}, {"events", pmu.events}, {"present", pmu.present}});
    return document_text(Json{{"schema", "bytebound.events/1"}, {"events", list}, {"vendor_pmus", pmus}});
}

std::string events_resolve_text(const std::vector<ResolvedName>& names) {
    Table table;
    table.columns = {{"name"}, {"PMU"}, {"type:config"}, {"domain"}, {"scope"}, {"scale"}, {"opens here"}, {"from"}};
    std::string reasons;
    for (const ResolvedName& name : names) {
        if (name.wrong) continue;
        if (const auto& event = name.resolution.event) {
            table.rows.push_back({name.name, pmu_of(name), words_of(*event), std::string(name_of(event->domain)),
                                  where(*event), scale_of(*event), opens(name), event->origin});
        } else {
            table.rows.push_back({name.name, "n/a", "n/a", "n/a", "n/a", "n/a", opens(name), ""});
        }
        reasons += remarks_on(name);
        const auto [cause, remedy] = reason_of(name);
        if (!cause.empty())
            reasons += visible_format("{}: {}{}\n", name.name, cause, remedy.empty() ? "" : "; " + remedy);
    }
    if (table.rows.empty()) return {};
    return plain_table(table, false) + (reasons.empty() ? "" : "\n" + reasons);
}

std::string events_resolve_json(const std::vector<ResolvedName>& names) {
    Json list = Json::array();
    for (const ResolvedName& name : names) {
        const auto [cause, remedy] = reason_of(name);
        const bool tried = name.planned.has_value() || !name.resolution.event;
        Json boxes = Json::array();
        for (const Event& box : name.resolution.boxes)
            boxes.push_back(event_json(box));
        const auto& event = name.resolution.event;
        list.push_back({{"name", name.name},
                        {"label", json_text(name.resolution.label)},
                        {"known", !name.wrong},
                        {"event", event ? event_json(*event) : Json(nullptr)},
                        {"boxes", std::move(boxes)},
                        {"caveat", event ? json_text(event->caveat) : Json(nullptr)},
                        {"opens", tried ? Json(opens(name) == "yes") : Json(nullptr)},
                        {"reason", json_text(cause)},
                        {"remedy", json_text(remedy)}});
    }
    return document_text(Json{{"schema", "bytebound.events/1"}, {"events", list}});
}

} // namespace bytebound
