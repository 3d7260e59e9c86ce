#include "evidence/text_differences.hpp"

namespace bytebound {

std::vector<Difference> text_differences(const std::string& file, std::string_view published,
                                         std::string_view derived) {
    if (published == derived) return {};
    std::optional<std::vector<Difference>> found;
    if (file.ends_with(".json")) found = json_differences(file, published, derived);
    if (file.ends_with(".csv")) found = csv_differences(file, published, derived);
    if (found && !found->empty()) return *found;
    return line_differences(file, published, derived);
}

} // namespace bytebound
