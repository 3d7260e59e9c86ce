#pragma once

#include <string>

#include "counters/wrapping_collector.hpp"

namespace bytebound {

/// valgrind --tool=callgrind with its cache simulator.
class CallgrindCollector : public WrappingCollector {
public:
    /// `valgrind`: path of the executable; empty if there is none.
    explicit CallgrindCollector(std::string valgrind) : valgrind_(std::move(valgrind)) {}

    std::string_view name() const override { return "callgrind"; }
    Capability capability() const override;
    /// callgrind needs a power of two as the number of sets.
    Result<EmulatedCache> nearest_cache(const EmulatedCache& wanted) const override;
    EmulatedCache first_level_above(const EmulatedCache& last_level) const override;
    std::vector<std::string> wrap(const std::vector<std::string>& command, const EmulatedCaches& caches,
                                  const std::string& output_file) const override;
    Result<EmulatedOutput> parse(std::string_view text, const std::string& file) const override;
    std::vector<std::string> wrap_program(const std::vector<std::string>& command, const EmulatedCaches& caches,
                                          const std::string& output_prefix) const override;
    Result<EmulatedOutput> parse_program(std::string_view text, const std::string& file) const override;

    void start() const noexcept override;
    void toggle() const noexcept override;
    void dump(const char* label) const noexcept override;
    void stop() const noexcept override;

private:
    /// valgrind with these caches, and the options that both kinds of run have.
    std::vector<std::string> words_for(const EmulatedCaches& caches) const;

    std::string valgrind_;
};

} // namespace bytebound
