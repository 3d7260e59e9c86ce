// A plug-in loop in C++: gathers all active rows in ascending order at every step, as a boolean gather does.
//
//   c++ -O3 -shared -fPIC -o libgather.so plug_in.cpp $(pkg-config --cflags bytebound-counters)
//   bytebound run --loops index,mask --loop ./libgather.so
#include <bytebound/loop.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <vector>

namespace {

class Gather {
public:
    explicit Gather(const bytebound_loop_setup &setup) : setup_(setup), ids_(setup.slab_rows), rows_(setup.steps) {
        list(0);
    }

    void step(std::uint32_t number) {
        list(number + 1);
        for (std::uint32_t group = 0; group < setup_.groups; ++group) {
            const std::uint64_t bytes = setup_.row_bytes[group];
            for (std::uint32_t slot = 0; slot < active_; ++slot)
                std::memcpy(setup_.slab[group] + slot * bytes, setup_.pool[group] + ids_[slot] * bytes, bytes);
        }
        rows_[number] = active_;
    }

    std::uint32_t placed(std::uint32_t *ids) const {
        std::memcpy(ids, ids_.data(), active_ * sizeof *ids);
        return active_;
    }

    std::uint64_t rows(std::uint32_t number) const { return rows_[number]; }

private:
    // The ids of a mask, ascending.
    void list(std::uint32_t mask) {
        const std::uint64_t *words = setup_.masks + std::size_t(mask) * setup_.mask_words;
        active_ = 0;
        for (std::uint32_t word = 0; word < setup_.mask_words; ++word)
            for (std::uint64_t bits = words[word]; bits != 0; bits &= bits - 1)
                ids_[active_++] = word * 64 + static_cast<std::uint32_t>(__builtin_ctzll(bits));
    }

    const bytebound_loop_setup &setup_;
    std::vector<std::uint32_t> ids_;
    std::vector<std::uint64_t> rows_; // stored per step
    std::uint32_t active_ = 0;
};

void *create(const bytebound_loop_setup *setup) {
    try {
        return new Gather(*setup);
    } catch (const std::exception &) { // no exception may leave the library
        return nullptr;
    }
}

int step(void *state, std::uint32_t number) {
    static_cast<Gather *>(state)->step(number);
    return 0;
}

std::uint32_t placed(void *state, std::uint32_t *ids) { return static_cast<Gather *>(state)->placed(ids); }

void traffic(void *state, std::uint32_t number, bytebound_loop_traffic *out) {
    out->rows_written = static_cast<Gather *>(state)->rows(number);
}

void destroy(void *state) { delete static_cast<Gather *>(state); }

} // namespace

extern "C" const bytebound_loop *bytebound_loop_entry(std::uint32_t harness_abi) {
    static const bytebound_loop loop = {BYTEBOUND_LOOP_ABI, sizeof(bytebound_loop), "gather",
                                        "boolean gather in C++", create, step, placed, traffic, destroy};
    return harness_abi == BYTEBOUND_LOOP_ABI ? &loop : nullptr;
}
