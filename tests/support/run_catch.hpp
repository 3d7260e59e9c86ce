#pragma once

/// Catch2's own main, for programs that first decide whether they can run. Catch2's implementation is compiled once, in
/// a library.
int run_catch(int argc, char** argv);
