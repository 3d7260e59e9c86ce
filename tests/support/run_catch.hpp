#pragma once

/// Catch2's own main, for programs that decide first whether they can run. Catch2's body is compiled once, beside this.
int run_catch(int argc, char** argv);
