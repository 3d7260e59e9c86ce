#include "workload/row_layout.hpp"

#include <utility>

namespace bytebound {

std::span<const NamedValue<Dtype>> dtype_words() {
    static constexpr NamedValue<Dtype> words[] = {
        {Dtype::f32, "f32"}, {Dtype::f16, "f16"}, {Dtype::bf16, "bf16"}, {Dtype::i8, "i8"}};
    return words;
}

std::uint64_t element_bytes(Dtype dtype) {
    switch (dtype) {
    case Dtype::f32: return 4;
    case Dtype::f16:
    case Dtype::bf16: return 2;
    case Dtype::i8: return 1;
    }
    return 0;
}

std::string_view name_of(Dtype dtype) { return name_in(dtype_words(), dtype); }

std::optional<Dtype> dtype_named(std::string_view name) { return value_named(dtype_words(), name); }

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
