#include "preset/toml_reader.hpp"

namespace bytebound {

CpuMatch read_match(const TableReader& table) {
    table.allow({"vendor", "family", "models", "steppings", "implementer", "parts", "cpu", "devices"});
    CpuMatch match;
    match.line = table.line();
    match.vendor = table.text("vendor", false);
    match.family = table.number("family");
    match.models = table.ranges("models");
    match.steppings = table.ranges("steppings");
    match.implementer = table.number("implementer");
    match.parts = table.numbers("parts");
    match.power_cpu = table.text("cpu", false);
    match.devices = table.patterns("devices");
    const bool x86 = table.has("vendor") && table.has("family");
    const bool any_x86 = table.has("vendor") || table.has("family") || table.has("models") || table.has("steppings");
    const bool arm = table.has("implementer") && table.has("parts");
    const bool any_arm = table.has("implementer") || table.has("parts");
    const bool power = table.has("cpu");
    const int kinds = int{any_x86} + int{any_arm} + int{power};
    if (kinds > 1 || any_x86 != x86 || any_arm != arm || (kinds == 0 && match.devices.empty()))
        table.wrong("", "key \"match\" needs vendor and family, or implementer and parts, or cpu, or devices");
    return match;
}

} // namespace bytebound
