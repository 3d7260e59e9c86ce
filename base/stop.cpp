#include "base/stop.hpp"

#include <csignal>

namespace bytebound {

Error stopped_by(int signal) {
    const bool interrupt = signal == SIGINT;
    const char* cause = interrupt           ? "interrupted by SIGINT"
                        : signal == SIGHUP  ? "terminated by SIGHUP"
                        : signal == SIGXCPU ? "the limit of CPU time is reached (SIGXCPU)"
                                            : "terminated by SIGTERM";
    return {interrupt ? ExitCode::interrupted : ExitCode::terminated, "run", "", cause,
            "finished phases are kept; bytebound report shows them"};
}

} // namespace bytebound
