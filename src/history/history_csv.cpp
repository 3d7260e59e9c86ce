#include "history/history_csv.hpp"

#include "base/text.hpp"
#include "figures/number.hpp"
#include "io/csv.hpp"

namespace bytebound {
namespace {

constexpr std::string_view csv_columns =
    "id,host,cpu_model,kernel,started,added,version,git_revision,preset,workload,placement,path,"
    "loop,k,metric,value,ci_low,ci_high,n,blocks,tier,source,basis,exact\n";

std::string number_cell(const std::optional<double>& value) { return value ? exact_number(*value) : ""; }

} // namespace

std::string history_csv(const std::vector<HistoryRun>& runs) {
    std::string text = comment_text({"schema: bytebound.history-csv/1"}) + std::string(csv_columns);
    for (const HistoryRun& run : runs) {
        std::vector<std::string> cells{std::to_string(run.id)};
        for (const std::string* each : {&run.host, &run.cpu_model, &run.kernel, &run.started, &run.added, &run.version,
                                        &run.git_revision, &run.preset, &run.workload, &run.placement, &run.path})
            cells.push_back(csv_cell(*each));
        const std::string of_run = join(cells, ",");
        for (const HistoryFigure& figure : run.figures) {
            const std::vector<std::string> rest{csv_cell(figure.loop),
                                                k_text(figure.k),
                                                csv_cell(figure.metric),
                                                exact_number(figure.value),
                                                number_cell(figure.ci_low),
                                                number_cell(figure.ci_high),
                                                std::to_string(figure.n),
                                                std::to_string(figure.blocks),
                                                figure.tier,
                                                csv_cell(figure.source),
                                                csv_cell(figure.basis),
                                                figure.exact ? "1" : "0"};
            text += of_run + "," + join(rest, ",") + "\n";
        }
    }
    return text;
}

} // namespace bytebound
