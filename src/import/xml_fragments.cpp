#include "import/xml_fragments.hpp"

#include <algorithm>
#include <utility>

namespace bytebound {
namespace {

constexpr std::string_view export_again =
    "write it with xctrace export --input FILE.trace --xpath ... --output FILE.xml";
constexpr std::size_t xml_block_bytes = 64 << 10;
constexpr std::size_t longest_tag_name = 16;

/// How deep elements are nested; quotes inside a tag may contain > but no <.
std::size_t depth_of(std::string_view text) {
    std::size_t depth = 0, most = 0;
    for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
        const std::size_t end = text.find('>', at);
        if (end == std::string_view::npos) break;
        if (text[at + 1] == '/')
            depth -= std::min<std::size_t>(depth, 1);
        else if (text[at + 1] != '?' && text[at + 1] != '!' && text[end - 1] != '/')
            most = std::max(most, ++depth);
    }
    return most;
}

} // namespace

Failure XmlFragments::bad_fragment(std::string cause) const {
    const std::string where = row_ == 0 ? file_ : file_ + " row " + std::to_string(row_);
    return fail({ExitCode::bad_data, "import", where, std::move(cause), std::string(export_again)});
}

Result<bool> XmlFragments::fill() {
    if (ended_) return false;
    buffer_.erase(0, std::exchange(at_, 0));
    const std::size_t kept = buffer_.size();
    buffer_.resize(kept + xml_block_bytes);
    const std::size_t got = TRY(source_({buffer_.data() + kept, xml_block_bytes}));
    buffer_.resize(kept + got);
    ended_ = got == 0;
    return !ended_;
}

bool XmlFragments::starts(std::size_t at, std::string_view name) const {
    if (buffer_.compare(at + 1, name.size(), name) != 0) return false;
    const char after = buffer_[at + 1 + name.size()];
    return after == '>' || after == ' ' || after == '/' || after == '\n' || after == '\t' || after == '\r';
}

Result<std::optional<XmlFragment>> XmlFragments::next() {
    for (;;) {
        const std::size_t open = buffer_.find('<', at_);
        if (open == std::string::npos || open + longest_tag_name >= buffer_.size()) {
            at_ = std::min(open, buffer_.size());
            if (TRY(fill())) continue;
            if (any_ && !closed_ && buffer_.find("</trace-query-result", at_) == std::string::npos)
                return bad_fragment("the document is cut off");
            return std::optional<XmlFragment>();
        }
        if (buffer_.compare(open, 9, "<!DOCTYPE") == 0 || buffer_.compare(open, 8, "<!ENTITY") == 0)
            return bad_fragment("it has a document type declaration, which xctrace does not write");
        closed_ = closed_ || buffer_.compare(open, 9, "</trace-q") == 0;
        any_ = any_ || starts(open, "row") || buffer_.compare(open, 9, "<trace-qu") == 0;
        const std::string_view name = starts(open, "row") ? "row" : starts(open, "schema") ? "schema" : "";
        if (name.empty()) {
            at_ = open + 1;
            continue;
        }
        at_ = open;
        const std::string closing = "</" + std::string(name) + ">";
        std::size_t end = std::string::npos;
        for (std::size_t searched = at_; (end = buffer_.find(closing, searched)) == std::string::npos;) {
            if (buffer_.size() - at_ > longest_fragment) return bad_fragment("an element is longer than 1 MiB");
            const std::size_t pending = buffer_.size() - at_;
            if (!TRY(fill())) return bad_fragment("the document is cut off");
            searched = pending - std::min(pending, closing.size());
        }
        if (name == "row") ++row_;
        const std::string_view text(buffer_.data() + at_, end + closing.size() - at_);
        at_ = end + closing.size();
        if (text.size() > longest_fragment) return bad_fragment("an element is longer than 1 MiB");
        if (depth_of(text) > deepest) return bad_fragment("elements are nested too deeply");
        return std::optional(XmlFragment{name, text});
    }
}

} // namespace bytebound
