#include "archive/summary_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/csv.hpp"
#include "record/subject.hpp"

namespace bytebound {
namespace {

constexpr std::string_view schema_comment = "schema: bytebound.summary/1";
constexpr std::string_view remedy = "restore the file: bytebound report RUN";
constexpr std::size_t shown_bytes = 80;
constexpr double largest_number = 1e30; ///< as in JSON

using Place = std::optional<std::size_t>; ///< of a column

/// The columns of a metric.
struct MetricPlaces {
    std::size_t value;
    Place ci_low, ci_high, n, blocks, tier, source, reason;
};

struct Places {
    std::size_t loop, k, k_requested, added, removed, flags;
    std::vector<MetricPlaces> metrics;
};

std::optional<Tier> tier_named(std::string_view name) {
    for (const Tier tier :
         {Tier::timed, Tier::counted, Tier::scaled, Tier::shared, Tier::emulated, Tier::simulated, Tier::computed})
        if (name_of(tier) == name) return tier;
    return std::nullopt;
}

/// Reads cells of one record, and keeps the first fault.
class RecordReader {
public:
    RecordReader(CsvRecord& record, const std::vector<std::string>& header) : record_(record), header_(header) {}

    std::string text(const Place& place) { return place ? std::move(record_.cells[*place]) : std::string(); }

    template <class Number>
    std::optional<Number> number(const Place& place) {
        if (!place || record_.cells[*place].empty()) return std::nullopt;
        const std::string& cell = record_.cells[*place];
        Number value{};
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        bool good = error == std::errc{} && end == cell.data() + cell.size();
        if constexpr (std::is_floating_point_v<Number>) good = good && std::abs(value) <= largest_number;
        if (good) return value;
        note(*place, "is not a number that it may have");
        return std::nullopt;
    }
    template <class Number>
    Number required(std::size_t place) {
        if (record_.cells[place].empty()) note(place, "is empty");
        return number<Number>(place).value_or(Number{});
    }

    std::optional<Tier> tier(const Place& place) {
        if (!place || record_.cells[*place].empty()) return std::nullopt;
        const auto tier = tier_named(record_.cells[*place]);
        if (!tier) note(*place, "is not a tier");
        return tier;
    }

    PublishedFigure figure(const MetricPlaces& at) {
        PublishedFigure figure{number<double>(at.value),
                               number<double>(at.ci_low),
                               number<double>(at.ci_high),
                               number<std::uint64_t>(at.n),
                               number<std::uint64_t>(at.blocks),
                               tier(at.tier),
                               text(at.source),
                               text(at.reason)};
        if (figure.ci_low && figure.ci_high && *figure.ci_low > *figure.ci_high)
            note(*at.ci_low, "is above the other end of its interval");
        if (figure.value && !figure.tier) note(at.value, "has no tier");
        if (figure.value && figure.ci_low && figure.ci_high &&
            (*figure.value < *figure.ci_low || *figure.value > *figure.ci_high))
            note(at.value, "is outside of its own interval");
        return figure;
    }

    void require(bool good, std::size_t place) {
        if (!good) note(place, "is not a number that it may have");
    }

    const std::string& fault() const { return fault_; }

private:
    void note(std::size_t place, std::string_view what) {
        if (fault_.empty())
            fault_ = fmt::format("column {}: \"{}\" {}", clipped(header_[place], shown_bytes),
                                 clipped(record_.cells[place], shown_bytes), what);
    }

    CsvRecord& record_;
    const std::vector<std::string>& header_;
    std::string fault_;
};

/// The columns of a header. Error: one is missing, or occurs twice.
Result<Places> places_of(const CsvReader& reader, const CsvRecord& header, std::vector<std::string>& metrics) {
    std::map<std::string_view, std::size_t> at;
    for (std::size_t i = 0; i < header.cells.size(); ++i)
        if (!at.emplace(header.cells[i], i).second)
            return reader.bad_line(header.line,
                                   "the column " + clipped(header.cells[i], shown_bytes) + " occurs twice");
    for (const std::string_view needed : {"loop", "k", "k_requested", "A", "R", "flags", "time_ns"})
        if (!at.contains(needed)) return reader.bad_line(header.line, "it has no column " + std::string(needed));
    const auto place = [&](const std::string& name) -> Place {
        const auto found = at.find(name);
        return found == at.end() ? Place() : Place(found->second);
    };
    Places places{at["loop"], at["k"], at["k_requested"], at["A"], at["R"], at["flags"], {}};
    for (std::size_t i = 0; i < header.cells.size(); ++i) {
        const std::string& name = header.cells[i];
        // A metric is a column with a tier beside it.
        if (!at.contains(name + "_tier")) continue;
        metrics.push_back(name);
        places.metrics.push_back({i, place(name + "_ci_low"), place(name + "_ci_high"), place(name + "_n"),
                                  place(name + "_blocks"), place(name + "_tier"), place(name + "_source"),
                                  place(name + "_reason")});
    }
    return places;
}

} // namespace

Result<PublishedSummary> parse_summary(std::string_view text, const std::string& name) {
    CsvReader reader(text, name, std::string(remedy));
    const auto comments = reader.comments();
    if (std::find(comments.begin(), comments.end(), schema_comment) == comments.end())
        return reader.bad_line(1, "it does not say \"# " + std::string(schema_comment) + "\"");
    const CsvRecord header = TRY(reader.next());
    PublishedSummary summary;
    const Places places = TRY(places_of(reader, header, summary.metrics));
    std::set<std::pair<std::string, std::uint32_t>> seen;
    while (!reader.done()) {
        CsvRecord record = TRY(reader.next());
        if (record.cells.size() != header.cells.size())
            return reader.bad_line(record.line, fmt::format("it has {} cells, the header has {}", record.cells.size(),
                                                            header.cells.size()));
        RecordReader cells(record, header.cells);
        PublishedRow row;
        row.k = row.k_requested = no_k;
        if (!record.cells[places.k].empty()) {
            row.k = cells.required<std::uint32_t>(places.k);
            row.k_requested = cells.required<std::uint32_t>(places.k_requested);
            row.added = cells.required<double>(places.added);
            row.removed = cells.required<double>(places.removed);
            cells.require(row.k != no_k && row.k_requested != no_k, places.k);
            cells.require(row.added >= 0, places.added);
            cells.require(row.removed >= 0, places.removed);
        }
        row.figures.reserve(places.metrics.size());
        for (const MetricPlaces& metric : places.metrics)
            row.figures.push_back(cells.figure(metric));
        row.loop = cells.text(places.loop);
        row.flags = cells.text(places.flags);
        if (!cells.fault().empty()) return reader.bad_line(record.line, cells.fault());
        if (!seen.emplace(row.loop, row.k).second)
            return reader.bad_line(record.line, "its loop and k are those of a row before");
        summary.rows.push_back(std::move(row));
    }
    return summary;
}

} // namespace bytebound
