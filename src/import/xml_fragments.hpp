#pragma once
// Elements of a large XML document one after the other, with bounded memory: the document itself is never kept.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

/// An element with its text, from its first < to its last >.
struct XmlFragment {
    std::string_view name; ///< "schema" or "row"
    std::string_view text; ///< valid until the next one
};

class XmlFragments {
public:
    static constexpr std::size_t longest_fragment = 1 << 20;
    static constexpr std::size_t deepest = 64;

    XmlFragments(TextSource source, std::string file) : source_(std::move(source)), file_(std::move(file)) {}
    /// The next `schema` or `row`; nullopt: the end of the document. Error (bad_data): it is cut off, too long or too
    /// deep, or has a document type, whose entities could expand without bound.
    Result<std::optional<XmlFragment>> next();
    /// bad_data for the fragment that next() returned.
    Failure bad_fragment(std::string cause) const;

private:
    Result<bool> fill();
    bool starts(std::size_t at, std::string_view name) const;

    TextSource source_;
    std::string file_, buffer_;
    std::size_t at_ = 0, row_ = 0;
    bool ended_ = false, any_ = false, closed_ = false;
};

} // namespace bytebound
