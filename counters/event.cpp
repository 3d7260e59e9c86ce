#include "counters/event.hpp"

#include <string_view>

namespace bytebound {

std::string_view name_of(Domain domain) {
    switch (domain) {
    case Domain::user: return "u";
    case Domain::kernel: return "k";
    case Domain::user_and_kernel: return "uk";
    case Domain::unrestricted: return "-";
    }
    return "";
}

} // namespace bytebound
