#pragma once
// Options of exec judged against a machine. Internal to exec/.

#include "experiment/exec/exec_run.hpp"

namespace bytebound {

/// Errors: as for ExecRun::prepare(), without --out.
Result<ExecPlan> plan_exec(const ExecOptions& options, const Machine& machine, const ExecSeams& seams);

} // namespace bytebound
