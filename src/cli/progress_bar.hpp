#pragma once

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

/// "measure  [######----]  40 %  paired k 16, repeat 2 of 5", at most 79 characters.
std::string progress_line(const Progress& progress);

} // namespace bytebound
