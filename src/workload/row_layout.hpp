#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"

namespace bytebound {

enum class Dtype { f32, f16, bf16, i8 };
std::span<const NamedValue<Dtype>> dtype_words();
std::uint64_t element_bytes(Dtype dtype);
std::string_view name_of(Dtype dtype);
std::optional<Dtype> dtype_named(std::string_view name);

/// One row group ("up", "down", "gate"): its rows are contiguous, `row_bytes` apart, without padding.
struct RowGroup {
    std::string name;
    std::uint64_t row_bytes = 0;
    bool operator==(const RowGroup&) const = default;
};

/// The row groups of a workload. The row size S = row_bytes() is the sum over the groups.
struct RowLayout {
    std::vector<RowGroup> groups;
    std::uint64_t row_bytes() const;
    bool operator==(const RowLayout&) const = default;
};

/// Groups: up of up_cols elements, down (stored transposed) of hidden_dim, gate of gate_cols. Groups of width 0 are
/// omitted.
RowLayout make_layout(Dtype dtype, std::uint64_t up_cols, std::uint64_t hidden_dim, std::uint64_t gate_cols);

} // namespace bytebound
