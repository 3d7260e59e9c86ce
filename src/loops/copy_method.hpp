#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace bytebound {

/// How row bytes are copied. All methods except `nt` use ordinary stores. `movsb` is `rep movsb` (x86), which for large
/// blocks may use a no-RFO protocol. The vector methods need their ISA at run time. `nt` (x86) writes whole 64-byte
/// lines of the destination by non-temporal stores (movntdq), without reading them first; a row's partial lines are
/// stored normally.
enum class CopyMethod { memcpy, movsb, avx2, avx512, nt };

using CopyFunction = void (*)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;

std::string_view name_of(CopyMethod method);
std::optional<CopyMethod> copy_method_named(std::string_view name);
/// All methods, whether or not this CPU supports them.
std::span<const CopyMethod> copy_methods();
/// Whether this CPU supports it (checked at run time; valgrind masks AVX-512).
bool runs_here(CopyMethod method);
CopyFunction copy_function(CopyMethod method);

/// Fence after non-temporal stores, which are weakly ordered (Intel SDM vol. 1, 10.4.6.2): without it other threads may
/// not see the rows, and their time would not be measured. Does nothing for the other methods.
void settle(CopyMethod method) noexcept;

} // namespace bytebound
