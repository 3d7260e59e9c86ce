#include "cli/run_session.hpp"

#include "cli/common_options.hpp"

namespace bytebound {
RunSeams run_seams(const ProgramSeams& program) {
    RunSeams seams;
    seams.stop = &StopSignals::flag();
    seams.qualification_cache = qualification_cache_directory();
    seams.calibrations = calibration_directory();
    seams.autotunes = autotune_directory();
    seams.make_loop = [program](LoopKind kind, Workspace& workspace, WorkerTeam& team, const LoopOptions& how) {
        return kind == LoopKind::external ? program.make_loop(workspace, team, how)
                                          : make_loop(kind, workspace, team, how);
    };
    return seams;
}

MeasuredRun measure_and_seal(Run& run, bool quiet) { return measure_and_seal_any(run, quiet); }

} // namespace bytebound
