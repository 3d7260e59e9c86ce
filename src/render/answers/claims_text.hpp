#pragma once

#include <string>

#include "figures/summary.hpp"

namespace bytebound {

/// stdout of `bytebound report --claims`: the comparisons of a run as sentences for a paper, what they rest on, the
/// command, and a BibTeX entry. `seal`: the SHA-256 of SHA256SUMS, which identifies the run; empty if it is not sealed.
std::string claims_text(const RunRecord& run, const Summary& summary, const std::string& seal);

/// Text as a value of a BibTeX entry: the characters that TeX would interpret are escaped.
std::string tex_text(std::string_view text);

} // namespace bytebound
