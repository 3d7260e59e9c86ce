#include "io/json.hpp"
#include "render/answers/watch_outputs.hpp"
#include "render/answers/watch_words.hpp"

namespace bytebound {
namespace {

using WatchJson = nlohmann::ordered_json;

WatchJson value_json(const WatchColumn& column, const WatchValue& value) {
    const bool known = value.value.has_value();
    return {{"value", json_number(value.value)},
            {"unit", json_text(column.unit)},
            {"count", json_number(value.count)},
            {"tier", known ? WatchJson(name_of(tier_of(column, value))) : WatchJson(nullptr)},
            {"source", json_text(column.source)},
            {"domain", json_text(column.domain)},
            {"state", name_of(value.state)},
            {"reason", json_text(value.reason)},
            {"remedy", json_text(known ? "" : column.remedy)}};
}

/// The object of a place and memory class in the list, added if it is not there.
WatchJson& place_in(WatchJson& list, const WatchColumn& column) {
    for (WatchJson& place : list)
        if (place["nodes"] == WatchJson(column.nodes) && place["memory"] == name_of(column.traffic->memory))
            return place;
    list.push_back({{"nodes", column.nodes}, {"memory", name_of(column.traffic->memory)}});
    return list.back();
}

} // namespace

std::string watch_json_line(const WatchHeader& header, const WatchLine& line) {
    WatchJson dram = WatchJson::array(), events = WatchJson::array(), ratios = WatchJson::object();
    for (std::size_t i = 0; i < header.columns.size(); ++i) {
        const WatchColumn& column = header.columns[i];
        WatchJson value = value_json(column, line.values[i]);
        switch (column.kind) {
        case WatchKind::bandwidth: place_in(dram, column)[direction_text(column)] = std::move(value); break;
        case WatchKind::ratio: ratios[column.key] = std::move(value); break;
        case WatchKind::rate: {
            WatchJson event = {{"name", column.event}};
            event.update(value);
            events.push_back(std::move(event));
        }
        }
    }
    WatchJson document = {{"schema", "bytebound.watch/1"}, {"time", line.time}, {"elapsed_s", line.elapsed_s},
                          {"interval_s", line.interval_s}, {"late", line.late}, {"cpus", line.cpus},
                          {"dram", std::move(dram)}};
    document.update(ratios);
    document["events"] = std::move(events);
    return json_line(document);
}

} // namespace bytebound
