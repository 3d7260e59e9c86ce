#pragma once

#include "base/error.hpp"

namespace bytebound {

/// Gives up every capability of the process and what its owner does not have, for good. Error: internal with the errno.
Result<void> drop_privileges();

} // namespace bytebound
