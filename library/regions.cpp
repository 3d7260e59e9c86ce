// The C functions of regions: which thread records, and whether anything is recorded at all.

#include <bytebound/bytebound.h>

#include <stdlib.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <string>

#include "library/copy_text.hpp"
#include "library/owner_mark.hpp"
#include "library/region_recorder.hpp"

namespace bytebound {
namespace {

enum class Mode { unknown, off, on };

/// What the environment says, read once. Never destroyed: threads may end after the static objects.
struct Settings {
    std::string directory, events;
};
std::atomic<Mode> mode{Mode::unknown};
std::atomic<const Settings*> settings{nullptr};
/// The first failure of any thread.
std::atomic<const std::string*> failure{nullptr};

KernelSys& region_kernel() {
    static KernelSys sys;
    return sys;
}

void keep_failure(const std::string& line) noexcept {
    const std::string* none = nullptr;
    try {
        auto kept = std::make_unique<const std::string>(line);
        if (failure.compare_exchange_strong(none, kept.get())) kept.release();
    } catch (const std::exception&) { // no memory is left for the text
    }
}

Mode read_environment() noexcept {
    // A program with more rights than its user ignores the variables, because they name files to create.
    const char* directory = ::secure_getenv("BYTEBOUND_REGIONS_DIRECTORY");
    const char* events = ::secure_getenv("BYTEBOUND_REGIONS_EVENTS");
    Mode found = Mode::off;
    try {
        if (directory != nullptr && *directory != '\0') {
            auto read = std::make_unique<const Settings>(Settings{directory, events == nullptr ? "" : events});
            const Settings* none = nullptr;
            if (settings.compare_exchange_strong(none, read.get())) read.release();
            found = Mode::on;
        }
    } catch (const std::exception&) { // no memory is left: nothing is recorded
    }
    mode.store(found, std::memory_order_release);
    return found;
}

bool records() noexcept {
    const Mode now = mode.load(std::memory_order_acquire);
    return (now == Mode::unknown ? read_environment() : now) == Mode::on;
}

/// Of one thread; its destructor runs when the thread ends, or the process, if it is the main thread.
struct Slot {
    RegionRecorder* recorder = nullptr;
    std::uint32_t process = 0; ///< for which the recorder was made, or could not be made
    bool ended = false;

    Slot() = default;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
        ended = true;
        if (recorder == nullptr) return;
        if (process == process_mark()) recorder->close();
        delete recorder;
        recorder = nullptr;
    }
};
thread_local Slot slot;

RegionRecorder* start_recorder() noexcept {
    if (slot.ended || (slot.process != 0 && slot.process == process_mark())) return slot.recorder;
    // In a fork: the parent's recorder is dropped, which leaves the parent's file as it is.
    delete slot.recorder;
    slot.recorder = nullptr;
    slot.process = mark_process();
    const Settings& set = *settings.load(std::memory_order_acquire);
    try {
        auto started = RegionRecorder::start(set.directory.c_str(), set.events, region_kernel());
        if (started)
            slot.recorder = started->release();
        else
            keep_failure(to_line(started.error()));
    } catch (const std::exception& broken) {
        keep_failure(broken.what());
    }
    return slot.recorder;
}

RegionRecorder* recorder() noexcept {
    if (slot.recorder != nullptr && slot.process == process_mark()) return slot.recorder;
    return start_recorder();
}

/// Calls of libc inside must not change what the program sees.
class KeptErrno {
public:
    KeptErrno() : kept_(errno) {}
    ~KeptErrno() { errno = kept_; }
    KeptErrno(const KeptErrno&) = delete;
    KeptErrno& operator=(const KeptErrno&) = delete;

private:
    int kept_;
};

} // namespace
} // namespace bytebound

using namespace bytebound;

extern "C" {

void bytebound_region_begin(const char* name) noexcept {
    if (!records() || name == nullptr) return;
    const KeptErrno kept;
    if (RegionRecorder* own = recorder()) own->begin(name);
}

void bytebound_region_end(const char* name) noexcept {
    if (!records() || name == nullptr) return;
    const KeptErrno kept;
    if (RegionRecorder* own = recorder()) own->end(name);
}

int bytebound_region_status(char* text, size_t size) noexcept {
    if (!records()) {
        copy_text("regions are not recorded: the environment has no BYTEBOUND_REGIONS_DIRECTORY; run bytebound exec "
                  "--regions",
                  text, size);
        return BYTEBOUND_NO_VALUE;
    }
    if (const std::string* line = failure.load()) {
        copy_text(*line, text, size);
        return BYTEBOUND_NOT_POSSIBLE;
    }
    copy_text("regions are recorded", text, size);
    return BYTEBOUND_OK;
}

} // extern "C"
