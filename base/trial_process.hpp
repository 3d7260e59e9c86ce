#pragma once
// For libraries that call exit(), abort() or assert() where they should return an error.

#include <functional>
#include <string>

namespace bytebound {

/// How an action ended that was tried in a child process.
struct TrialEnd {
    bool returned = false;    ///< it returned true
    std::string killed = {};  ///< it ended the process: "SIGABRT", "exit status 1"
    std::string untried = {}; ///< why there was no process to try it in
    std::string text = {};    ///< what the action made
};

/// Calls `action` in a child process, whose output goes nowhere and which lives for 20 s at most. Apart from the text
/// that it may make, what the action leaves behind in memory is lost. The caller must have no other thread that holds a
/// lock which `action` needs.
TrialEnd try_in_child(const std::function<bool(std::string& text)>& action);

} // namespace bytebound
