// The C interface (include/bytebound/bytebound.h): checks of arguments, and a translation of types.

#include <bytebound/bytebound.h>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "library/copy_text.hpp"
#include "library/event_set.hpp"
#include "library/owner_mark.hpp"

using namespace bytebound;

struct bytebound_set {
    EventSet events;
    std::vector<bytebound_event> described;
    std::vector<CounterValue> before, after;
    bool begun = false;
    std::uint64_t thread = 0;
    std::uint32_t process = 0;
};

namespace {

KernelSys& kernel() {
    static KernelSys sys; // has no state: it is valid until the process ends
    return sys;
}

int code_of(const Error& error) {
    switch (error.code) {
    case ExitCode::usage: return BYTEBOUND_USAGE;
    case ExitCode::not_possible: return BYTEBOUND_NOT_POSSIBLE;
    default: return BYTEBOUND_INTERNAL;
    }
}

std::vector<bytebound_event> describe(const std::vector<SetEvent>& events) {
    std::vector<bytebound_event> described;
    for (const SetEvent& event : events)
        described.push_back({event.name.c_str(), event.unit.c_str(), event.domain.c_str(), event.source.c_str(),
                             event.reason.c_str(), event.remedy.c_str(), event.caveat.c_str(), event.open,
                             event.shared});
    return described;
}

std::int32_t state_number(ReadingState state) {
    switch (state) {
    case ReadingState::counted: return BYTEBOUND_COUNTED;
    case ReadingState::scaled: return BYTEBOUND_SCALED;
    case ReadingState::never_ran: return BYTEBOUND_NEVER_RAN;
    case ReadingState::unsupported: return BYTEBOUND_NOT_AVAILABLE;
    case ReadingState::read_failed: break;
    }
    return BYTEBOUND_READ_FAILED;
}

bytebound_reading translated(const Reading& reading, const SetEvent& event) {
    bytebound_reading out{UINT64_MAX,       reading.enabled_ns,          reading.running_ns,
                          event.unit_scale, state_number(reading.state), BYTEBOUND_TIER_NONE};
    if (!has_count(reading)) return out;
    out.count = reading.count;
    out.tier = event.shared                            ? BYTEBOUND_TIER_SHARED
               : reading.state == ReadingState::scaled ? BYTEBOUND_TIER_SCALED
                                                       : BYTEBOUND_TIER_COUNTED;
    return out;
}

/// Whether this thread may read the set.
int check_owner(const bytebound_set& set) noexcept {
    if (set.process != process_mark()) return BYTEBOUND_AFTER_FORK;
    return set.thread == this_thread() ? BYTEBOUND_OK : BYTEBOUND_WRONG_THREAD;
}

int read_into(bytebound_set& set, std::span<CounterValue> samples) noexcept {
    if (const int code = check_owner(set); code != BYTEBOUND_OK) return code;
    return set.events.read(samples) ? BYTEBOUND_OK : BYTEBOUND_INTERNAL;
}

void make_readings(const bytebound_set& set, std::span<const CounterValue> before, std::span<const CounterValue> after,
                   bytebound_reading* readings) noexcept {
    const std::vector<SetEvent>& events = set.events.events();
    for (std::size_t i = 0; i < events.size(); ++i)
        readings[i] = translated(set.events.reading(i, before, after), events[i]);
}

void fail_readings(const bytebound_set& set, bytebound_reading* readings) noexcept {
    const std::vector<SetEvent>& events = set.events.events();
    for (std::size_t i = 0; i < events.size(); ++i) {
        const ReadingState state = events[i].open ? ReadingState::read_failed : ReadingState::unsupported;
        readings[i] = translated({0, 0, 0, state}, events[i]);
    }
}

// The public structure has the layout of the internal one, so that a reading copies nothing.
static_assert(sizeof(bytebound_sample) == sizeof(CounterValue) && alignof(bytebound_sample) == alignof(CounterValue));
static_assert(offsetof(bytebound_sample, enabled_ns) == offsetof(CounterValue, enabled_ns) &&
              offsetof(bytebound_sample, running_ns) == offsetof(CounterValue, running_ns));

std::span<const CounterValue> samples_of(const bytebound_set& set, const bytebound_sample* samples) {
    return {reinterpret_cast<const CounterValue*>(samples), set.events.samples()};
}

} // namespace

