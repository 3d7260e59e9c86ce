#pragma once

#include <string>
#include <utility>

namespace bytebound {

/// Whether a source of figures can be used here. Unavailable is a value, passed with its cause and remedy to doctor, to
/// the report, and to the tests that skip because of it.
struct Capability {
    bool available = false;
    std::string cause;  ///< why not (or, when available, what was found)
    std::string remedy; ///< what the user can do; empty when available

    static Capability yes(std::string found = {}) { return {true, std::move(found), {}}; }
    static Capability no(std::string cause, std::string remedy) { return {false, std::move(cause), std::move(remedy)}; }
    bool operator==(const Capability&) const = default;
};

/// The capability of anything that would have to open something on a recorded tree.
inline Capability recorded_machine() {
    return Capability::no("this is a recorded machine: nothing is opened on it", "run on the machine itself");
}

} // namespace bytebound
