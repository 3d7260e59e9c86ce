#pragma once

#include <catch2/catch.hpp>

#include "machine/machine.hpp"
#include "support/tree.hpp"

namespace bytebound::test {

/// The machine that a tree of `files` describes.
inline Machine machine_of(const TreeFiles& files) {
    const Tree tree(files);
    const auto machine = discover(tree.root());
    REQUIRE(machine);
    return *machine;
}

} // namespace bytebound::test
