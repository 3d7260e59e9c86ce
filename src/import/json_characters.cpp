#include "import/json_characters.hpp"

namespace bytebound {
namespace {

constexpr std::size_t json_block_bytes = 64 << 10;
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool ends_token(char c) { return std::string_view(" \t\r\n,:[]{}").find(c) != std::string_view::npos; }

} // namespace

bool JsonCharacters::raw_done() {
    if (at_ < block_.size()) return false;
    if (ended_) return true;
    block_.resize(json_block_bytes);
    at_ = 0;
    auto got = source_(block_);
    if (!got) fault_ = std::move(got).error();
    block_.resize(got ? *got : 0);
    ended_ = block_.empty();
    return ended_;
}

/// "NaN", "-NaN", "Infinity", "-Infinity", "inf" -> null; other words stay as they are.
void JsonCharacters::translate() {
    std::string word;
    if (block_[at_] == '-') word = block_[at_++];
    while (!raw_done() && is_letter(block_[at_]) && word.size() < 16)
        word += block_[at_++];
    const std::string_view letters = word.starts_with('-') ? std::string_view(word).substr(1) : std::string_view(word);
    const bool no_number = letters == "NaN" || letters == "nan" || letters == "Infinity" || letters == "inf";
    pending_ = no_number ? "null" : word;
    pending_at_ = 0;
}

bool JsonCharacters::done() {
    if (pending_at_ < pending_.size()) return false;
    if (raw_done()) return true;
    const char c = block_[at_];
    if (!quoted_ && (c == '-' || c == 'N' || c == 'I' || c == 'i')) translate();
    return false;
}

char JsonCharacters::front() { return pending_at_ < pending_.size() ? pending_[pending_at_] : block_[at_]; }

void JsonCharacters::pop() {
    if (pending_at_ < pending_.size()) {
        ++pending_at_;
        return;
    }
    const char c = block_[at_++];
    if (c == '\n') ++line_;
    token_ = !quoted_ && ends_token(c) ? 0 : token_ + 1;
    if (token_ > longest_token) throw std::invalid_argument("a text or number is longer than 1 MiB");
    if (escaped_) {
        escaped_ = false;
    } else if (quoted_ && c == '\\') {
        escaped_ = true;
    } else if (c == '"') {
        quoted_ = !quoted_;
        token_ = 0;
    }
}

} // namespace bytebound
