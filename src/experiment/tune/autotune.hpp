#pragma once
// An autotune, from its options to its file.

#include <filesystem>
#include <optional>

#include "base/clock.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "experiment/tune/autotune_plan.hpp"
#include "record/autotune_record.hpp"

namespace bytebound {

/// External dependencies. The defaults are the running machine; tests script them.
struct AutotuneSeams {
    SysRoot root;
    ClockFunction clock = now_ns;
    std::optional<Machine> machine;             ///< nullopt: discovered
    std::optional<MemoryRoom> memory_available; ///< nullopt: read from the root
    std::filesystem::path directory;            ///< directory of this host's autotunes; empty: none
};

/// Call order: prepare, (describe the plan and stop, for --dry-run), measure, save.
class Autotune {
public:
    /// Plans; opens, allocates and writes nothing. Errors: those of plan_autotune(); usage for a file that cannot be
    /// written, or a missing output location.
    static Result<Autotune> prepare(Sys& sys, AutotuneOptions options, AutotuneSeams seams = {});

    const AutotunePlan& plan() const { return plan_; }
    const std::filesystem::path& file() const { return file_; }

    /// Pins, allocates and measures on the calling thread, which leads every team. For each number of workers: every
    /// copy method with the default grain and threshold, then these with the fastest copy method; the fastest setting
    /// is then confirmed, or not, against the default on blocks of its own. Writes nothing. Errors: not_possible
    /// (placement, memory); internal for a proof that failed; interrupted or terminated for `stop`.
    Result<AutotuneRecord> measure(const ProgressCallback& progress, const StopFlag& stop);

    /// Writes the file atomically and returns its content. Error: not_possible for one that other work disturbed,
    /// without --force; those of write_autotune().
    Result<AutotuneRecord> save(const AutotuneRecord& record) const;

private:
    Autotune(Sys& sys, AutotuneSeams seams, Machine machine, MemoryRoom memory, AutotunePlan plan,
             std::filesystem::path file)
        : sys_(&sys), seams_(std::move(seams)), machine_(std::move(machine)), memory_available_(memory),
          plan_(std::move(plan)), file_(std::move(file)) {}

    Sys* sys_;
    AutotuneSeams seams_;
    Machine machine_;
    MemoryRoom memory_available_;
    AutotunePlan plan_;
    std::filesystem::path file_;
};

} // namespace bytebound
