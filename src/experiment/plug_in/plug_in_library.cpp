#include "experiment/plug_in/plug_in_library.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <bytebound/loop.h>
#include <fmt/format.h>

#include "base/descriptor.hpp"

namespace bytebound {
namespace {

constexpr const char* operation = "load plug-in";

Failure unusable(const std::string& library, std::string cause, std::string remedy, int error = 0,
                 ExitCode code = ExitCode::bad_data) {
    return fail({code, operation, library, std::move(cause), std::move(remedy), error});
}

#if defined(__x86_64__)
constexpr Elf64_Half own_machine = EM_X86_64;
constexpr const char* own_architecture = "x86-64";
#elif defined(__aarch64__)
constexpr Elf64_Half own_machine = EM_AARCH64;
constexpr const char* own_architecture = "arm64";
#else
constexpr Elf64_Half own_machine = EM_NONE;
constexpr const char* own_architecture = "this architecture";
#endif

std::string architecture_of(const Elf64_Ehdr& header) {
    if (header.e_ident[EI_CLASS] != ELFCLASS64) return "32-bit processors";
    switch (header.e_machine) {
    case EM_X86_64: return "x86-64";
    case EM_AARCH64: return "arm64";
    case EM_PPC64: return "POWER";
    case EM_S390: return "s390";
    case EM_RISCV: return "RISC-V";
    default: return fmt::format("ELF machine {}", header.e_machine);
    }
}

/// The members that version 1 of the interface needs.
constexpr std::uint32_t least_size = offsetof(bytebound_loop, traffic);

} // namespace

Result<void> check_library(const std::string& library) {
    // Without waiting for the writer of a pipe.
    const Descriptor file(::open(library.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
        return unusable(library, "the file is missing or unreadable", "give the path of a shared library", errno);
    Elf64_Ehdr header{};
    const ssize_t bytes = ::pread(file.get(), &header, sizeof header, 0);
    if (bytes < 0) return unusable(library, "the file cannot be read", "give the path of a shared library", errno);
    if (bytes < static_cast<ssize_t>(sizeof header) || !std::equal(ELFMAG, ELFMAG + SELFMAG, header.e_ident))
        return unusable(library, "it is not a shared library", "build it with cc -shared -fPIC");
    const bool own = header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
                     (header.e_machine == own_machine || own_machine == EM_NONE);
    if (!own)
        return unusable(library,
                        fmt::format("it is for {}, bytebound for {}", architecture_of(header), own_architecture),
                        "build it for this machine", 0, ExitCode::not_possible);
    if (header.e_type != ET_DYN)
        return unusable(library, "it is not a shared library", "build it with cc -shared -fPIC");
    return {};
}

bool is_loop_name(std::string_view name) {
    constexpr std::string_view others = "_-.";
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

Result<const bytebound_loop*> load_plug_in(const std::string& library) {
    TRY(check_library(library));
    // All symbols now: a missing one must not end the process in the first step.
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* const why = ::dlerror();
        return unusable(library, why == nullptr ? "the dynamic linker refused it" : why,
                        "check its dependencies with ldd");
    }
    using Entry = const bytebound_loop* (*)(std::uint32_t);
    const auto entry = reinterpret_cast<Entry>(::dlsym(handle, "bytebound_loop_entry"));
    if (entry == nullptr)
        return unusable(library, "it does not export bytebound_loop_entry",
                        "include <bytebound/loop.h>, and in C++ define the function with extern \"C\"");
    const bytebound_loop* const loop = entry(BYTEBOUND_LOOP_ABI);
    if (loop == nullptr)
        return unusable(library, fmt::format("it does not know version {} of the interface", BYTEBOUND_LOOP_ABI),
                        "build it with this version's <bytebound/loop.h>", 0, ExitCode::not_possible);
    if (loop->abi != BYTEBOUND_LOOP_ABI)
        return unusable(
            library,
            fmt::format("it is for version {} of the interface, bytebound has {}", loop->abi, BYTEBOUND_LOOP_ABI),
            "build it with this version's <bytebound/loop.h>", 0, ExitCode::not_possible);
    if (loop->size < least_size)
        return unusable(library,
                        fmt::format("its bytebound_loop has {} bytes, version {} needs {}", loop->size,
                                    BYTEBOUND_LOOP_ABI, least_size),
                        "set size to sizeof(bytebound_loop)");
    if (loop->create == nullptr || loop->step == nullptr || loop->placed == nullptr)
        return unusable(library, "create, step or placed is NULL", "only traffic and destroy may be NULL");
    if (loop->name == nullptr || !is_loop_name({loop->name, ::strnlen(loop->name, 64)}))
        return unusable(library, "its name is not 1 to 32 letters, digits, '_', '-' or '.'", "give it another name");
    return loop;
}

} // namespace bytebound
