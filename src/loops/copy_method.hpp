#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace bytebound {

/// How row bytes are copied. All use ordinary stores. `movsb` is `rep movsb` (x86), which large blocks may carry out
/// with a no-RFO protocol; the vector methods need the ISA at run time.
enum class CopyMethod { memcpy, movsb, avx2, avx512 };

using CopyFunction = void (*)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;

std::string_view name_of(CopyMethod method);
std::optional<CopyMethod> copy_method_named(std::string_view name);
/// All methods, by name, whether or not this CPU has them.
std::span<const CopyMethod> copy_methods();
/// Whether this CPU can run it (run-time dispatch; valgrind masks AVX-512).
bool runs_here(CopyMethod method);
CopyFunction copy_function(CopyMethod method);

} // namespace bytebound
