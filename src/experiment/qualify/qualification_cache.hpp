#pragma once
// Qualifications of this boot, kept between runs: one small JSON file per host, set of events and placement.

#include <filesystem>
#include <optional>
#include <string>

#include "base/sysroot.hpp"
#include "experiment/counting/counting.hpp"
#include "record/qualification_record.hpp"

namespace bytebound {

/// Everything that a qualification depends on, as text.
struct QualificationKey {
    std::string boot;  ///< proc/sys/kernel/random/boot_id; empty: unknown, then nothing is cached
    std::string setup; ///< host, version, amounts, events with encodings, groups and passes, placement: one line each
};
QualificationKey qualification_key(const CountingRequest& request, const Counting& counting, const SysRoot& root,
                                   const std::string& host, const std::string& version, bool quick);

/// What a cache gave: a record, or none; and a doubt about the file.
struct CacheAnswer {
    std::optional<QualificationRecord> record; ///< `cached` is set
    std::optional<std::string> doubt;          ///< "FILE: CAUSE", for a damaged file
};

/// The record of this key. A missing file, another boot or another setup are no doubt: nothing is cached.
CacheAnswer load_qualification(const std::filesystem::path& directory, const QualificationKey& key);
/// Replaces the file of this setup, of whatever boot. The doubt when it cannot be written.
std::optional<std::string> store_qualification(const std::filesystem::path& directory, const QualificationKey& key,
                                               const QualificationRecord& record);

} // namespace bytebound
