#pragma once

#include <string>

namespace bytebound {

/// Where sysfs keeps what it knows of CPUs (Documentation/ABI/testing/sysfs-devices-system-cpu).
inline const std::string cpu_directory = "sys/devices/system/cpu/";

} // namespace bytebound
