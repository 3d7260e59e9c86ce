#pragma once

#include <string>

namespace bytebound {

/// CPU data in sysfs (Documentation/ABI/testing/sysfs-devices-system-cpu).
inline const std::string cpu_directory = "sys/devices/system/cpu/";

} // namespace bytebound
