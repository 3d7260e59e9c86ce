#pragma once
// The PAPI library behind owners: initialised once, threads registered, event sets left running and read.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// Keeps what libraries print off the program's output while it lives: file descriptors 1 and 2 go to /dev/null. PAPI's
/// rocm_smi component prints on both when it is first looked at.
class QuietOutput {
public:
    QuietOutput();
    QuietOutput(const QuietOutput&) = delete;
    QuietOutput& operator=(const QuietOutput&) = delete;
    ~QuietOutput();

private:
    int output_ = -1, errors_ = -1;
};

/// Initialises library and thread support once. Error: not_possible.
Result<void> initialise_papi();
/// "7.0.0.0"
std::string papi_version();

/// A component as PAPI describes it. Enabled ones may still open nothing.
struct PapiComponent {
    std::string name, reason; ///< why disabled
    bool enabled = false;
    int events = 0; ///< native and preset; 0 also for a component that learns its events when they are named (sde)
};
std::vector<PapiComponent> papi_components();

/// Index of the component that has this event.
Result<int> papi_component_of(const std::string& name);
/// Presets whose spelling may have been meant.
std::vector<std::string> papi_presets();

/// The calling thread as PAPI knows it, while at least one of these lives on it.
class PapiThread {
public:
    PapiThread();
    PapiThread(const PapiThread&) = delete;
    PapiThread& operator=(const PapiThread&) = delete;
    ~PapiThread();
};

/// Events of one component, counting on the thread that opened them, from then on. PAPI opens a set as one pinned group
/// (perf_event component): it counts the whole time or cannot be read. Its multiplexing, which would hide when not, is
/// never switched on.
class PapiEventSet {
public:
    /// Error: not_possible, with the name that was refused as object and PAPI's words as cause.
    static Result<PapiEventSet> open(std::span<const std::string> names);
    PapiEventSet(PapiEventSet&& other) noexcept
        : set_(std::exchange(other.set_, none)), started_(other.started_), values_(std::move(other.values_)),
          names_(std::move(other.names_)), error_(other.error_) {}
    PapiEventSet& operator=(PapiEventSet&&) = delete;
    PapiEventSet(const PapiEventSet&) = delete;
    PapiEventSet& operator=(const PapiEventSet&) = delete;
    ~PapiEventSet();

    /// Fetches the counts since opening; no allocation of ours.
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
