#pragma once
// A merge in every form that `bytebound merge` writes.

#include <cstddef>
#include <optional>
#include <string>

#include "merge/merged_hosts.hpp"
#include "render/document.hpp"

namespace bytebound {

/// merged.md and merged.html: the runs, the figures across hosts with their outliers, and a table per run.
Document merge_document(const MergedHosts& hosts);
/// merged.json, schema bytebound.merge/1 (reports/schema/merge.schema.json).
std::string merge_json(const MergedHosts& hosts, const std::string& command);
/// For a terminal: times and bytes across hosts, and the outlier hosts. `columns`: nullopt: no limit.
std::string merge_text(const MergedHosts& hosts, bool color, std::optional<std::size_t> columns);

/// "1000 runs of 998 hosts"
std::string counts_text(const MergedHosts& hosts);
/// A value of a metric with its unit; "3.21x" for a speed-up.
std::string merged_quantity(const std::string& metric, double value);
/// Metrics that a reader compares hosts by, in the order of the report's main table.
std::vector<std::string> shown_metrics(const MergedHosts& hosts);
/// Hosts that are outliers in some figure, the one with most figures first.
std::vector<std::size_t> outlier_hosts(const MergedHosts& hosts);

} // namespace bytebound
