#pragma once
// What the user says about foreign files, where the files themselves do not.

#include <string>

#include "import/decimal.hpp"

namespace bytebound {

struct ImportOptions {
    std::string name;      ///< of what was measured, where the file does not say it
    bool named = false;    ///< the user gave it: it precedes names of the file, too
    std::string separator; ///< perf stat: the text of -x; empty: found in the file
    DecimalChoice decimal = DecimalChoice::automatic;
    std::string ncu_options; ///< the options that ncu was called with; empty: not known
};

} // namespace bytebound
