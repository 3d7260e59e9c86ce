#pragma once

#include "base/error.hpp"

namespace bytebound {

/// The whole life of a plug-in's process, whose channel is channel_in_child. Faults of the plug-in go to the other
/// side; this returns when that one is gone. Error (usage): there is no channel.
Result<void> run_plug_in_process();

} // namespace bytebound
