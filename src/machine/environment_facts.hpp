#pragma once
// Building blocks of capture_environment(). Internal to machine/environment*.cpp.

#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/environment.hpp"
#include "machine/topology.hpp"

namespace bytebound::environment {

/// Facts in the order in which they were added.
class Facts {
public:
    explicit Facts(const SysRoot& root) : root_(root) {}
    const SysRoot& root() const { return root_; }

    void add(std::string group, std::string name, std::string value) {
        facts_.push_back({std::move(group), std::move(name), std::move(value), {}});
    }
    void missing(std::string group, std::string name, std::string reason) {
        facts_.push_back({std::move(group), std::move(name), {}, std::move(reason)});
    }
    /// Text of a file; the reason is given in words where the errno alone would say too little.
    void file(std::string group, std::string name, const std::string& path, const std::string& reason = {});
    std::vector<EnvironmentFact> take() { return std::move(facts_); }

private:
    const SysRoot& root_;
    std::vector<EnvironmentFact> facts_;
};

/// "NAME: reason" for a file that could not be read: "no FILE" or "FILE cannot be read (EACCES)".
std::string unreadable(const std::string& path, const Error& error);

/// Value of the first "KEY : VALUE" line of proc/cpuinfo or proc/meminfo; empty when there is none.
std::string field(const std::string& text, const std::string& key);

void add_virtualisation(Facts& facts);
void add_build(Facts& facts);

} // namespace bytebound::environment
