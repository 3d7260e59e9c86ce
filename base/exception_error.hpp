#pragma once

#include <exception>

#include "base/error.hpp"

namespace bytebound {

/// What a standard exception means for the user. Most are refusals of the machine (no memory, no thread, a file system
/// that fails): not_possible, or internal where a disk is full or fails. Any other is a bug: internal.
Error error_of(const std::exception& exception);

} // namespace bytebound
