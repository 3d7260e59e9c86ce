#pragma once
// The raw steps of a run, as every command reads them that derives figures.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Where the text of a file of the run comes from, by its name; nullopt: there is none. Error: bad_data or internal.
using RunTexts = std::function<Result<std::optional<std::string>>(std::string_view name)>;

/// SHA-256 of the texts that figures were derived from, by name.
using ShownFiles = std::map<std::string, std::string>;

/// run.json as a text and as a record.
struct ReadRecord {
    std::string text;
    RunRecord record;
};
/// Error: bad_data if it is missing, malformed or of another schema; else that of `texts`.
Result<ReadRecord> read_record(const std::filesystem::path& directory, const RunTexts& texts, ShownFiles& shown);

struct RawSteps {
    SampleTable samples;
    /// Of a run with events that count the whole machine.
    std::optional<SampleTable> background;
};
/// Checked completely: a complete run has all planned steps; of any other run only whole phases are used, and one that
/// failed early may have none. `directory` is the name for errors. Error: bad_data (a file is missing or malformed, or
/// is not of this run), or that of `texts`.
Result<RawSteps> read_raw_steps(const RunRecord& run, const std::filesystem::path& directory, const RunTexts& texts,
                                ShownFiles& shown);

} // namespace bytebound
