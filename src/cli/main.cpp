#include "cli/program.hpp"

int main(int argc, char** argv) { return bytebound::run_program(argc, argv); }
