// bytebound-counters for C++17: the same as bytebound.h, with owners, exceptions and optional values.
//
//     bytebound::event_set counters("instructions,page-faults");
//     for (const bytebound::reading &r : counters.measure([&] { work(); }))
//         if (r.value()) use(r.name(), *r.value()); else explain(r.name(), r.reason());
//
// Costs and rules are those of bytebound.h: a set belongs to the thread that opened it. This header contains no state,
// and its names are in an inline namespace of this version of the interface.
#ifndef BYTEBOUND_BYTEBOUND_HPP
#define BYTEBOUND_BYTEBOUND_HPP

#include <bytebound/bytebound.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytebound {
inline namespace interface_1 {

/// A code of bytebound.h other than OK, with its line of text.
class error : public std::runtime_error {
public:
    error(int code, const std::string& line) : std::runtime_error(line), code_(code) {}
    int code() const noexcept { return code_; }

private:
    int code_;
};

enum class state : std::int32_t {
    counted = BYTEBOUND_COUNTED,
    scaled = BYTEBOUND_SCALED,
    never_ran = BYTEBOUND_NEVER_RAN,
    not_available = BYTEBOUND_NOT_AVAILABLE,
    read_failed = BYTEBOUND_READ_FAILED,
};

enum class tier : std::int32_t {
    none = BYTEBOUND_TIER_NONE,
    counted = BYTEBOUND_TIER_COUNTED,
    scaled = BYTEBOUND_TIER_SCALED,
    shared = BYTEBOUND_TIER_SHARED,
};

inline std::string_view name_of(state which) noexcept { return bytebound_state_name(static_cast<std::int32_t>(which)); }
inline std::string_view name_of(tier which) noexcept { return bytebound_tier_name(static_cast<std::int32_t>(which)); }

/// One event over one interval. Its texts belong to the set and live as long.
class reading {
public:
    reading(const bytebound_event& event, const bytebound_reading& raw, const char* reason) noexcept
        : event_(&event), raw_(raw), reason_(reason) {}

    std::string_view name() const noexcept { return event_->name; }
    std::string_view unit() const noexcept { return event_->unit; } ///< "ns"; "" for a number of events
    /// In the unit, extrapolated if it is scaled; nothing if it was not counted.
    std::optional<double> value() const noexcept {
        double value = 0;
        if (bytebound_value(&raw_, &value) != BYTEBOUND_OK) return std::nullopt;
        return value;
    }
    bytebound::state state() const noexcept { return static_cast<bytebound::state>(raw_.state); }
    bytebound::tier tier() const noexcept { return static_cast<bytebound::tier>(raw_.tier); }
    std::string_view reason() const noexcept { return reason_; } ///< why there is no value
    std::string_view remedy() const noexcept { return event_->remedy; }
    const bytebound_event& event() const noexcept { return *event_; }
    const bytebound_reading& raw() const noexcept { return raw_; }

private:
    const bytebound_event* event_;
    bytebound_reading raw_;
    const char* reason_;
};

/// Events that are counted from construction to destruction.
class event_set {
public:
    /// Opens events on this thread: bytebound_open(). Throws error for names that no grammar knows; an event that
    /// cannot be counted here has a reason instead.
    explicit event_set(const std::string& names, unsigned flags = 0) {
        bytebound_set* opened = nullptr;
        std::array<char, 512> line{};
        if (const int code = bytebound_open(names.c_str(), flags, &opened, line.data(), line.size());
            code != BYTEBOUND_OK)
            throw error(code, line.data());
        set_.reset(opened);
        raw_.resize(size());
    }

    std::size_t size() const noexcept { return bytebound_event_count(set_.get()); } ///< number of events
    /// Event `index` < size().
    const bytebound_event& event(std::size_t index) const noexcept { return *bytebound_event_at(set_.get(), index); }
    bytebound_set* handle() const noexcept { return set_.get(); } ///< for the functions of bytebound.h

    /// Starts an interval. Throws error: another thread, a fork, or a refused read.
    void begin() { check(bytebound_begin(set_.get())); }
    /// The readings since begin(), in the order of the names. Throws error.
    std::vector<reading> end() {
        const int code = bytebound_end(set_.get(), raw_.data());
        check(code);
        std::vector<reading> readings;
        readings.reserve(raw_.size());
        for (std::size_t i = 0; i < raw_.size(); ++i)
            readings.emplace_back(event(i), raw_[i], bytebound_reason(set_.get(), i, &raw_[i]));
        return readings;
    }
    /// Readings around one call.
    template <class Work>
    std::vector<reading> measure(Work&& work) {
        begin();
        std::forward<Work>(work)();
        return end();
    }

private:
    struct closer {
        void operator()(bytebound_set* set) const noexcept { bytebound_close(set); }
    };
    void check(int code) const {
        if (code == BYTEBOUND_OK) return;
        std::array<char, 512> line{};
        if (code == BYTEBOUND_WRONG_THREAD) throw error(code, "read counters: another thread opened the set");
        if (code == BYTEBOUND_AFTER_FORK) throw error(code, "read counters: the set was opened before a fork");
        if (code == BYTEBOUND_USAGE) throw error(code, "read counters: begin() was not called");
        bytebound_read_error(set_.get(), line.data(), line.size());
        throw error(code, line.data());
    }

    std::unique_ptr<bytebound_set, closer> set_;
    std::vector<bytebound_reading> raw_;
};

#ifdef BYTEBOUND_REGIONS
/// A pass of a region, from here to the end of the scope. `name` must live as long.
class region_scope {
public:
    explicit region_scope(const char* name) noexcept : name_(name) { bytebound_region_begin(name); }
    ~region_scope() { bytebound_region_end(name_); }
    region_scope(const region_scope&) = delete;
    region_scope& operator=(const region_scope&) = delete;

private:
    const char* name_;
};
#endif

} // namespace interface_1
} // namespace bytebound

/// BYTEBOUND_REGION("name"); makes the rest of the scope a pass of the region. Nothing without BYTEBOUND_REGIONS.
#ifdef BYTEBOUND_REGIONS
#define BYTEBOUND_JOINED_(a, b) a##b
#define BYTEBOUND_JOINED(a, b) BYTEBOUND_JOINED_(a, b)
#define BYTEBOUND_REGION(name) const ::bytebound::region_scope BYTEBOUND_JOINED(bytebound_region_, __LINE__)(name)
#else
#define BYTEBOUND_REGION(name) static_assert(true, "")
#endif

#endif
