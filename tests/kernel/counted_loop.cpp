// counted_loop N: runs only the two-instruction loop, N times, for callgrind to count.
#include <cstdlib>

#include "counters/known_truth/instruction_loop.hpp"

int main(int argc, char** argv) {
    const unsigned long long iterations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
    if (iterations == 0 || !bytebound::known_truth::has_instruction_loop()) return 77;
    return bytebound::known_truth::run_instruction_loop(iterations) == 2 * iterations ? 0 : 1;
}
