#pragma once

#include <string>
#include <vector>

#include "evidence/difference.hpp"

namespace bytebound::test {

inline std::vector<std::string> lines_of(const std::vector<Difference>& differences) {
    std::vector<std::string> lines;
    for (const Difference& each : differences)
        lines.push_back(to_line(each));
    return lines;
}

} // namespace bytebound::test
