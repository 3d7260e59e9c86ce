#pragma once
// Sums over the rows of a recording, by process and column.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "import/import_builder.hpp"

namespace bytebound {

class XctraceSums {
public:
    /// `unit`: of the value, a base unit.
    void add(std::string_view process, std::string_view column, std::string_view unit, double value);
    bool empty() const { return sums_.empty(); }
    std::size_t size() const { return sums_.size(); }
    Result<void> put(const std::string& subject, ImportBuilder& into) const;

private:
    struct Sum {
        std::string unit;
        double value = 0;
        std::uint64_t rows = 0;
    };
    std::map<std::pair<std::string, std::string>, Sum> sums_;
};

/// "app (123)" -> "app".
std::string_view process_name(std::string_view text);

} // namespace bytebound
