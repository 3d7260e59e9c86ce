#pragma once
// Building blocks of capture_environment(). Internal to machine/environment*.cpp.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/environment.hpp"
#include "machine/load.hpp"
#include "machine/machine.hpp"
#include "machine/tuning.hpp"

namespace bytebound::environment {

/// Facts in order of insertion.
class Facts {
public:
    Facts(const SysRoot& root, std::vector<TuningState> tuning) : root_(root), tuning_(std::move(tuning)) {}
    const SysRoot& root() const { return root_; }

    void add(std::string group, std::string name, std::string value) {
        facts_.push_back({std::move(group), std::move(name), std::move(value), {}});
    }
    void missing(std::string group, std::string name, std::string reason) {
        facts_.push_back({std::move(group), std::move(name), {}, std::move(reason)});
    }
    /// Adds the tuning items of the group.
    void tuning(std::string_view group);
    /// Adds the text of a file. `reason` replaces the errno text where that would explain too little.
    void file(std::string group, std::string name, const std::string& path, const std::string& reason = {});
    std::vector<EnvironmentFact> take() { return std::move(facts_); }

private:
    const SysRoot& root_;
    std::vector<TuningState> tuning_;
    std::vector<EnvironmentFact> facts_;
};

/// "NAME: reason" for a file that could not be read: "no FILE" or "FILE cannot be read (EACCES)".
std::string unreadable(const std::string& path, const Error& error);

/// The word in brackets: "always [madvise] never" -> "madvise". A text without brackets is returned unchanged.
std::string bracketed(const std::string& text);

void add_virtualisation(Facts& facts, const Machine& machine);
void add_load(Facts& facts, const Machine& machine, const std::vector<int>& cpus, const LoadReading& load);
void add_build(Facts& facts);

} // namespace bytebound::environment
