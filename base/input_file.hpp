#pragma once
// Files that the program did not write itself, or that others can replace: every read of one goes through here. A file
// is opened without waiting for a writer, must be a regular file (those of sysfs and procfs are), and has a size limit.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace bytebound {

struct InputKind {
    std::string_view name; ///< "a preset"
    std::uint64_t limit;   ///< bytes
};

/// The limits are far above what the program and the kernel write. samples.csv grows by some 200 bytes per step. Under
/// the limit of presets, toml++ (which recurses for each part of a dotted key) stays within 8 MiB of stack.
namespace input {
inline constexpr InputKind machine_file{"a file of sys/ or proc/", 64ull << 20};
inline constexpr InputKind preset{"a preset", 32ull << 10};
inline constexpr InputKind run_record{"run.json", 64ull << 20};
inline constexpr InputKind samples{"raw steps", 4ull << 30};
inline constexpr InputKind calibration{"a calibration", 16ull << 20};
inline constexpr InputKind qualification{"a saved qualification", 16ull << 20};
inline constexpr InputKind report{"a report", 256ull << 20};
inline constexpr InputKind sums{"SHA256SUMS", 1ull << 20};
inline constexpr InputKind emulator_file{"a file of the emulation", 256ull << 20};
/// Read block by block, and bounded line by line.
inline constexpr InputKind foreign{"a file of another tool", 1ull << 40};
/// Read block by block, hence of any size.
inline constexpr InputKind hashed{"a file of a run", UINT64_MAX};
} // namespace input

/// The reason why a file was not read: a cause, or the errno of the system call that failed.
struct InputFault {
    std::string cause; ///< empty if the errno is all there is to say
    int error = 0;
};
template <class T>
using InputResult = tl::expected<T, InputFault>;

InputResult<std::string> read_input(const std::filesystem::path& file, const InputKind& kind);
/// The same of an open descriptor, which remains open.
InputResult<std::string> read_input(int descriptor, const InputKind& kind);
/// The same of a file in an open directory.
InputResult<std::string> read_input_in(int directory, const std::string& name, const InputKind& kind);
/// Calls `take` for each block of the file, in order.
InputResult<void> read_input_blocks_in(int directory, const std::string& name, const InputKind& kind,
                                       const std::function<void(std::span<const char>)>& take);

/// A file that its reader takes in pieces of its own.
class InputBlocks {
public:
    static InputResult<InputBlocks> open(const std::filesystem::path& file, const InputKind& kind);
    /// Fills the span from its beginning; 0: the end of the file.
    InputResult<std::size_t> read(std::span<char> into);

private:
    InputBlocks(Descriptor file, const InputKind& kind) : file_(std::move(file)), kind_(kind) {}

    Descriptor file_;
    InputKind kind_;
    std::uint64_t bytes_ = 0;
};

/// read_input() with a failure for the user: `otherwise`, with the cause replaced where the fault has one.
Result<std::string> read_input(const std::filesystem::path& file, const InputKind& kind, Error otherwise);

} // namespace bytebound
