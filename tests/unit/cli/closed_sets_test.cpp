// Compares schemas and pages that list the members of a closed set with its table. BYTEBOUND_WRITE_GOLDEN=1 rewrites
// them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/text.hpp"
#include "catalogue/flags.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "catalogue/tiers.hpp"
#include "counters/registry.hpp"
#include "experiment/plan/run_options.hpp"
#include "io/json.hpp"
#include "loops/update_loop.hpp"
#include "machine/tuning.hpp"
#include "model/hierarchy_spec.hpp"
#include "record/warning.hpp"
#include "support/fixtures_path.hpp"

using namespace bytebound;
using Names = std::vector<std::string>;

namespace {

constexpr std::size_t longest_line = 118;

/// A text file of the source tree, part of which lists members.
class Listing {
public:
    explicit Listing(const std::string& path) : path_(std::string(test::fixtures_path) + "/../../" + path) {
        std::ifstream stream(path_, std::ios::binary);
        text_ = std::string{std::istreambuf_iterator<char>(stream), {}};
        REQUIRE_FALSE(text_.empty());
    }

    /// The array after the anchors, which occur in this order; its null is kept.
    void check_array(const Names& anchors, const Names& expected) {
        INFO(path_ << ": " << join(anchors, " ... "));
        std::size_t begin = 0;
        for (const std::string& anchor : anchors) {
            begin = text_.find(anchor, begin);
            REQUIRE(begin != std::string::npos);
            begin += anchor.size();
        }
        begin = text_.find('[', begin);
        const std::size_t end = text_.find(']', begin) + 1;
        const std::string array = text_.substr(begin, end - begin);
        const nlohmann::json members = nlohmann::json::parse(array);
        Names listed;
        for (const auto& member : members)
            if (!member.is_null()) listed.push_back(member.get<std::string>());
        if (listed == expected || !writing()) {
            CHECK(listed == expected);
            return;
        }
        Names cells;
        for (const std::string& name : expected)
            cells.push_back('"' + name + '"');
        if (members.size() > listed.size()) cells.emplace_back("null");
        replace(begin, end, array[1] == '\n' ? one_a_line(cells, array) : filled(cells, begin));
    }

    /// The table below this head, whose second line contains the rules.
    void check_table(const std::string& head, const Names& expected) {
        check_rows(head, [&](const Names&) { return expected; });
    }

    /// A table whose rows are written by hand: one row for each of these, in their order, found by its first cell. A
    /// missing row is written as given here.
    void check_first_cells(const std::string& head, const Names& expected) {
        check_rows(head, [&](const Names& rows) {
            Names completed = expected;
            for (std::string& wanted : completed) {
                const std::string first = wanted.substr(0, wanted.find(" | ") + 3);
                const auto known = std::find_if(rows.begin(), rows.end(),
                                                [&](const std::string& each) { return each.starts_with(first); });
                if (known != rows.end()) wanted = *known;
            }
            return completed;
        });
    }

    /// The text between two anchors.
    void check_text(const std::string& before, const std::string& after, const std::string& expected) {
        INFO(path_ << ": " << before);
        std::size_t begin = text_.find(before);
        REQUIRE(begin != std::string::npos);
        begin += before.size();
        const std::size_t end = text_.find(after, begin);
        REQUIRE(end != std::string::npos);
        const std::string text = text_.substr(begin, end - begin);
        if (text != expected && writing()) return replace(begin, end, expected);
        CHECK(text == expected);
    }

private:
    /// `expected_of`: the rows that the table must have, given those that it has.
    template <class Expected>
    void check_rows(const std::string& head, Expected expected_of) {
        INFO(path_ << ": " << head);
        std::size_t begin = text_.find(head + "\n|---");
        REQUIRE(begin != std::string::npos);
        begin = text_.find('\n', text_.find('\n', begin) + 1) + 1;
        std::size_t end = begin;
        Names rows;
        for (; text_[end] == '|'; end = text_.find('\n', end) + 1)
            rows.push_back(text_.substr(end, text_.find('\n', end) - end));
        const Names expected = expected_of(rows);
        if (rows != expected && writing()) return replace(begin, end, join(expected, "\n") + "\n");
        CHECK(rows == expected);
    }

