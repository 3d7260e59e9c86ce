#include "import/text_lines.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr std::string_view utf8_mark = "\xef\xbb\xbf", utf16_little = "\xff\xfe", utf16_big = "\xfe\xff";
constexpr std::size_t block_bytes = 64 << 10;

} // namespace

TextSource text_source(std::string_view text) {
    return [text](std::span<char> into) mutable -> Result<std::size_t> {
        const std::size_t size = std::min(into.size(), text.size());
        std::memcpy(into.data(), text.data(), size);
        text.remove_prefix(size);
        return size;
    };
}

Failure TextLines::bad_line(std::string cause, std::string remedy) const {
    return fail(
        {ExitCode::bad_data, "import", file_ + ":" + std::to_string(number_), std::move(cause), std::move(remedy)});
}

Failure TextLines::unreadable(std::string cause, std::string remedy) const {
    return fail(
        {ExitCode::bad_data, "import", file_ + ":" + std::to_string(number_ + 1), std::move(cause), std::move(remedy)});
}

Result<bool> TextLines::fill() {
    if (ended_) return false;
    buffer_.erase(0, std::exchange(at_, 0));
    block_.resize(block_bytes);
    const std::size_t got = TRY(source_(block_));
    ended_ = got == 0;
    buffer_.append(block_, 0, got);
    return !ended_;
}

Result<std::optional<std::string_view>> TextLines::next() {
    std::size_t searched = at_, end = std::string::npos;
    while ((end = buffer_.find('\n', searched)) == std::string::npos) {
        if (buffer_.size() - at_ > longest_line)
            return unreadable("the line is longer than " + format_size(longest_line), "give the file of the tool");
        const std::size_t pending = buffer_.size() - at_;
        if (!TRY(fill())) break;
        searched = pending;
    }
    if (end == std::string::npos) {
        if (at_ == buffer_.size()) return std::optional<std::string_view>();
        return unreadable("the last line is cut off", "write the file again, or add the line end if it is whole");
    }
    std::string_view line(buffer_.data() + at_, end - at_);
    at_ = end + 1;
    if (number_ == 0) {
        if (line.starts_with(utf16_little) || line.starts_with(utf16_big))
            return unreadable("the file is UTF-16", "save it as UTF-8");
        if (line.starts_with(utf8_mark)) line.remove_prefix(utf8_mark.size());
    }
    if (line.size() > longest_line)
        return unreadable("the line is longer than " + format_size(longest_line), "give the file of the tool");
    ++number_;
    if (line.find('\0') != std::string_view::npos)
        return bad_line("it contains a zero byte, so the file is not text", "give the file of the tool");
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::optional(line);
}

} // namespace bytebound
