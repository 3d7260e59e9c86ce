#include <set>
#include <stdexcept>

#include "evidence/text_differences.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::json;

std::string value_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Walks through two documents in step.
class JsonComparison {
public:
    explicit JsonComparison(const std::string& file) : file_(file) {}

    void compare(const std::string& path, const Json& published, const Json& derived) {
        if (published.is_object() && derived.is_object()) return compare_members(path, published, derived);
        if (published.is_array() && derived.is_array()) return compare_elements(path, published, derived);
        if (published == derived && published.type() == derived.type()) return; // 1.0 is not the text 1
        found.push_back({file_, path.empty() ? "/" : path, value_text(published), value_text(derived), ""});
    }

    std::vector<Difference> found;

private:
    void compare_members(const std::string& path, const Json& published, const Json& derived) {
        std::set<std::string> keys;
        for (const Json* each : {&published, &derived})
            for (const auto& member : each->items())
                keys.insert(member.key());
        for (const std::string& key : keys) {
            const auto theirs = published.find(key), ours = derived.find(key);
            compare_part(path + "/" + pointer_token(key), theirs == published.end() ? nullptr : &*theirs,
                         ours == derived.end() ? nullptr : &*ours);
        }
    }

    void compare_elements(const std::string& path, const Json& published, const Json& derived) {
        for (std::size_t i = 0; i < std::max(published.size(), derived.size()); ++i)
            compare_part(path + "/" + std::to_string(i), i < published.size() ? &published[i] : nullptr,
                         i < derived.size() ? &derived[i] : nullptr);
    }

    void compare_part(const std::string& path, const Json* published, const Json* derived) {
        if (published != nullptr && derived != nullptr) return compare(path, *published, *derived);
        const auto text = [](const Json* value) {
            return value == nullptr ? std::nullopt : std::optional(value_text(*value));
        };
        found.push_back({file_, path, text(published), text(derived), ""});
    }

    const std::string& file_;
};

} // namespace

std::optional<std::vector<Difference>> json_differences(const std::string& file, std::string_view published,
                                                        std::string_view derived) {
    JsonComparison comparison(file);
    try {
        comparison.compare("", parse_json(published), parse_json(derived));
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
    return std::move(comparison.found);
}

} // namespace bytebound
