#include "cli/progress_bar.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "base/visible.hpp"
#include "cli/console.hpp"

namespace bytebound {
namespace {

constexpr std::size_t width = 24;
constexpr std::size_t line_limit = 79, least_line = 20;

} // namespace

std::string progress_line(const Progress& progress, std::size_t columns) {
    const std::uint64_t total = std::max<std::uint64_t>(progress.total, 1);
    const std::uint64_t done = std::min(progress.done, total);
    const std::size_t filled = static_cast<std::size_t>(done * width / total);
    std::string line = fmt::format("{:<9}[{}{}] {:>3} %  {}", progress.stage, std::string(filled, '#'),
                                   std::string(width - filled, '-'), done * 100 / total, visible(progress.detail));
    // The last column stays empty, because some terminals wrap after it.
    const std::size_t limit = std::min(line_limit, std::max(columns, least_line + 1) - 1);
    if (line.size() > limit) line.resize(limit);
    return line;
}

ProgressBar::ProgressBar(bool wanted) : wanted_(wanted && stderr_is_terminal()) {}

ProgressBar::~ProgressBar() {
    if (drawn_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::show(const Progress& progress) {
    if (!wanted_) return;
    std::fprintf(stderr, "\r\033[K%s", progress_line(progress, stderr_columns().value_or(line_limit + 1)).c_str());
    std::fflush(stderr);
    drawn_ = true;
}

} // namespace bytebound
