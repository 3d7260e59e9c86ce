#include "base/stop.hpp"

#include <csignal>

namespace bytebound {

Error stopped_by(int signal) {
    const bool interrupt = signal == SIGINT;
    return {interrupt ? ExitCode::interrupted : ExitCode::terminated, "run", "",
            interrupt ? "interrupted" : "terminated", "finished phases are kept; bytebound report shows them"};
}

} // namespace bytebound