    static bool writing() { return std::getenv("BYTEBOUND_WRITE_GOLDEN") != nullptr; }

    void replace(std::size_t begin, std::size_t end, const std::string& part) {
        text_.replace(begin, end - begin, part);
        std::ofstream(path_, std::ios::binary) << text_;
    }

    static std::string one_a_line(const Names& cells, const std::string& array) {
        const std::string indent = array.substr(1, array.find('"') - 1), last = array.substr(array.rfind('\n'));
        return "[" + indent + join(cells, "," + indent) + last;
    }

    /// As many as fit in a line, the others below the first.
    std::string filled(const Names& cells, std::size_t begin) const {
        const std::size_t column = begin - text_.rfind('\n', begin);
        std::string array = "[", line(column, ' ');
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string cell = cells[i] + (i + 1 < cells.size() ? "," : "");
            if (i != 0 && line.size() + 1 + cell.size() > longest_line) {
                array += "\n" + std::string(column, ' ');
                line.assign(column, ' ');
            } else if (i != 0) {
                array += ' ', line += ' ';
            }
            array += cell, line += cell;
        }
        return array + "]";
    }

    std::string path_, text_;
};

template <class Table, class Holds>
Names names_where(const Table& table, Holds holds) {
    Names names;
    for (const auto& entry : table)
        if (holds(entry)) names.emplace_back(entry.name);
    return names;
}

template <class Table>
Names names_in_order(const Table& table) {
    return names_where(table, [](const auto&) { return true; });
}

std::string code(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string row(const Names& cells) { return "| " + join(cells, " | ") + " |"; }

} // namespace

TEST_CASE("summary.schema.json lists the metrics, flags, sources and tiers of the tables") {
    Listing schema("reports/schema/summary.schema.json");
    Names tier_names, compared, fitted, over;
    for (const TierEntry& tier : tiers())
        tier_names.emplace_back(name_of(tier.tier));
    for (const MetricEntry& metric : metrics())
        if (!metric.compared.subject.empty()) compared.emplace_back(metric.name);
    for (const MetricEntry& metric : metrics()) {
        if (metric.fitted_over.empty()) continue;
        fitted.emplace_back(metric.name);
        if (std::find(over.begin(), over.end(), metric.fitted_over) == over.end())
            over.emplace_back(metric.fitted_over);
    }
    schema.check_array({"\"tier\": {", "\"enum\":"}, tier_names);
    schema.check_array({"\"source\": {", "\"enum\":"}, names_in_order(sources()));
    schema.check_array({"\"regression\": {", "\"y\": {", "\"enum\":"}, fitted);
    schema.check_array({"\"regression\": {", "\"x\": {", "\"enum\":"}, over);
    schema.check_array({"\"row\": {", "\"flags\": {", "\"enum\":"}, names_in_order(flags()));
    schema.check_array({"\"metrics\": {\n      \"description\"", "\"required\":"}, names_in_order(metrics()));
    schema.check_array({"\"comparison\": {", "\"metric\": {", "\"enum\":"}, compared);
}

TEST_CASE("run.schema.json lists the loops, the words of options, and the collectors, sources and roles of events") {
    Listing schema("reports/schema/run.schema.json");
    Names copies;
    for (const CopyMethod method : copy_methods())
        copies.emplace_back(name_of(method));
    const auto counts_events = [](const SourceEntry& source) {
        return source.tier == Tier::counted || source.tier == Tier::shared || source.tier == Tier::emulated;
    };
    const auto takes_events = [](const MetricEntry& metric) {
        return metric.origin == MetricOrigin::counted || metric.origin == MetricOrigin::traffic;
    };
    schema.check_array({"\"workload\": {\n      \"type\"", "\"dtype\": {", "\"enum\":"}, names_of(dtype_words()));
    schema.check_array({"\"workload\": {\n      \"type\"", "\"between\": {", "\"enum\":"}, names_of(between_words()));
    schema.check_array({"\"loop\": {\n      \"anyOf\": [", "\"enum\":"}, names_in_order(loops()));
    schema.check_array({"\"copy_method\": {", "\"enum\":"}, copies);
    schema.check_array({"\"hierarchy\": {\n      \"", "\"policy\": {", "\"enum\":"}, names_of(llc_policy_words()));
    schema.check_array({"\"hierarchy\": {\n      \"", "\"prefetch\": {", "\"enum\":"}, names_of(prefetch_words()));
    schema.check_array({"\"event\": {\n      \"", "\"source\": {", "\"enum\":"}, names_where(sources(), counts_events));
    schema.check_array({"\"event\": {\n      \"", "\"role\": {", "\"enum\":"}, names_where(metrics(), takes_events));
}