extern "C" {

const char* bytebound_version(void) noexcept { return BYTEBOUND_VERSION; }

const char* bytebound_state_name(int32_t state) noexcept {
    switch (state) {
    case BYTEBOUND_COUNTED: return "counted";
    case BYTEBOUND_SCALED: return "scaled";
    case BYTEBOUND_NEVER_RAN: return "never ran";
    case BYTEBOUND_NOT_AVAILABLE: return "not available";
    case BYTEBOUND_READ_FAILED: return "read failed";
    default: return "";
    }
}

const char* bytebound_tier_name(int32_t tier) noexcept {
    switch (tier) {
    case BYTEBOUND_TIER_COUNTED: return "counted";
    case BYTEBOUND_TIER_SCALED: return "scaled";
    case BYTEBOUND_TIER_SHARED: return "shared";
    default: return "";
    }
}

int bytebound_open(const char* names, unsigned flags, bytebound_set** out, char* error, size_t error_size) noexcept {
    if (out != nullptr) *out = nullptr;
    if (names == nullptr || out == nullptr || (flags & ~unsigned{BYTEBOUND_MULTIPLEX}) != 0) {
        const std::string_view line = out == nullptr     ? "open events: no place for the set; pass an address"
                                      : names == nullptr ? "open events: the names are a null pointer; pass a text"
                                                         : "open events: unknown flag; pass 0 or BYTEBOUND_MULTIPLEX";
        copy_text(line, error, error_size);
        return BYTEBOUND_USAGE;
    }
    try {
        auto events = EventSet::open(names, (flags & BYTEBOUND_MULTIPLEX) != 0, kernel(), SysRoot());
        if (!events) {
            copy_text(to_line(events.error()), error, error_size);
            return code_of(events.error());
        }
        auto set = std::make_unique<bytebound_set>(
            bytebound_set{std::move(*events), {}, {}, {}, false, this_thread(), mark_process()});
        set->described = describe(set->events.events());
        set->before.resize(set->events.samples());
        set->after.resize(set->events.samples());
        copy_text({}, error, error_size);
        *out = set.release();
        return BYTEBOUND_OK;
    } catch (const std::bad_alloc&) {
        copy_text("open events: no memory is left; free some", error, error_size);
    } catch (const std::exception& failure) {
        copy_text(failure.what(), error, error_size);
    }
    return BYTEBOUND_INTERNAL;
}

void bytebound_close(bytebound_set* set) noexcept { delete set; }

size_t bytebound_event_count(const bytebound_set* set) noexcept { return set == nullptr ? 0 : set->described.size(); }

const bytebound_event* bytebound_event_at(const bytebound_set* set, size_t index) noexcept {
    return index < bytebound_event_count(set) ? &set->described[index] : nullptr;
}

size_t bytebound_sample_count(const bytebound_set* set) noexcept { return set == nullptr ? 0 : set->events.samples(); }

int bytebound_read(bytebound_set* set, bytebound_sample* samples) noexcept {
    if (set == nullptr || (samples == nullptr && set->events.samples() > 0)) return BYTEBOUND_USAGE;
    return read_into(*set, {reinterpret_cast<CounterValue*>(samples), set->events.samples()});
}

int bytebound_difference(const bytebound_set* set, const bytebound_sample* before, const bytebound_sample* after,
                         bytebound_reading* readings) noexcept {
    if (set == nullptr || readings == nullptr) return BYTEBOUND_USAGE;
    if ((before == nullptr || after == nullptr) && set->events.samples() > 0) return BYTEBOUND_USAGE;
    make_readings(*set, samples_of(*set, before), samples_of(*set, after), readings);
    return BYTEBOUND_OK;
}

int bytebound_begin(bytebound_set* set) noexcept {
    if (set == nullptr) return BYTEBOUND_USAGE;
    const int code = read_into(*set, set->before);
    set->begun = code == BYTEBOUND_OK;
    return code;
}

int bytebound_end(bytebound_set* set, bytebound_reading* readings) noexcept {
    if (set == nullptr || readings == nullptr) return BYTEBOUND_USAGE;
    const int code = set->begun ? read_into(*set, set->after) : BYTEBOUND_USAGE;
    if (code == BYTEBOUND_OK)
        make_readings(*set, set->before, set->after, readings);
    else
        fail_readings(*set, readings);
    return code;
}

int bytebound_value(const bytebound_reading* reading, double* value) noexcept {
    if (reading == nullptr || value == nullptr) return BYTEBOUND_USAGE;
    if (reading->state != BYTEBOUND_COUNTED && reading->state != BYTEBOUND_SCALED) return BYTEBOUND_NO_VALUE;
    const ReadingState state = reading->state == BYTEBOUND_SCALED ? ReadingState::scaled : ReadingState::counted;
    *value = scaled_count({reading->count, reading->enabled_ns, reading->running_ns, state}) * reading->unit_scale;
    return BYTEBOUND_OK;
}

const char* bytebound_reason(const bytebound_set* set, size_t index, const bytebound_reading* reading) noexcept {
    if (reading == nullptr || index >= bytebound_event_count(set)) return "";
    switch (reading->state) {
    case BYTEBOUND_NEVER_RAN: return "no counter was free for it during the interval";
    case BYTEBOUND_NOT_AVAILABLE: return set->described[index].reason;
    case BYTEBOUND_READ_FAILED: return "the kernel returned no value or an impossible one";
    default: return "";
    }
}

int bytebound_read_error(const bytebound_set* set, char* text, size_t size) noexcept {
    copy_text({}, text, size);
    if (set == nullptr) return BYTEBOUND_USAGE;
    try {
        const std::optional<Error> error = set->events.read_error();
        if (!error) return BYTEBOUND_NO_VALUE;
        copy_text(to_line(*error), text, size);
        return BYTEBOUND_OK;
    } catch (const std::exception&) {
        return BYTEBOUND_INTERNAL;
    }
}

} // extern "C"
