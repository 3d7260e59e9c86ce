#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace bytebound {

/// How row bytes are copied. All but `nt` use ordinary stores. `movsb` is `rep movsb` (x86), which large blocks may
/// carry out with a no-RFO protocol; the vector methods need the ISA at run time. `nt` (x86) sends whole 64-byte lines
/// of the destination to memory by non-temporal stores (movntdq), without reading them first; a row's partial lines are
/// stored as usual.
enum class CopyMethod { memcpy, movsb, avx2, avx512, nt };

using CopyFunction = void (*)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;

std::string_view name_of(CopyMethod method);
std::optional<CopyMethod> copy_method_named(std::string_view name);
/// All methods, by name, whether or not this CPU has them.
std::span<const CopyMethod> copy_methods();
/// Whether this CPU can run it (run-time dispatch; valgrind masks AVX-512).
bool runs_here(CopyMethod method);
CopyFunction copy_function(CopyMethod method);

/// Non-temporal stores are weakly ordered (Intel SDM vol. 1, 10.4.6.2): others see the rows, and the clock their time,
/// only after a fence. Nothing for the other methods.
void settle(CopyMethod method) noexcept;

} // namespace bytebound
