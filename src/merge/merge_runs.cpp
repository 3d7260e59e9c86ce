#include "merge/merge_runs.hpp"

#include <future>
#include <system_error>

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

} // namespace

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
