#include <fmt/format.h>

#include "base/text.hpp"
#include "figures/absence.hpp"
#include "figures/claims.hpp"
#include "render/sections/program_table.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string list_or_na(const std::vector<std::string>& list, const std::string& reason) {
    return list.empty() ? "n/a" + (reason.empty() ? "" : ", " + reason) : join(list, " | ");
}

Blocks command_blocks(const CommandsRecord& commands) {
    Blocks out;
    for (const CommandRecord& each : commands.commands) {
        out.push_back(Paragraph{Inline(each.name + ":"), Tone::plain});
        out.push_back(CodeBlock{command_line(each.argv)});
        Bullets facts;
        facts.items.emplace_back(fmt::format("{} measured runs, exit code {}", each.runs,
                                             each.exit_code ? std::to_string(*each.exit_code) : "n/a"));
        facts.items.emplace_back("CPUs that its process could use, from /proc/PID/status: " +
                                 list_or_na(each.cpus_seen, "no run was long enough to look"));
        facts.items.emplace_back("Nodes of its pages, sampled from /proc/PID/numa_maps: " +
                                 list_or_na(each.nodes_seen, each.nodes_reason));
        out.push_back(std::move(facts));
    }
    Bullets facts;
    if (!commands.prepare.empty())
        facts.items.push_back(
            Inline("Before each run, outside of its window: ").add(command_line(commands.prepare), Style::code));
    facts.items.emplace_back(fmt::format("{} warm-up run{} of each command before the first block", commands.warmup,
                                         commands.warmup == 1 ? "" : "s"));
    if (!commands.order.empty())
        facts.items.emplace_back("Order of the blocks, A the first command, drawn by the seed: " + commands.order);
    if (commands.timeout_seconds > 0)
        facts.items.emplace_back(fmt::format("A run is killed after {:g} s", commands.timeout_seconds));
    out.push_back(std::move(facts));
    return out;
}

} // namespace

Blocks program_verdict_section(const RunRecord& run, const Summary& summary) {
    Blocks out{Heading{2, "Verdict"}};
    if (summary.rows.empty()) {
        out.push_back(Paragraph{"Nothing was measured: there is no figure.", Tone::plain});
        return out;
    }
    Bullets verdicts;
    for (const Comparison& each : summary.comparisons)
        verdicts.items.emplace_back(each.claim);
    if (verdicts.items.empty())
        verdicts.items.emplace_back(summary.rows.size() == 1
                                        ? fmt::format("One {}: nothing is compared.", noun_of(summary.subject))
                                        : "No figure is compared.");
    for (std::string& note : command_notes(run))
        verdicts.items.emplace_back(std::move(note));
    out.push_back(std::move(verdicts));
    return out;
}

Blocks program_table_section(const RunRecord& run, const Summary& summary) {
    if (summary.rows.empty()) return {};
    Blocks out{Heading{2, "Figures"}, program_table(run, summary)};
    std::string note =
        summary.subject == Subject::imported
            ? "Times are medians, counts are means over the steps of all blocks: of the files of a name, and of "
              "repetitions in them. The intervals are of 95 %, Student's t over the blocks."
            : fmt::format("Times are medians, counts are means over the runs of a {}; the intervals are of 95 %, "
                          "Student's t over the blocks.",
                          noun_of(summary.subject));
    if (summary.rows.size() > 1)
        note += fmt::format(" In the last column, above 1 the {} of the line has less than {}; the blocks are paired. "
                            "~ does not differ significantly from 1, = is the same within {:g}%.",
                            noun_of(summary.subject), summary.rows.front().loop, summary.same_within * 100);
    out.push_back(Paragraph{note, Tone::plain});
    return out;
}

Blocks subject_section(const RunRecord& run, const Summary&) {
    const SubjectRecord& subject = run.subject;
    Blocks out;
    if (subject.commands) {
        out = command_blocks(*subject.commands);
        out.insert(out.begin(), Heading{2, "Commands"});
    }
    if (subject.regions) {
        out.push_back(Heading{2, "Regions"});
        out.push_back(CodeBlock{command_line(subject.regions->argv)});
        out.push_back(Paragraph{fmt::format("{} of {} thread{}.", join(subject.regions->names, ", "),
                                            subject.regions->threads, subject.regions->threads == 1 ? "" : "s"),
                                Tone::plain});
    }
    if (subject.imported) {
        out.push_back(Heading{2, "Imported files"});
        out.push_back(
            Paragraph{fmt::format("Measured by {}{}, not by bytebound.", subject.imported->tool,
                                  subject.imported->tool_version.empty() ? "" : " " + subject.imported->tool_version),
                      Tone::plain});
        Table table;
        table.columns = {{"file"}, {"bytes", true}, {"SHA-256"}};
        for (const ImportedFile& file : subject.imported->files)
            table.rows.push_back({file.path, std::to_string(file.bytes), file.sha256});
        out.push_back(std::move(table));
        if (!subject.imported->notes.empty()) {
            Bullets notes;
            for (const std::string& note : subject.imported->notes)
                notes.items.emplace_back(note);
            out.push_back(std::move(notes));
        }
    }
    return out;
}

} // namespace bytebound
