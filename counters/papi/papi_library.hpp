#pragma once
// The PAPI library behind RAII owners: initialisation, thread registration, running event sets.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// Redirects file descriptors 1 and 2 to /dev/null during its lifetime, because PAPI's rocm_smi component prints on
/// both when it is first queried.
class QuietOutput {
public:
    QuietOutput();
    QuietOutput(const QuietOutput&) = delete;
    QuietOutput& operator=(const QuietOutput&) = delete;
    ~QuietOutput();

private:
    int output_ = -1, errors_ = -1;
};

/// Initialises the library and its thread support once. Error: not_possible.
Result<void> initialise_papi();
/// "7.0.0.0"
std::string papi_version();

/// A component as PAPI describes it. Even an enabled one may open nothing.
struct PapiComponent {
    std::string name, reason; ///< why it is disabled
    bool enabled = false;
    int events = 0; ///< native and preset; also 0 for a component whose events exist only once requested (sde)
};
std::vector<PapiComponent> papi_components();

/// Index of the component that has this event.
Result<int> papi_component_of(const std::string& name);
/// PAPI presets, as candidates for a spelling suggestion.
std::vector<std::string> papi_presets();

/// Registers the calling thread with PAPI while at least one instance exists on it.
class PapiThread {
public:
    PapiThread();
    PapiThread(const PapiThread&) = delete;
    PapiThread& operator=(const PapiThread&) = delete;
    ~PapiThread();
};

/// Events of one component, counting on the thread that opened them. PAPI's perf_event component opens a set as one
/// pinned group, which counts the whole time or cannot be read. PAPI's multiplexing is never enabled, because it would
/// hide times without a counter.
class PapiEventSet {
public:
    /// Error: not_possible, with the refused name as object and PAPI's message as cause.
    static Result<PapiEventSet> open(std::span<const std::string> names);
    PapiEventSet(PapiEventSet&& other) noexcept
        : set_(std::exchange(other.set_, none)), started_(other.started_), values_(std::move(other.values_)),
          names_(std::move(other.names_)), error_(other.error_) {}
    PapiEventSet& operator=(PapiEventSet&&) = delete;
    PapiEventSet(const PapiEventSet&) = delete;
    PapiEventSet& operator=(const PapiEventSet&) = delete;
    ~PapiEventSet();

    /// Fetches the counts since opening. Does not allocate.
    bool refresh() noexcept;
    long long count(std::size_t index) const noexcept { return values_[index]; }
    std::size_t size() const { return values_.size(); }
    Error last_error() const;

private:
    static constexpr int none = -1; ///< PAPI_NULL
    PapiEventSet() = default;

    int set_ = none;
    bool started_ = false;
    std::vector<long long> values_;
    std::vector<std::string> names_;
    int error_ = 0; ///< of the last read
};

} // namespace bytebound
