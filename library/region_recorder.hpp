#pragma once
// The regions of one thread. Everything is prepared at the thread's first region: between a begin and its end nothing
// is allocated and nothing is locked.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "library/event_set.hpp"
#include "library/region_file.hpp"

namespace bytebound {

class RegionRecorder {
public:
    /// Opens the events on the calling thread and creates its file. Events that cannot be opened are recorded with the
    /// reason. Error: not_possible, if there is no file.
    static Result<std::unique_ptr<RegionRecorder>> start(const char* directory, const std::string& events, Sys& sys);

    void begin(const char* name) noexcept;
    void end(const char* name) noexcept;
    void close() noexcept { file_.close(); }

private:
    struct Frame {
        std::uint32_t region = 0;
        std::uint64_t hash = 0;    ///< of the name of a region without a number
        std::uint64_t windows = 0; ///< of the file, at the begin
        std::uint64_t begin_ns = 0;
        int begin_cpu = -1;
        bool read = false;
        CounterValue* before = nullptr;
    };

    RegionRecorder() = default;
    Result<void> open_events(const std::string& events, Sys& sys);
    void write_event(const SetEvent& event) noexcept;
    void measure_empty_passes();
    void read_before(Frame& frame) noexcept;
    void write_pass(region_format::Kind kind, const Frame& frame, std::uint32_t depth, std::uint64_t end_ns,
                    int end_cpu, bool read) noexcept;
    /// The number of a region, given at its first pass; nullopt if no number is left or the name is too long.
    std::optional<std::uint32_t> region_of(const char* name) noexcept;
    bool is(const Frame& frame, const char* name) const noexcept;
    std::size_t pass_bytes() const noexcept {
        return sizeof(region_format::Pass) + open_.size() * sizeof(region_format::Count);
    }

    RegionFile file_;
    std::optional<EventSet> events_;
    std::vector<std::size_t> open_;    ///< indices of the open events
    std::vector<CounterValue> values_; ///< those before each frame
    std::vector<CounterValue> after_;
    std::vector<Frame> frames_;
    std::uint32_t depth_ = 0;
    std::uint32_t too_deep_ = 0; ///< begins beyond the last frame
    bool busy_ = false;

    struct Region {
        std::uint32_t at = 0; ///< its name, in names_
    };
    std::vector<Region> regions_;
    std::array<std::uint16_t, 256> hints_{}; ///< by address: the region that had its name there last
    std::vector<char> names_;                ///< of fixed size
    std::uint32_t names_used_ = 0;
};

} // namespace bytebound
