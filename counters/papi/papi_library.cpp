#include "counters/papi/papi_library.hpp"

#include <fcntl.h>
#include <papi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "base/trial_process.hpp"
#include "counters/names/vendor_names.hpp"

namespace bytebound {
namespace {

unsigned long thread_id() { return static_cast<unsigned long>(::syscall(SYS_gettid)); }

Failure refused(const std::string& operation, const std::string& object, int error) {
    return fail({ExitCode::not_possible, operation, object, std::string("PAPI says: ") + PAPI_strerror(error),
                 "see papi_avail and papi_component_avail, or use --collector perf", 0});
}

thread_local int users_of_thread = 0;

/// Success if PAPI_library_init returns. PAPI 7.0 calls exit(1) where it finds no descriptor or no CPU topology, and
/// abort() where it cannot read /proc/self/maps, so a child process tries first.
Result<void> try_to_initialise() {
    const TrialEnd end = try_in_child([](std::string&) {
        const QuietOutput quiet; // as many descriptors as in this process
        static_cast<void>(PAPI_library_init(PAPI_VER_CURRENT));
        return true;
    });
    const auto refuse = [](std::string cause, std::string remedy) {
        return fail({ExitCode::not_possible, "initialise", "PAPI", std::move(cause), std::move(remedy), 0});
    };
    if (!end.untried.empty())
        return refuse("PAPI may end the process that initialises it, and there is " + end.untried,
                      "raise the limits of processes and memory (ulimit -u, -v), or use --collector perf");
    if (!end.killed.empty())
        return refuse("PAPI ends the process that initialises it (" + end.killed + ")",
                      "raise the limit of open files (ulimit -n 1024), or use --collector perf");
    return {};
}

} // namespace

QuietOutput::QuietOutput() {
    std::fflush(nullptr);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    output_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    errors_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (output_ >= 0) ::dup2(nowhere, STDOUT_FILENO);
    if (errors_ >= 0) ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
}

QuietOutput::~QuietOutput() {
    std::fflush(nullptr);
    if (output_ >= 0) ::dup2(output_, STDOUT_FILENO);
    if (errors_ >= 0) ::dup2(errors_, STDERR_FILENO);
    if (output_ >= 0) ::close(output_);
    if (errors_ >= 0) ::close(errors_);
}

Result<void> initialise_papi() {
    static const Result<void> tried = try_to_initialise();
    TRY(tried);
    static const int error = [] {
        // PAPI uses the same libpfm4, which reads its environment only at its first initialisation; ours must come
        // first because it enables more tables.
        static_cast<void>(vendor_pmus());
        const QuietOutput quiet;
        if (const int version = PAPI_library_init(PAPI_VER_CURRENT); version != PAPI_VER_CURRENT)
            return version > 0 ? PAPI_EINVAL : version;
        return PAPI_thread_init(thread_id);
    }();
    if (error != PAPI_OK) return refused("initialise", "PAPI", error);
    return {};
}

std::string papi_version() {
    const int version = PAPI_get_opt(PAPI_LIB_VERSION, nullptr);
    return std::to_string(PAPI_VERSION_MAJOR(version)) + "." + std::to_string(PAPI_VERSION_MINOR(version)) + "." +
           std::to_string(PAPI_VERSION_REVISION(version)) + "." + std::to_string(PAPI_VERSION_INCREMENT(version));
}

std::vector<PapiComponent> papi_components() {
    std::vector<PapiComponent> components;
    for (int i = 0; i < PAPI_num_components(); ++i) {
        const PAPI_component_info_t* info = PAPI_get_component_info(i);
        if (info == nullptr) continue;
        components.push_back({info->name, info->disabled_reason, info->disabled == PAPI_OK,
                              std::max(0, info->num_native_events) + std::max(0, info->num_preset_events)});
    }
    return components;
}

Result<int> papi_component_of(const std::string& name) {
    int code = 0;
    if (const int error = PAPI_event_name_to_code(name.c_str(), &code); error != PAPI_OK)
        return refused("find event", name, error);
    const int component = PAPI_get_event_component(code);
    if (component < 0) return refused("find event", name, component);
    return component;
}

std::vector<std::string> papi_presets() {
    std::vector<std::string> names;
    int code = 0 | PAPI_PRESET_MASK;
    if (PAPI_enum_event(&code, PAPI_ENUM_FIRST) != PAPI_OK) return names;
    do {
        char name[PAPI_MAX_STR_LEN] = {};
        if (PAPI_event_code_to_name(code, name) == PAPI_OK) names.emplace_back(name);
    } while (PAPI_enum_event(&code, PAPI_ENUM_EVENTS) == PAPI_OK);
    return names;
}

PapiThread::PapiThread() {
    if (users_of_thread++ == 0) PAPI_register_thread();
}

PapiThread::~PapiThread() {
    if (--users_of_thread == 0) PAPI_unregister_thread();
}

Result<PapiEventSet> PapiEventSet::open(std::span<const std::string> names) {
    PapiEventSet opened;
    if (const int error = PAPI_create_eventset(&opened.set_); error != PAPI_OK)
        return refused("open event", names.front(), error);
    for (const std::string& name : names)
        if (const int error = PAPI_add_named_event(opened.set_, name.c_str()); error != PAPI_OK)
            return refused("open event", name, error);
    opened.values_.resize(names.size());
    opened.names_.assign(names.begin(), names.end());
    if (const int error = PAPI_start(opened.set_); error != PAPI_OK) return refused("open event", names.front(), error);
    opened.started_ = true;
    return opened;
}

PapiEventSet::~PapiEventSet() {
    if (set_ == none) return;
    if (started_) PAPI_stop(set_, values_.data());
    PAPI_cleanup_eventset(set_);
    PAPI_destroy_eventset(&set_);
}

bool PapiEventSet::refresh() noexcept {
    error_ = PAPI_read(set_, values_.data());
    return error_ == PAPI_OK;
}

Error PapiEventSet::last_error() const {
    return {ExitCode::internal,
            "read PAPI's set of",
            names_.front(),
            error_ == PAPI_OK ? "no error" : std::string("PAPI says: ") + PAPI_strerror(error_),
            "run again; stop other profilers and the NMI watchdog",
            0};
}

} // namespace bytebound
