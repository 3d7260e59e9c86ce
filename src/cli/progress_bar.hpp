#pragma once

#include <cstddef>
#include <string>

#include "base/progress.hpp"

namespace bytebound {

/// One line on stderr, redrawn in place; the destructor erases it. Writes nothing if stderr is not a terminal.
class ProgressBar {
public:
    explicit ProgressBar(bool wanted);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(const Progress& progress);

private:
    bool wanted_;
    bool drawn_ = false;
};

/// "measure  [######----]  40 %  paired k 16, repeat 2 of 5", at most 79 characters and one less than `columns`.
std::string progress_line(const Progress& progress, std::size_t columns);

} // namespace bytebound
