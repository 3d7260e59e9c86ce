#include "io/region_log.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/input_file.hpp"

namespace bytebound {
namespace {

namespace format = region_format;

constexpr InputKind region_file{"a file of regions", 1ull << 30};
constexpr std::string_view remedy = "give a file that bytebound exec --regions wrote, or record again";

/// One file, read from front to back.
class Parser {
public:
    Parser(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}
    Result<RegionLog> parse();

private:
    Failure damaged(const std::string& cause) const {
        return fail({ExitCode::bad_data, "read regions", file_, cause, std::string(remedy), 0});
    }
    Failure damaged_record(const std::string& cause) const {
        return damaged("record at byte " + std::to_string(at_) + ": " + cause);
    }
    /// The bytes of a structure; the caller has checked that they are there.
    template <class T>
    T take(std::size_t at) const {
        T value;
        std::memcpy(&value, bytes_.data() + at, sizeof value);
        return value;
    }
    Result<void> read_header();
    Result<void> read_record(const format::Record& record);
    Result<void> read_event(const format::Record& record);
    Result<void> read_name(const format::Record& record);
    Result<void> read_pass(const format::Record& record);

    std::string_view bytes_;
    std::string file_;
    std::size_t at_ = 0;  ///< of the record that is being read
    std::size_t end_ = 0; ///< of the records
    std::uint32_t events_ = 0;
    RegionLog log_;
};

Result<void> Parser::read_header() {
    if (bytes_.size() < sizeof(format::Header)) return damaged("it is shorter than a header");
    const auto header = take<format::Header>(0);
    if (std::memcmp(header.magic, format::magic, sizeof header.magic) != 0)
        return damaged("it does not begin with BBREGION");
    if (header.byte_order == __builtin_bswap32(format::byte_order))
        return damaged("it was written on a machine of the other byte order");
    if (header.byte_order != format::byte_order) return damaged("its byte order is unknown");
    if (header.version != format::version)
        return damaged("it has version " + std::to_string(header.version) + " of the format, and this program reads " +
                       std::to_string(format::version));
    if (header.header_bytes != format::header_bytes || bytes_.size() < format::header_bytes)
        return damaged("its header is not of " + std::to_string(format::header_bytes) + " bytes");
    if (header.events > format::most_events) return damaged("it has more than 64 events");
    if (header.record_bytes > bytes_.size() - format::header_bytes)
        return damaged("it was cut: the records have " + std::to_string(header.record_bytes) + " bytes, the file has " +
                       std::to_string(bytes_.size() - format::header_bytes) + " behind its header");
    if (header.closed_ns != 0 && header.closed_ns < header.opened_ns)
        return damaged("it was closed before it was opened");
    if (header.open_passes > format::most_depth) return damaged("it has more than 64 levels of passes");
    end_ = format::header_bytes + static_cast<std::size_t>(header.record_bytes);
    events_ = header.events;
    log_.process = header.process;
    log_.thread = header.thread;
    log_.opened_ns = header.opened_ns;
    if (header.closed_ns != 0) log_.closed_ns = header.closed_ns;
    log_.dropped = header.dropped;
    log_.unmatched = header.unmatched;
    log_.unfinished = header.unfinished;
    log_.interrupted = header.interrupted;
    log_.open_passes = header.open_passes;
    log_.error = header.error;
    return {};
}

Result<void> Parser::read_event(const format::Record& record) {
    if (record.bytes < sizeof(format::Event)) return damaged_record("it is too short for an event");
    if (log_.events.size() == events_) return damaged_record("there are more events than the header says");
    RegionEvent event;
    event.unit_scale = take<format::Event>(at_).unit_scale;
    if (!std::isfinite(event.unit_scale) || event.unit_scale <= 0) return damaged_record("its scale is not above 0");
    event.open = (record.flags & format::event_open) != 0;
    event.shared = (record.flags & format::event_shared) != 0;
    event.multiplexed = (record.flags & format::event_multiplexed) != 0;
    std::string_view texts = bytes_.substr(at_ + sizeof(format::Event), record.bytes - sizeof(format::Event));
    for (std::string* text :
         {&event.name, &event.unit, &event.domain, &event.source, &event.reason, &event.remedy, &event.caveat}) {
        const auto zero = texts.find('\0');
        if (zero == std::string_view::npos) return damaged_record("a text of the event does not end");
        *text = texts.substr(0, zero);
        texts.remove_prefix(zero + 1);
    }
    const auto same = [&](const RegionEvent& other) { return other.name == event.name; };
    if (event.name.empty() || std::any_of(log_.events.begin(), log_.events.end(), same))
        return damaged_record("its name is empty or of another event");
    log_.open_events += event.open ? 1 : 0;
    log_.events.push_back(std::move(event));
    return {};
}

Result<void> Parser::read_name(const format::Record& record) {
    if (record.bytes < sizeof(format::Name)) return damaged_record("it is too short for a name");
    const auto name = take<format::Name>(at_);
    if (name.region != log_.names.size() || name.region >= format::most_regions)
        return damaged_record("its region is not the next one");
    if (name.length > format::longest_name || name.length >= record.bytes - sizeof(format::Name))
        return damaged_record("its name is longer than the record");
    std::string text(bytes_.substr(at_ + sizeof(format::Name), name.length));
    if (text.find('\0') != std::string::npos) return damaged_record("its name contains a zero");
    if (std::find(log_.names.begin(), log_.names.end(), text) != log_.names.end())
        return damaged_record("another region has its name");
    log_.names.push_back(std::move(text));
    return {};
}

Result<void> Parser::read_pass(const format::Record& record) {
    const std::size_t bytes = sizeof(format::Pass) + log_.open_events * sizeof(format::Count);
    if (log_.events.size() != events_) return damaged_record("a pass comes before all events are described");
    if (record.bytes != bytes) return damaged_record("a pass has " + std::to_string(bytes) + " bytes in this file");
    const auto pass = take<format::Pass>(at_);
    std::vector<format::Count> counts(log_.open_events);
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] = take<format::Count>(at_ + sizeof(format::Pass) + i * sizeof(format::Count));
    if (pass.end_ns < pass.begin_ns) return damaged_record("it ends before it begins");
    if (record.kind == format::Kind::empty) {
        if (log_.empty_ns || !log_.passes.empty()) return damaged_record("a second measurement of empty passes");
        log_.empty_ns = pass.end_ns - pass.begin_ns;
        for (const format::Count& count : counts)
            log_.empty_counts.push_back(count.count);
        return {};
    }
    if (pass.region >= log_.names.size()) return damaged_record("its region has no name");
    if (pass.depth >= format::most_depth) return damaged_record("it has more than 64 levels");
    if (pass.begin_cpu < -1 || pass.end_cpu < -1) return damaged_record("its CPU is negative");
    log_.passes.push_back({pass.region, pass.depth, pass.begin_ns, pass.end_ns, pass.begin_cpu, pass.end_cpu,
                           (record.flags & format::pass_read_failed) != 0,
                           (record.flags & format::pass_extended) != 0});
    log_.counts.insert(log_.counts.end(), counts.begin(), counts.end());
    return {};
}

Result<void> Parser::read_record(const format::Record& record) {
    switch (record.kind) {
    case format::Kind::event: return read_event(record);
    case format::Kind::name: return read_name(record);
    case format::Kind::pass:
    case format::Kind::empty: return read_pass(record);
    }
    return damaged_record("its kind " + std::to_string(static_cast<unsigned>(record.kind)) + " is unknown");
}

Result<RegionLog> Parser::parse() {
    TRY(read_header());
    for (at_ = format::header_bytes; at_ < end_;) {
        if (end_ - at_ < sizeof(format::Record)) return damaged_record("it is cut");
        const auto record = take<format::Record>(at_);
        if (record.bytes < sizeof(format::Record) || record.bytes % 8 != 0 || record.bytes > end_ - at_)
            return damaged_record("its length " + std::to_string(record.bytes) + " is impossible");
        TRY(read_record(record));
        at_ += record.bytes;
    }
    // A thread that was killed while it described its events has not recorded anything.
    if (log_.events.size() != events_ && !log_.passes.empty()) return damaged("some of its events are not described");
    return std::move(log_);
}

} // namespace

Result<RegionLog> parse_region_log(std::string_view bytes, const std::string& file) {
    return Parser(bytes, file).parse();
}

Result<RegionLog> read_region_log(const std::filesystem::path& file) {
    const std::string bytes = TRY(
        read_input(file, region_file,
                   {ExitCode::bad_data, "read regions", file.string(), "it cannot be read", std::string(remedy), 0}));
    return parse_region_log(bytes, file.string());
}

} // namespace bytebound
