#include "io/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"
#include "base/visible.hpp"

namespace bytebound {
namespace {

constexpr auto replace_bad_bytes = nlohmann::json::error_handler_t::replace;

template <class Json>
std::string member_of(std::string_view key, const Json& value) {
    std::string text = visible_json(value.dump(2, ' ', false, replace_bad_bytes));
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 3))
        text.insert(at + 1, "  ");
    return "  \"" + std::string(key) + "\": " + text;
}

constexpr std::size_t deepest = 64;
constexpr std::size_t longest_token = 80;

/// Follows the parser through a document: the path of what it reads, and the keys of each open object.
class ParserPath {
public:
    bool follow(nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
        using Event = nlohmann::json::parse_event_t;
        switch (event) {
        case Event::key: take_key(parsed.get_ref<const std::string&>()); break;
        case Event::object_start:
        case Event::array_start:
            if (open_.size() == deepest) refuse_json(text(), "it is below 64 others");
            open_.push_back({event == Event::array_start, 0, {}, {}});
            break;
        case Event::object_end:
        case Event::array_end: open_.pop_back(); [[fallthrough]];
        case Event::value:
            if (!open_.empty()) ++open_.back().index;
            break;
        }
        return true;
    }

    std::string text() const {
        std::string path;
        for (const Container& each : open_)
            path += "/" + (each.is_array ? std::to_string(each.index) : pointer_token(each.key));
        return path;
    }

private:
    struct Container {
        bool is_array;
        std::size_t index; ///< of the element being read
        std::string key;   ///< of the member being read
        std::set<std::string> keys;
    };

    void take_key(const std::string& key) {
        open_.back().key = key;
        if (!open_.back().keys.insert(key).second) refuse_json(text(), "the key occurs twice");
    }

    std::vector<Container> open_;
};

std::string place_of(std::string_view text, std::size_t byte) {
    if (byte > text.size()) return text.empty() ? "it is empty" : "it is not complete JSON: it ends too early";
    const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
    const auto line_begin = before.rfind('\n') + 1; // npos + 1 is 0
    return "line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) + ", column " +
           std::to_string(before.size() - line_begin + 1) + ": it is not JSON";
}

/// Builds the members of an object until one of them has a given key.
class LeadingMembers : public nlohmann::json_sax<nlohmann::json> {
public:
    LeadingMembers(std::string_view text, std::string_view end) : text_(text), end_(end) {}

    bool null() override { return take(nullptr); }
    bool boolean(bool value) override { return take(value); }
    bool number_integer(std::int64_t value) override { return take(value); }
    bool number_unsigned(std::uint64_t value) override { return take(value); }
    bool number_float(double value, const std::string&) override { return take(value); }
    bool string(std::string& value) override { return take(std::move(value)); }
    bool binary(nlohmann::json::binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(nlohmann::json::object()); }
    bool start_array(std::size_t) override { return open(nlohmann::json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(std::string& name) override {
        if (open_.size() == 1 && name == end_) return false;
        if (open_.back()->contains(name)) refuse_json("/" + pointer_token(name), "the key occurs twice");
        key_ = name;
        return true;
    }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::json::exception& error) override {
        if (dynamic_cast<const nlohmann::json::out_of_range*>(&error) != nullptr)
            refuse_json("/" + pointer_token(key_), "the number is too large");
        throw std::invalid_argument(place_of(text_, byte));
    }

    nlohmann::json take_members() { return std::move(root_); }

private:
    nlohmann::json& place(nlohmann::json value) {
        if (open_.empty()) return root_ = std::move(value);
        nlohmann::json& owner = *open_.back();
        if (owner.is_object()) return owner[key_] = std::move(value);
        owner.push_back(std::move(value));
        return owner.back();
    }
    bool take(nlohmann::json value) {
        place(std::move(value));
        return true;
    }
    bool open(nlohmann::json container) {
        if (open_.size() == deepest) refuse_json("/" + pointer_token(key_), "it is below 64 others");
        nlohmann::json& placed = place(std::move(container));
        open_.push_back(&placed); // stays: nothing is added to its owner while it is open
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_, end_;
    nlohmann::json root_;
    std::vector<nlohmann::json*> open_;
    std::string key_;
};

} // namespace

std::string pointer_token(std::string_view key) {
    std::string token;
    for (const char c : clipped(key, longest_token)) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    }
    return token;
}

void refuse_json(const std::string& path, const std::string& cause) {
    throw std::invalid_argument(path.empty() ? cause : path + ": " + cause);
}

nlohmann::json parse_json(std::string_view text) {
    ParserPath path;
    try {
        return nlohmann::json::parse(text, [&path](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
            return path.follow(event, parsed);
        });
    } catch (const nlohmann::json::parse_error& error) {
        throw std::invalid_argument(place_of(text, error.byte));
    } catch (const nlohmann::json::out_of_range&) {
        refuse_json(path.text(), "the number is too large");
    }
}

nlohmann::json parse_json_before(std::string_view text, std::string_view key) {
    LeadingMembers members(text, key);
    nlohmann::json::sax_parse(text, &members);
    return members.take_members();
}

std::string document_text(const nlohmann::json& document) {
    return visible_json(document.dump(2, ' ', false, replace_bad_bytes)) + "\n";
}
std::string document_text(const nlohmann::ordered_json& document) {
    return visible_json(document.dump(2, ' ', false, replace_bad_bytes)) + "\n";
}

std::string json_line(const nlohmann::ordered_json& document) {
    return visible_json(document.dump(-1, ' ', false, replace_bad_bytes)) + "\n";
}

std::string member_text(std::string_view key, const nlohmann::json& value) { return member_of(key, value); }
std::string member_text(std::string_view key, const nlohmann::ordered_json& value) { return member_of(key, value); }

nlohmann::ordered_json json_number(double value) {
    constexpr double exactly_integral_below = 9007199254740992.0; // 2^53
    if (!std::isfinite(value)) return nullptr;
    if (value == std::floor(value) && std::abs(value) < exactly_integral_below) return static_cast<std::int64_t>(value);
    return value;
}

nlohmann::ordered_json json_number(const std::optional<double>& value) {
    return value ? json_number(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_text(const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

} // namespace bytebound
