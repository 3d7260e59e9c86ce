// The entry points of libFuzzer. FUZZ_TARGET selects the target.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/targets.hpp"

namespace {
const bytebound::fuzz::Target* chosen = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* name = std::getenv("FUZZ_TARGET");
    for (const auto& target : bytebound::fuzz::targets())
        if (name != nullptr && target.name == name) chosen = &target;
    if (chosen != nullptr) return 0;
    std::fputs("set FUZZ_TARGET to one of:", stderr);
    for (const auto& target : bytebound::fuzz::targets())
        std::fprintf(stderr, " %s", std::string(target.name).c_str());
    std::fputs("\n", stderr);
    std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run({reinterpret_cast<const char*>(data), size});
    return 0;
}
