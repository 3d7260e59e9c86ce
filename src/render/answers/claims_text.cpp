#include "render/answers/claims_text.hpp"

#include <array>
#include <utility>

#include "figures/claims.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

/// "20260102T030405Z", of an ISO 8601 stamp: a part of the entry's key.
std::string key_of(std::string_view stamp) {
    std::string key;
    for (const char c : stamp)
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) key += c;
    return key;
}

std::string bibtex(const RunRecord& run, const std::string& seal) {
    std::string note = run.started;
    if (!seal.empty()) note += "; SHA-256 of its SHA256SUMS: " + seal;
    const std::string revision = run.git_revision.empty() ? "" : " (git " + run.git_revision + ")";
    std::string text = "@software{bytebound-" + key_of(run.started) + ",\n";
    const std::pair<std::string_view, std::string> fields[] = {
        {"author", "{The bytebound authors}"},
        {"title", "bytebound: update loops of packed row blocks against the bound max(A,R)$\\cdot$S"},
        {"version", tex_text(run.version + revision)},
        {"year", tex_text(run.started.substr(0, 4))},
        {"note", tex_text("run on host " + run.host + ", " + note)}};
    for (const auto& [name, value] : fields)
        text += "  " + std::string(name) + " = {" + value + "},\n";
    return text + "}\n";
}

/// Empty for a complete run.
std::string incomplete_text(const RunRecord& run) {
    if (run.status == RunStatus::complete) return {};
    std::string cause = run.status == RunStatus::failed ? "it failed" : "it is still running, or was killed";
    if (run.failure) cause = run.failure->operation + " " + run.failure->object + ": " + run.failure->cause;
    return visible_format("Caveat: the run did not complete ({}); these are its finished phases.\n\n", cause);
}

} // namespace

std::string tex_text(std::string_view text) {
    static constexpr std::array<std::pair<char, std::string_view>, 10> escaped = {{{'\\', "\\textbackslash{}"},
                                                                                   {'{', "\\{"},
                                                                                   {'}', "\\}"},
                                                                                   {'$', "\\$"},
                                                                                   {'&', "\\&"},
                                                                                   {'#', "\\#"},
                                                                                   {'%', "\\%"},
                                                                                   {'_', "\\_"},
                                                                                   {'^', "\\textasciicircum{}"},
                                                                                   {'~', "\\textasciitilde{}"}}};
    std::string out;
    for (const char c : visible(text)) {
        std::string_view written(&c, 1);
        for (const auto& [special, escape] : escaped)
            if (c == special) written = escape;
        out += written;
    }
    return out;
}

std::string claims_text(const RunRecord& run, const Summary& summary, const std::string& seal) {
    std::string text = incomplete_text(run);
    if (!summary.files_caveat.empty()) text += visible_format("Caveat: {}.\n\n", summary.files_caveat);
    for (const std::string& claim : paper_claims(summary))
        text += visible_format("{}\n", claim);
    if (summary.comparisons.empty()) text += "The run compares no loops, so it makes no claims.\n";
    text +=
        visible_format("\nIntervals: Student's t over the blocks (repeats), each loop on the same traces; p of each "
                       "comparison alone, not adjusted. same: the whole interval is within {:g}% of equal. unresolved: "
                       "the interval includes equal, or there is none.\n",
                       summary.same_within * 100);
    if (const auto lost = claims_lost_by_adjustment(summary); !lost.empty()) {
        text += visible_format("\nNot significant at 5% after Holm's adjustment for the {} comparisons of the run:\n",
                               summary.comparisons.size());
        for (const std::string& each : lost)
            text += visible_format("- {}\n", each);
    }
    text += visible_format("\nHost {}, {}:\n  {}\n\n", run.host, run.started, command_line(run.command));
    return text + bibtex(run, seal);
}

} // namespace bytebound
