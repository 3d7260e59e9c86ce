#include "library/region_recorder.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "base/clock.hpp"
#include "counters/names/resolver.hpp"

namespace bytebound {
namespace {

using region_format::Kind;

constexpr std::uint32_t no_region = UINT32_MAX;
constexpr std::size_t bytes_for_names = 64 * 1024;
constexpr int empty_passes = 15;

constexpr std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

/// FNV-1a, to recognise the end of a region that has no number.
std::uint64_t hash_of(const char* name) noexcept {
    std::uint64_t hash = 14695981039346656037u;
    for (; *name != '\0'; ++name)
        hash = (hash ^ static_cast<unsigned char>(*name)) * 1099511628211u;
    return hash;
}

/// Set while a call is inside; a signal handler of the same thread finds it set.
class Inside {
public:
    explicit Inside(bool& busy) : busy_(busy), entered_(!busy) {
        busy_ = true;
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    ~Inside() {
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (entered_) busy_ = false;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    explicit operator bool() const { return entered_; }

private:
    bool& busy_;
    bool entered_;
};

} // namespace

Result<std::unique_ptr<RegionRecorder>> RegionRecorder::start(const char* directory, const std::string& events,
                                                              Sys& sys) {
    std::unique_ptr<RegionRecorder> recorder(new RegionRecorder);
    const int error = recorder->file_.create(directory, static_cast<std::uint64_t>(::getpid()),
                                             static_cast<std::uint64_t>(::gettid()));
    if (error != 0)
        return fail({ExitCode::not_possible, "record regions in", directory, "no file can be created there",
                     "check the directory that the environment names", error});
    TRY(recorder->open_events(events, sys));
    recorder->regions_.reserve(region_format::most_regions);
    recorder->names_.resize(bytes_for_names);
    recorder->measure_empty_passes();
    return recorder;
}

Result<void> RegionRecorder::open_events(const std::string& names, Sys& sys) {
    std::vector<SetEvent> described;
    if (!names.empty()) {
        auto events = EventSet::open(names, false, sys, SysRoot());
        if (events) {
            events_ = std::move(*events);
            described = events_->events();
        }
        for (const std::string& name : events ? std::vector<std::string>{} : split_event_names(names)) {
            SetEvent& event = described.emplace_back();
            event.name = name;
            event.reason = to_line(events.error());
            event.remedy = "see bytebound doctor";
        }
    }
    described.resize(std::min<std::size_t>(described.size(), region_format::most_events));
    file_.header().events = static_cast<std::uint32_t>(described.size());
    for (std::size_t i = 0; i < described.size(); ++i) {
        if (described[i].open) open_.push_back(i);
        write_event(described[i]);
    }
    const std::size_t samples = events_ ? events_->samples() : 0;
    values_.resize(samples * region_format::most_depth);
    after_.resize(samples);
    frames_.resize(region_format::most_depth);
    for (std::size_t i = 0; i < frames_.size(); ++i)
        frames_[i].before = values_.data() + i * samples;
    return {};
}

void RegionRecorder::write_event(const SetEvent& event) noexcept {
    const std::string* const texts[] = {&event.name,   &event.unit,   &event.domain, &event.source,
                                        &event.reason, &event.remedy, &event.caveat};
    std::size_t bytes = sizeof(region_format::Event);
    for (const std::string* text : texts)
        bytes += text->size() + 1;
    bytes = padded(bytes);
    auto* out = static_cast<region_format::Event*>(file_.room(bytes));
    if (out == nullptr) return;
    out->record = {static_cast<std::uint32_t>(bytes), Kind::event, 0};
    if (event.open) out->record.flags |= region_format::event_open;
    if (event.shared) out->record.flags |= region_format::event_shared;
    if (event.multiplexed) out->record.flags |= region_format::event_multiplexed;
    out->unit_scale = event.unit_scale;
    char* place = reinterpret_cast<char*>(out + 1);
    for (const std::string* text : texts) {
        std::memcpy(place, text->c_str(), text->size() + 1);
        place += text->size() + 1;
    }
    file_.commit(bytes);
}

void RegionRecorder::read_before(Frame& frame) noexcept {
    frame.read = !events_ || events_->read({frame.before, after_.size()});
    frame.begin_cpu = ::sched_getcpu();
    frame.begin_ns = now_ns();
}

void RegionRecorder::write_pass(Kind kind, const Frame& frame, std::uint32_t depth, std::uint64_t end_ns, int end_cpu,
                                bool read) noexcept {
    std::uint16_t flags = 0;
    if (!read) flags |= region_format::pass_read_failed;
    if (file_.header().windows != frame.windows) flags |= region_format::pass_extended;
    const std::size_t bytes = pass_bytes();
    auto* out = static_cast<region_format::Pass*>(file_.room(bytes)); // may extend the file, behind this pass
    if (out == nullptr) {
        ++file_.header().dropped;
        return;
    }
    out->record = {static_cast<std::uint32_t>(bytes), kind, flags};
    out->region = frame.region;
    out->depth = depth;
    out->begin_ns = frame.begin_ns;
    out->end_ns = end_ns;
    out->begin_cpu = frame.begin_cpu;
    out->end_cpu = end_cpu;
    auto* counts = reinterpret_cast<region_format::Count*>(out + 1);
    for (std::size_t i = 0; i < open_.size(); ++i) {
        const Reading reading = events_->reading(open_[i], {frame.before, after_.size()}, after_);
        // Running longer than enabled: no count, for any reader.
        counts[i] = reading.state == ReadingState::read_failed
                        ? region_format::Count{UINT64_MAX, 0, 1}
                        : region_format::Count{reading.count, reading.enabled_ns, reading.running_ns};
    }
    file_.commit(bytes);
}

/// Medians of passes with nothing inside, which are part of every pass.
void RegionRecorder::measure_empty_passes() {
    Frame& frame = frames_.front();
    std::array<std::uint64_t, empty_passes> times{};
    std::vector<std::array<std::uint64_t, empty_passes>> counts(open_.size());
    for (std::size_t n = 0; n < times.size(); ++n) {
        read_before(frame);
        times[n] = now_ns() - frame.begin_ns;
        const bool read = !events_ || events_->read(after_);
        if (!read || !frame.read) return;
        for (std::size_t i = 0; i < open_.size(); ++i)
            counts[i][n] = events_->reading(open_[i], {frame.before, after_.size()}, after_).count;
    }
    const auto median = [](auto& values) {
        std::nth_element(values.begin(), values.begin() + empty_passes / 2, values.end());
        return values[empty_passes / 2];
    };
    const std::size_t bytes = pass_bytes();
    auto* out = static_cast<region_format::Pass*>(file_.room(bytes));
    if (out == nullptr) return;
    out->record = {static_cast<std::uint32_t>(bytes), Kind::empty, 0};
    out->depth = empty_passes;
    out->end_ns = median(times);
    out->begin_cpu = out->end_cpu = -1;
    auto* medians = reinterpret_cast<region_format::Count*>(out + 1);
    for (std::size_t i = 0; i < open_.size(); ++i)
        medians[i] = {median(counts[i]), 1, 1};
    file_.commit(bytes);
}

std::optional<std::uint32_t> RegionRecorder::region_of(const char* name) noexcept {
    const auto is_name = [&](const Region& region) { return std::strcmp(names_.data() + region.at, name) == 0; };
    const auto address = reinterpret_cast<std::uintptr_t>(name);
    std::uint16_t& hint = hints_[(address >> 3 ^ address >> 11) % hints_.size()];
    if (hint < regions_.size() && is_name(regions_[hint])) return hint;
    for (std::uint32_t i = 0; i < regions_.size(); ++i)
        if (is_name(regions_[i])) {
            hint = static_cast<std::uint16_t>(i);
            return i;
        }
    const std::size_t length = std::strlen(name);
    if (length > region_format::longest_name || names_used_ + length + 1 > names_.size() ||
        regions_.size() == region_format::most_regions)
        return {};
    const std::size_t bytes = padded(sizeof(region_format::Name) + length + 1);
    auto* out = static_cast<region_format::Name*>(file_.room(bytes));
    if (out == nullptr) return {};
    const auto region = static_cast<std::uint32_t>(regions_.size());
    out->record = {static_cast<std::uint32_t>(bytes), Kind::name, 0};
    out->region = region;
    out->length = static_cast<std::uint32_t>(length);
    std::memcpy(out + 1, name, length);
    file_.commit(bytes);
    std::memcpy(names_.data() + names_used_, name, length + 1);
    regions_.push_back({names_used_}); // within its reserve
    hint = static_cast<std::uint16_t>(region);
    names_used_ += static_cast<std::uint32_t>(length) + 1;
    return region;
}

bool RegionRecorder::is(const Frame& frame, const char* name) const noexcept {
    if (frame.region == no_region) return frame.hash == hash_of(name);
    return std::strcmp(names_.data() + regions_[frame.region].at, name) == 0;
}

void RegionRecorder::begin(const char* name) noexcept {
    const Inside inside(busy_);
    if (!inside) {
        ++file_.header().interrupted;
        return;
    }
    if (depth_ == frames_.size()) {
        ++too_deep_;
        return;
    }
    Frame& frame = frames_[depth_];
    frame.region = region_of(name).value_or(no_region);
    if (frame.region == no_region) frame.hash = hash_of(name);
    frame.windows = file_.header().windows;
    file_.header().open_passes = ++depth_;
    read_before(frame);
}

void RegionRecorder::end(const char* name) noexcept {
    const std::uint64_t end_ns = now_ns();
    const int end_cpu = ::sched_getcpu();
    const Inside inside(busy_);
    if (!inside) {
        ++file_.header().interrupted;
        return;
    }
    const bool read = !events_ || events_->read(after_);
    if (too_deep_ > 0) {
        --too_deep_;
        ++file_.header().dropped;
        return;
    }
    std::uint32_t level = depth_;
    while (level > 0 && !is(frames_[level - 1], name))
        --level;
    if (level == 0) {
        ++file_.header().unmatched;
        return;
    }
    file_.header().unfinished += depth_ - level;
    depth_ = level - 1;
    file_.header().open_passes = depth_;
    const Frame& frame = frames_[depth_];
    if (frame.region == no_region)
        ++file_.header().dropped;
    else
        write_pass(Kind::pass, frame, depth_, end_ns, end_cpu, read && frame.read);
}

} // namespace bytebound
