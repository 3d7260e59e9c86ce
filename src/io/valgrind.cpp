#include "io/valgrind.hpp"

#ifdef BYTEBOUND_HAVE_VALGRIND_H
#include <valgrind/valgrind.h>
#endif

namespace bytebound {

bool under_valgrind() {
#ifdef BYTEBOUND_HAVE_VALGRIND_H
    return RUNNING_ON_VALGRIND != 0;
#else
    return false;
#endif
}

bool knows_valgrind() {
#ifdef BYTEBOUND_HAVE_VALGRIND_H
    return true;
#else
    return false;
#endif
}

} // namespace bytebound
