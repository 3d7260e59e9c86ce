#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <tuple>

#include "history/history_run.hpp"

namespace bytebound {

/// Numbers the versions of program and kernel, within which runs differ by scatter alone.
class VersionNumbers {
public:
    std::size_t of(const HistoryRun& run) {
        return numbers_.try_emplace({run.version, run.git_revision, run.kernel}, numbers_.size()).first->second;
    }

private:
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> numbers_;
};

} // namespace bytebound