TEST_CASE("figures.md has a row for every metric, tier and source, with the meaning that its table gives") {
    Listing page("docs/figures.md");
    Names metric_rows, tier_rows, source_rows;
    for (const auto table : {metrics(), gap_metrics()})
        for (const MetricEntry& metric : table)
            metric_rows.push_back(row({code(metric.name), std::string(metric.meaning), std::string(metric.unit),
                                       std::string(name_of(metric.stat))}));
    for (const TierEntry& tier : tiers())
        tier_rows.push_back(row({code(name_of(tier.tier)), std::string(tier.comes_from)}));
    for (const SourceEntry& source : sources())
        source_rows.push_back(row({code(source.name), code(name_of(source.tier)), std::string(source.supplies)}));
    page.check_table("| metric | meaning | unit | statistic |", metric_rows);
    page.check_table("| tier | the number comes from |", tier_rows);
    page.check_table("| source | tier | what it supplies |", source_rows);
}

TEST_CASE("run-directory.md has a row for every flag") {
    Listing page("docs/run-directory.md");
    Names rows;
    for (const FlagEntry& flag : flags())
        rows.push_back(row({code(flag.name), std::string(flag.meaning)}));
    page.check_table("| flag | meaning |", rows);
}

TEST_CASE("run-directory.md has a row for every warning, with its fields") {
    Listing page("docs/run-directory.md");
    Names rows;
    for (const WarningEntry& warning : warning_table()) {
        Names fields;
        for (const std::string& field : field_names(warning.text))
            fields.push_back(code(field));
        rows.push_back(row({code(warning.code), fields.empty() ? "none" : join(fields, ", ")}));
    }
    page.check_table("| warning | fields |", rows);
}

TEST_CASE("tuning.schema.json and tuning.md list every tuning item, with the words of its table") {
    Names effects, rows;
    for (const TuningItem& item : tuning_items()) {
        effects.push_back(row({code(item.name), std::string(item.effect)}));
        rows.push_back(row(
            {code(item.name), std::string(item.quiet), std::string(name_of(item.change)), std::string(item.source)}));
    }
    Listing schema("reports/schema/tuning.schema.json");
    schema.check_array({"\"name\": {", "\"enum\":"}, names_in_order(tuning_items()));
    Listing page("docs/tuning.md");
    page.check_table("| item | effect on measurements |", effects);
    page.check_table("| item | quiet | set by | source |", rows);
}

TEST_CASE("loops.md has a row for every loop") {
    Listing page("docs/loops.md");
    Names rows;
    for (const LoopEntry& loop : loops()) {
        const std::string stored = loop.stores == StoredRows::minimal ? "`min_rows`"
                                   : loop.stores == StoredRows::all   ? "m_after"
                                                                      : "m_after or `min_rows`";
        rows.push_back(row({code(loop.name), std::string(loop.purpose), stored}));
    }
    page.check_first_cells("| loop | one step | rows stored |", rows);
}

TEST_CASE("commands.md lists the words of --collector") {
    Names words;
    for (const std::string_view word : collector_words(collectors()))
        words.emplace_back(word);
    const std::string last = words.back();
    words.pop_back();
    Listing page("docs/commands.md");
    page.check_text("| `--collector NAME,...` | ", " (auto: ", join(words, ", ") + " or " + last);
}
