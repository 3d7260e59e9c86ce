#include "base/trial_process.hpp"

#include <csignal>

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace bytebound;

TEST_CASE("an action in a child process returns its text, and what else it changed is lost") {
    static int changed = 1;
    const TrialEnd end = try_in_child([](std::string& text) {
        changed = 2;
        text.assign(100'000, 'x');
        return true;
    });
    CHECK(end.returned);
    CHECK(end.killed.empty());
    CHECK(end.text == std::string(100'000, 'x'));
    CHECK(changed == 1);
}

TEST_CASE("an action that ends its process is a value of the one that tried it") {
    const TrialEnd aborted = try_in_child([](std::string&) -> bool { std::abort(); });
    CHECK_FALSE(aborted.returned);
    CHECK(aborted.killed == "SIGABRT");
    const TrialEnd gave_up = try_in_child([](std::string&) -> bool { std::_Exit(1); });
    CHECK(gave_up.killed == "exit status 1");
    const TrialEnd refused = try_in_child([](std::string&) { return false; });
    CHECK_FALSE(refused.returned);
    CHECK(refused.killed.empty());
}

TEST_CASE("a text that is longer than the memory shared with the child is not cut") {
    const TrialEnd end = try_in_child([](std::string& text) {
        text.assign(std::size_t{9} << 20, 'x');
        return true;
    });
    CHECK_FALSE(end.returned);
    CHECK(end.killed == "what it made is longer than 8 MiB");
}

TEST_CASE("signals have the kernel's names, and those without a name their number") {
    CHECK(signal_name(SIGSEGV) == "SIGSEGV");
    CHECK(signal_name(SIGKILL) == "SIGKILL");
    CHECK(signal_name(40) == "signal 40");
}
