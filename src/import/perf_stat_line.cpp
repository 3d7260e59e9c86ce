#include <algorithm>

#include "base/text.hpp"
#include "import/decimal.hpp"
#include "import/perf_stat.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

/// Numbers in which perf prints a comma as the decimal separator of a locale. perf never groups thousands here.
std::optional<double> perf_number(std::string_view text) {
    std::string plain(trim(text));
    std::replace(plain.begin(), plain.end(), ',', '.');
    return plain_number(plain);
}

bool digits_only(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_value(std::string_view text) {
    return text == "<not counted>" || text == "<not supported>" || perf_number(text).has_value();
}

/// perf prints the end of an interval with nine decimals and a point whatever the locale, and no value like that.
bool is_interval(std::string_view text) {
    const std::size_t point = text.find('.');
    return point != std::string_view::npos && digits_only(text.substr(0, point)) && text.size() - point == 10 &&
           digits_only(text.substr(point + 1));
}

/// "S0", "S0-D0", "S0-D0-C1", "N0", "S0-D0-L3-ID0": places that a number of CPUs follows.
bool is_counted_place(std::string_view text) {
    return text.size() > 1 && (text.front() == 'S' || text.front() == 'N') && text[1] >= '0' && text[1] <= '9';
}

std::optional<double> percent(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    return perf_number(text.substr(0, text.size() - 1));
}

/// An event's name may contain the separator between slashes ("cpu/event=0x3c,umask=0x0/u").
std::vector<std::string> with_whole_names(std::vector<std::string> fields, std::string_view separator) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < fields.size(); ++at) {
        std::string field = std::move(fields[at]);
        while (std::count(field.begin(), field.end(), '/') % 2 == 1 && at + 1 < fields.size() &&
               std::any_of(fields.begin() + static_cast<std::ptrdiff_t>(at) + 1, fields.end(),
                           [](const std::string& each) { return each.find('/') != std::string::npos; }))
            field.append(separator).append(fields[++at]);
        out.push_back(std::move(field));
    }
    return out;
}

} // namespace

std::vector<std::string> perf_fields(std::string_view line, std::string_view separator) {
    std::vector<std::string> fields;
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size())); // in front of the time of an interval
    for (std::size_t at = 0;;) {
        const std::size_t end = std::min(line.find(separator, at), line.size());
        fields.emplace_back(trim(line.substr(at, end - at)));
        if (end == line.size()) break;
        at = end + separator.size();
    }
    return with_whole_names(std::move(fields), separator);
}

std::optional<PerfStatLine> perf_stat_line(const std::vector<std::string>& fields, std::string_view separator) {
    PerfStatLine out;
    std::size_t at = 0;
    const auto left = [&] { return fields.size() - at; };
    if (left() > 0 && is_interval(fields[at])) out.interval_end = perf_number(fields[at++]);
    if (left() > 0 && fields[at] == "summary") {
        out.summary = true;
        ++at;
    }
    if (left() > 0 && !fields[at].empty() && !is_value(fields[at])) {
        out.place = fields[at++];
        if (is_counted_place(out.place) && left() > 0 && digits_only(fields[at])) ++at;
    }
    if (left() < 3) return std::nullopt;
    out.value = fields[at++];
    out.unit = fields[at++];
    out.event = fields[at++];
    if (out.value.empty() && out.unit.empty() && out.event.empty()) {
        // A further metric of the event above: empty fields, a number and its unit.
        const bool derived = left() >= 2 && perf_number(fields[fields.size() - 2]) &&
                             std::all_of(fields.begin() + static_cast<std::ptrdiff_t>(at), fields.end() - 2,
                                         [](const std::string& field) { return field.empty(); });
        return derived ? std::optional(out) : std::nullopt;
    }
    if (!is_value(out.value) || out.event.empty() || perf_number(out.event)) return std::nullopt;
    // With -x: a name with a colon ("instructions:u") is in two fields; with another separator it is -G's control
    // group.
    while (left() > 0 && !digits_only(fields[at]) && !percent(fields[at])) {
        if (separator == ":") {
            out.event += ":" + fields[at++];
        } else if (out.cgroup.empty()) {
            out.cgroup = fields[at++];
        } else {
            return std::nullopt;
        }
    }
    if (left() > 0) {
        out.error_percent = percent(fields[at]);
        if (out.error_percent) ++at;
    }
    if (left() < 2 || !digits_only(fields[at])) return std::nullopt;
    const auto running = perf_number(fields[at + 1]);
    if (!running || *running < 0 || *running > 100) return std::nullopt;
    out.running_percent = *running;
    // Then a derived metric and its unit ("CPUs utilized"), or nothing.
    if ((left() > 4 && separator != " ") || (left() > 2 && !fields[at + 2].empty() && !perf_number(fields[at + 2])))
        return std::nullopt;
    return out;
}

namespace {

/// A comma between two digits outside of strings can only be a locale's decimal separator: behind each member of these
/// objects comes the name of the next.
std::string with_points(std::string_view line) {
    std::string out(line);
    bool quoted = false;
    for (std::size_t at = 0; at < out.size(); ++at) {
        if (out[at] == '\\' && quoted) {
            ++at;
        } else if (out[at] == '"') {
            quoted = !quoted;
        } else if (out[at] == ',' && !quoted && at > 0 && at + 1 < out.size() && digits_only({&out[at - 1], 1}) &&
                   digits_only({&out[at + 1], 1})) {
            out[at] = '.';
        }
    }
    return out;
}

std::string text_member(const nlohmann::json& object, const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

std::optional<double> number_member(const nlohmann::json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end()) return std::nullopt;
    if (at->is_string()) return perf_number(at->get_ref<const std::string&>());
    return at->is_number() ? std::optional(at->get<double>()) : std::nullopt;
}

} // namespace

tl::expected<PerfStatLine, std::string> perf_stat_json_line(std::string_view line) {
    nlohmann::json object;
    try {
        object = parse_json(with_points(line));
    } catch (const std::invalid_argument&) {
        return tl::unexpected(std::string("it is not a JSON object of perf stat"));
    }
    if (!object.is_object()) return tl::unexpected(std::string("it is not a JSON object of perf stat"));
    PerfStatLine out;
    out.interval_end = number_member(object, "interval");
    for (const char* key : {"core", "cache", "cluster", "die", "socket", "node", "thread"})
        if (out.place.empty()) out.place = text_member(object, key);
    if (const std::string cpu = text_member(object, "cpu"); !cpu.empty()) out.place = "CPU" + cpu;
    out.event = text_member(object, "event");
    out.unit = text_member(object, "unit");
    out.cgroup = text_member(object, "cgroup");
    out.value = text_member(object, "counter-value");
    if (out.event.empty() && out.value.empty() && object.contains("metric-value")) return out;
    if (out.event.empty()) return tl::unexpected(std::string("it has no \"event\""));
    if (!is_value(out.value)) return tl::unexpected(std::string("\"counter-value\" is not a number"));
    out.error_percent = number_member(object, "variance");
    const auto running = number_member(object, "pcnt-running");
    if (!running || *running < 0 || *running > 100)
        return tl::unexpected(std::string("\"pcnt-running\" is not a percentage"));
    out.running_percent = *running;
    return out;
}

} // namespace bytebound
