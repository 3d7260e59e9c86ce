#include "counters/memory_counter.hpp"

namespace bytebound {

std::string_view name_of(MemoryClass memory) {
    switch (memory) {
    case MemoryClass::ddr: return "ddr";
    case MemoryClass::hbm: return "hbm";
    case MemoryClass::pmem: return "pmem";
    case MemoryClass::cxl: return "cxl";
    }
    return {};
}

std::string_view name_of(Direction direction) {
    switch (direction) {
    case Direction::read: return "read";
    case Direction::write: return "write";
    case Direction::combined: return "combined";
    }
    return {};
}

} // namespace bytebound
