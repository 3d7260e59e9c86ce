#include "render/report_document.hpp"

#include <fmt/format.h>
#include <iterator>

#include "base/text.hpp"
#include "render/sections.hpp"

namespace bytebound {
namespace {

void append(Document& document, Blocks blocks) {
    std::move(blocks.begin(), blocks.end(), std::back_inserter(document.blocks));
}

std::string workload_line(const RunRecord& run) {
    const WorkloadRecord& w = run.workload;
    std::string out =
        fmt::format("N={} rows, m={} active, S={} ({}: up {}, down {}", w.spec.pool_rows, w.spec.active_rows,
                    format_size(static_cast<double>(w.layout.row_bytes())), w.dtype, w.up_cols, w.hidden_dim);
    if (w.gate_cols != 0) out += fmt::format(", gate {}", w.gate_cols);
    out += fmt::format("), {} pattern, {} steps x {} repeats, {} thread{}, {} copies", to_text(w.spec.pattern),
                       w.steps_per_k, w.repeats, w.threads, w.threads == 1 ? "" : "s", w.copy);
    if (!w.between.empty() && w.between != "none") out += ", --between " + w.between;
    return out + fmt::format("; {}, {}", run.host.empty() ? "unknown host" : run.host, run.started);
}

} // namespace

Document report_document(const RunRecord& run, const Summary& summary) {
    Document out;
    out.title = "bytebound: update loops against the bound max(A,R)·S";
    out.subtitle = workload_line(run);
    append(out, status_section(run, summary));
    append(out, verdict_section(summary));
    append(out, table_section(run, summary));
    append(out, source_section(summary));
    append(out, ledger_section(summary));
    append(out, regression_section(summary));
    append(out, crossover_section(summary));
    append(out, ceiling_section(run, summary));
    append(out, unavailable_section(run, summary));
    append(out, doubt_section(run, summary));
    append(out, placement_section(run));
    append(out, counting_section(run));
    append(out, qualification_section(run));
    append(out, simulation_section(run));
    append(out, buffer_section(summary));
    append(out, comparison_section(summary));
    append(out, environment_section(run));
    append(out, reproduce_section(run));
    return out;
}

Document environment_document(const RunRecord& run) {
    Document out;
    out.title = "Environment of a bytebound run";
    out.subtitle = workload_line(run);
    append(out, environment_section(run));
    append(out, placement_section(run));
    append(out, reproduce_section(run));
    return out;
}

} // namespace bytebound
