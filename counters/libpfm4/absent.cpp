#include "counters/names/vendor_names.hpp"

namespace bytebound {

bool has_vendor_names() { return false; }

Step<VendorEncoding> encode_vendor_name(const std::string&) {
    return unavailable("this build does not include libpfm4, which has such names",
                       "build with libpfm4 (-Dlibpfm4=enabled), or write PMU/TERMS/");
}

std::optional<std::string> vendor_spelling(const SysRoot&, std::string_view) { return {}; }

std::vector<VendorPmu> vendor_pmus() { return {}; }
std::vector<std::string> vendor_events(const std::string&) { return {}; }

} // namespace bytebound
