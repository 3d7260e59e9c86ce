#include "workload/row_layout.hpp"

#include <array>
#include <utility>

namespace bytebound {

namespace {
struct DtypeEntry {
    Dtype dtype;
    std::string_view name;
    std::uint64_t bytes;
};
constexpr std::array<DtypeEntry, 4> dtypes{
    {{Dtype::f32, "f32", 4}, {Dtype::f16, "f16", 2}, {Dtype::bf16, "bf16", 2}, {Dtype::i8, "i8", 1}}};

const DtypeEntry& entry_of(Dtype dtype) { return dtypes[static_cast<std::size_t>(dtype)]; }
} // namespace

std::uint64_t element_bytes(Dtype dtype) { return entry_of(dtype).bytes; }

std::string_view name_of(Dtype dtype) { return entry_of(dtype).name; }

std::optional<Dtype> dtype_named(std::string_view name) {
    for (const auto& entry : dtypes) {
        if (entry.name == name) return entry.dtype;
    }
    return std::nullopt;
}

std::uint64_t RowLayout::row_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& group : groups)
        sum += group.row_bytes;
    return sum;
}

RowLayout make_layout(Dtype dtype, std::uint64_t up_cols, std::uint64_t hidden_dim, std::uint64_t gate_cols) {
    RowLayout layout;
    const std::uint64_t element = element_bytes(dtype);
    for (const auto& [name, columns] : {std::pair{"up", up_cols}, {"down", hidden_dim}, {"gate", gate_cols}}) {
        if (columns > 0) layout.groups.push_back({name, columns * element});
    }
    return layout;
}

} // namespace bytebound
