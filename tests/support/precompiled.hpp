// Headers that nearly every unit test includes, parsed once per program.
// No #pragma once: this file is compiled as a main file, where gcc warns about it.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>
