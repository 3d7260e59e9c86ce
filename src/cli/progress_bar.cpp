#include "cli/progress_bar.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "cli/console.hpp"

namespace bytebound {
namespace {

constexpr std::size_t width = 24;
constexpr std::size_t line_limit = 79;

} // namespace

std::string progress_line(const Progress& progress) {
    const std::uint64_t total = std::max<std::uint64_t>(progress.total, 1);
    const std::uint64_t done = std::min(progress.done, total);
    const std::size_t filled = static_cast<std::size_t>(done * width / total);
    std::string line = fmt::format("{:<9}[{}{}] {:>3} %  {}", progress.stage, std::string(filled, '#'),
                                   std::string(width - filled, '-'), done * 100 / total, progress.detail);
    if (line.size() > line_limit) line.resize(line_limit);
    return line;
}

ProgressBar::ProgressBar(bool wanted) : wanted_(wanted && stderr_is_terminal()) {}

ProgressBar::~ProgressBar() {
    if (drawn_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::show(const Progress& progress) {
    if (!wanted_) return;
    std::fprintf(stderr, "\r\033[K%s", progress_line(progress).c_str());
    std::fflush(stderr);
    drawn_ = true;
}

} // namespace bytebound
