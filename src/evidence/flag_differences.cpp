#include "evidence/flag_differences.hpp"

#include <algorithm>
#include <set>

#include "archive/run_directory.hpp"
#include "catalogue/flags.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

bool same_phase(const Sample& a, const Sample& b) {
    return a.loop == b.loop && a.k == b.k && a.repeat == b.repeat && a.pass == b.pass;
}

void compare_phase(const std::vector<Sample>& rows, std::size_t begin, std::size_t end,
                   std::vector<Difference>& found) {
    std::vector<double> times;
    for (std::size_t i = begin; i < end; ++i)
        times.push_back(static_cast<double>(rows[i].time_ns));
    const std::vector<std::size_t> far = tukey_outliers(times);
    const std::set<std::size_t> outliers(far.begin(), far.end());
    for (std::size_t i = begin; i < end; ++i) {
        const Sample& row = rows[i];
        const bool published = std::find(row.flags.begin(), row.flags.end(), flag_name::outlier) != row.flags.end();
        const bool derived = outliers.count(i - begin) != 0;
        if (published == derived) continue;
        const auto text = [](bool flagged) {
            return flagged ? std::optional(std::string(flag_name::outlier)) : std::nullopt;
        };
        found.push_back({std::string(samples_file), place_of(i, row) + ", column flags", text(published), text(derived),
                         "by the times of its phase"});
    }
}

} // namespace

std::vector<Difference> flag_differences(const SampleTable& steps) {
    std::vector<Difference> found;
    for (std::size_t begin = 0, end = 0; begin < steps.rows.size(); begin = end) {
        while (end < steps.rows.size() && same_phase(steps.rows[begin], steps.rows[end]))
            ++end;
        compare_phase(steps.rows, begin, end, found);
    }
    return found;
}

} // namespace bytebound
