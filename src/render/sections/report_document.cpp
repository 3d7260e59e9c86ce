#include "render/sections/report_document.hpp"

#include <fmt/format.h>
#include <iterator>
#include <span>

#include "base/text.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

void append(Document& document, std::span<const Section> sections, const RunRecord& run, const Summary& summary) {
    for (const Section section : sections) {
        Blocks blocks = section(run, summary);
        std::move(blocks.begin(), blocks.end(), std::back_inserter(document.blocks));
    }
}

std::string workload_line(const RunRecord& run) {
    const WorkloadRecord& w = run.workload;
    std::string out =
        fmt::format("N={} rows, m={} active, S={} ({}: up {}, down {}", w.spec.pool_rows, w.spec.active_rows,
                    format_size(static_cast<double>(w.layout.row_bytes())), w.dtype, w.up_cols, w.hidden_dim);
    if (w.gate_cols != 0) out += fmt::format(", gate {}", w.gate_cols);
    out += fmt::format("), {} pattern, {} steps x {} repeats, {} thread{}, {} copies", to_text(w.spec.pattern),
                       w.steps_per_k, repeats_text(run), w.threads, w.threads == 1 ? "" : "s", w.copy);
    if (!w.between.empty() && w.between != "none") out += ", --between " + w.between;
    if (run.autotune) out += "; autotune: " + source_text(*run.autotune);
    return out + fmt::format("; {}, {}", run.host.empty() ? "unknown host" : run.host, run.started);
}

constexpr std::size_t most_names = 8;

std::string program_line(const RunRecord& run) {
    const auto& names = run.workload.loops;
    return fmt::format("{}, {} blocks; {}, {}",
                       names.size() > most_names ? fmt::format("{} rows", names.size()) : join(names, ", "),
                       repeats_text(run), run.host.empty() ? "unknown host" : run.host, run.started);
}

std::string title_of(const SubjectRecord& subject) {
    if (subject.imported) return "bytebound: figures of " + subject.imported->tool;
    return fmt::format("bytebound: {}", name_of(subject.kind));
}

/// The part of a table of sections that the subject of a run has.
struct SubjectSections {
    std::span<const Section> report, environment;
};
SubjectSections sections_of(Subject subject) {
    if (subject == Subject::loops) return {report_sections, environment_sections};
    if (subject == Subject::imported) return {imported_sections, imported_environment_sections};
    return {program_sections, program_environment_sections};
}

} // namespace

Document report_document(const RunRecord& run, const Summary& summary) {
    const bool loops = run.subject.kind == Subject::loops;
    Document out;
    if (!summary.files_caveat.empty()) out.caveat = "Caveat: " + summary.files_caveat + ".";
    out.title = loops ? "bytebound: update loops against the bound max(A,R)·S" : title_of(run.subject);
    out.subtitle = loops ? workload_line(run) : program_line(run);
    append(out, sections_of(run.subject.kind).report, run, summary);
    return out;
}

Document environment_document(const RunRecord& run) {
    Document out;
    const bool loops = run.subject.kind == Subject::loops;
    out.title = "Environment of a bytebound run";
    out.subtitle = loops ? workload_line(run) : program_line(run);
    append(out, sections_of(run.subject.kind).environment, run, {});
    return out;
}

} // namespace bytebound
