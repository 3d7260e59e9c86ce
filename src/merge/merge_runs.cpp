#include "merge/merge_runs.hpp"

#include <future>
#include <system_error>

#include "archive/suite_record.hpp"
#include "merge/long_form.hpp"

namespace bytebound {
namespace {

using RunAhead = std::future<Result<HostRun>>;

/// Reads a run beside the caller's work, or where there is no thread for that, when it is asked for.
RunAhead read_ahead(const MergeInput& input) {
    try {
        return std::async(std::launch::async, read_host_run, input);
    } catch (const std::system_error&) {
        return std::async(std::launch::deferred, read_host_run, input);
    }
}

Failure refused(const std::filesystem::path& directory, std::string cause, std::string remedy) {
    return fail({ExitCode::bad_data, "merge", directory.string(), std::move(cause), std::move(remedy)});
}

} // namespace

Result<std::vector<MergeInput>> merge_inputs(const std::filesystem::path& directory,
                                             std::vector<std::string>& left_out) {
    if (!is_suite(directory)) return std::vector<MergeInput>{{directory}};
    const SuiteRecord suite = TRY(read_suite(directory));
    if (suite.status == SuiteStatus::running)
        return refused(directory, "the suite is still being written, or its process was killed",
                       "wait for its end; of a killed one, give the complete runs in it");
    std::vector<MergeInput> inputs;
    for (const SuiteMember& member : suite.members) {
        if (!member.run) continue;
        if (member.status == MemberStatus::complete)
            inputs.push_back({directory / member.path, member.name});
        else
            left_out.push_back(member.name + ": " + (member.reason.empty() ? "not complete" : member.reason));
    }
    if (inputs.empty()) return refused(directory, "the suite has no complete run", "measure again: bytebound suite");
    return inputs;
}

Result<MergedHosts> merge_runs(const std::vector<MergeInput>& inputs, const MergeOptions& options, AnswerDirectory& out,
                               const ProgressCallback& progress, const StopFlag& stop) {
    MergedHosts hosts(options.allow_different_workload);
    AnswerFile* const lines = TRY(out.add("merged.csv"));
    TRY(lines->append(long_form_header(options.command)));
    RunAhead next = read_ahead(inputs.front());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (const int signal = stop.load(); signal != 0) return fail(stopped_by(signal));
        if (progress) progress({"merge", i, inputs.size(), inputs[i].directory.string()});
        const HostRun run = TRY(next.get());
        if (i + 1 < inputs.size()) next = read_ahead(inputs[i + 1]);
        const MergedRun* const merged = TRY(hosts.add(run));
        TRY(lines->append(long_form_lines(run, hosts, *merged)));
    }
    hosts.compute();
    TRY(out.add("runs.csv", runs_csv(hosts, options.command)));
    TRY(out.add("across.csv", across_csv(hosts, options.command)));
    return hosts;
}

} // namespace bytebound
