#pragma once
// Cached qualifications of this boot: one small JSON file per host, set of events and placement.

#include <filesystem>
#include <optional>
#include <string>

#include "base/sysroot.hpp"
#include "experiment/counting/counting.hpp"
#include "record/qualification_record.hpp"

namespace bytebound {

/// Everything that a qualification depends on, as text.
struct QualificationKey {
    std::string boot;  ///< proc/sys/kernel/random/boot_id; empty: unknown, so nothing is cached
    std::string setup; ///< host, version, amounts, events with encodings, groups and passes, placement: one line each
};
QualificationKey qualification_key(const CountingRequest& request, const Counting& counting, const SysRoot& root,
                                   const std::string& host, const std::string& version, bool quick);

/// A lookup's result: possibly a record, possibly a warning about the file.
struct CacheAnswer {
    std::optional<QualificationRecord> record; ///< with `cached` set
    std::optional<std::string> warning;        ///< "FILE: CAUSE; REMEDY", for a damaged file
};

/// The record in a saved file's text; nullopt if it is of another boot or setup. Error: bad_data.
Result<std::optional<QualificationRecord>> parse_qualification(std::string_view text, const QualificationKey& key);
/// Loads the record of this key. A missing file, another boot or another setup mean that nothing is cached, without a
/// warning.
CacheAnswer load_qualification(const std::filesystem::path& directory, const QualificationKey& key);
/// Replaces the file of this setup, whatever its boot. Returns a warning if it cannot be written.
std::optional<std::string> store_qualification(const std::filesystem::path& directory, const QualificationKey& key,
                                               const QualificationRecord& record);

} // namespace bytebound
