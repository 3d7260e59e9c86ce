#include "machine/limit_checks.hpp"

#include <fmt/format.h>

#include <string>

#include "base/text.hpp"

namespace bytebound {
namespace {

Failure beyond(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::not_possible, "plan", std::move(object), std::move(cause), std::move(remedy)});
}

} // namespace

Result<void> check_threads(std::uint64_t workers, const Limits& limits) {
    const std::string needed = fmt::format("{} workers need {} more threads", workers, workers - 1);
    if (limits.tasks_left.value && *limits.tasks_left.value < workers - 1)
        return beyond("threads", fmt::format("{}, and the pids cgroup allows {}", needed, *limits.tasks_left.value),
                      "raise its limit, or give fewer --threads");
    if (limits.user_tasks && *limits.user_tasks < workers)
        return beyond(
            "threads",
            fmt::format("{}, and ulimit -u allows {} for all processes of this user", needed, *limits.user_tasks),
            "raise ulimit -u, or give fewer --threads");
    return {};
}

Result<void> check_descriptors(std::size_t counters, std::string_view counters_of, const Limits& limits) {
    const std::size_t needed = counters + other_descriptors;
    if (!limits.descriptors || needed <= *limits.descriptors) return {};
    if (counters == 0)
        return beyond("file descriptors",
                      fmt::format("{} are needed, and the process may open {}", needed, *limits.descriptors),
                      "raise the hard limit (ulimit -Hn)");
    return beyond("file descriptors",
                  fmt::format("the run needs {} ({} for {}, {} for files), and the process may open {}", needed,
                              counters, counters_of, other_descriptors, *limits.descriptors),
                  "raise the hard limit (ulimit -Hn), or give fewer --threads or --events");
}

Result<void> check_file_size(const LargestFile& file, const Limits& limits) {
    if (!limits.file_bytes || file.bytes <= static_cast<double>(*limits.file_bytes)) return {};
    return beyond("files",
                  fmt::format("{} has about {}, and ulimit -f allows {}", file.what, format_size(file.bytes),
                              format_size(static_cast<double>(*limits.file_bytes))),
                  fmt::format("raise ulimit -f, or {}", file.smaller));
}

} // namespace bytebound
