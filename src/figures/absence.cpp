#include "figures/absence.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace bytebound {
namespace {

template <class T>
void add_once(std::vector<T>& list, const T& item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

/// "no cycles: no core PMU" -> "no core PMU": a single word between "no" and the colon is the name of an operand.
std::string root_reason(const std::string& reason) {
    const std::size_t colon = reason.find(": ");
    const bool of_operand = reason.starts_with("no ") && colon != std::string::npos && reason.find(' ', 3) > colon;
    return of_operand ? reason.substr(colon + 2) : reason;
}

/// Whether a metric is absent for this recorded reason, among others, and not for one of its rows ("bound is 0"). The
/// reasons of an absence are listed in one text, each in its shortest form.
bool is_reason_of(const Absence& absence, const std::string& recorded) {
    const std::string reason = root_reason(recorded);
    if (absence.reason.find(reason) != std::string::npos) return true;
    for (std::size_t begin = 0; begin <= absence.reason.size();) {
        const std::size_t end = std::min(absence.reason.find("; ", begin), absence.reason.size());
        if (reason.find(absence.reason.substr(begin, end - begin)) != std::string::npos) return true;
        begin = end + 2;
    }
    return false;
}

/// The values of one key (loop, or k) whose rows together are exactly the rows of the absence; empty if there are none.
template <class Key>
std::vector<std::string> whole_groups(const Summary& summary, const Absence& absence, Key key) {
    std::vector<std::string> out;
    std::size_t covered = 0;
    for (const SummaryRow* row : absence.rows)
        add_once(out, key(*row));
    for (const SummaryRow& row : summary.rows) {
        covered += std::find(out.begin(), out.end(), key(row)) != out.end() ? 1u : 0u;
    }
    return covered == absence.rows.size() ? out : std::vector<std::string>();
}

} // namespace

std::vector<Absence> absences(const Summary& summary, std::span<const std::string> keys) {
    std::vector<Absence> out;
    for (const std::string& key : keys) {
        for (const SummaryRow& row : summary.rows) {
            const auto why = row.unavailable.find(key);
            if (why == row.unavailable.end()) continue;
            const std::string reason = root_reason(why->second);
            auto at = std::find_if(out.begin(), out.end(), [&](const Absence& each) { return each.reason == reason; });
            if (at == out.end()) at = out.insert(out.end(), Absence{reason, {}, {}});
            add_once(at->metrics, key);
            add_once(at->rows, &row);
        }
    }
    return out;
}

std::string where_text(const Summary& summary, const Absence& absence) {
    if (absence.rows.size() == summary.rows.size() && summary.rows.size() > 1) return "every row";
    const auto loops = whole_groups(summary, absence, [](const SummaryRow& row) { return row.loop; });
    if (!loops.empty()) return join(loops, ", ");
    const auto ks = whole_groups(summary, absence, [](const SummaryRow& row) { return "k=" + k_text(row.k); });
    if (!ks.empty() && summary.subject == Subject::loops) return join(ks, ", ");
    std::vector<std::string> rows;
    for (const SummaryRow* row : absence.rows)
        rows.push_back(row_name(row->loop, row->k));
    return join(rows, ", ");
}

std::string where_flagged(const Summary& summary, std::string_view flag) {
    Absence flagged;
    for (const SummaryRow& row : summary.rows) {
        if (std::find(row.flags.begin(), row.flags.end(), flag) != row.flags.end()) flagged.rows.push_back(&row);
    }
    return flagged.rows.empty() ? "" : where_text(summary, flagged);
}

std::string remedies_for(const RunRecord& run, const Absence& absence) {
    const auto about = [&](const std::string& metric) {
        return std::find(absence.metrics.begin(), absence.metrics.end(), metric) != absence.metrics.end();
    };
    std::vector<std::string> out;
    for (const UnavailableRecord& record : run.unavailable) {
        if (about(record.metric) && !record.remedy.empty() && is_reason_of(absence, record.reason))
            add_once(out, record.remedy);
    }
    for (const EventRecord& event : run.events) {
        if ((about(event.role) || about(event.name)) && !event.reason.empty() && !event.remedy.empty()) {
            add_once(out, event.remedy);
        }
    }
    return join(out, "; ");
}

} // namespace bytebound
