#pragma once
// The files of a run directory.

#include <array>
#include <string_view>

namespace bytebound {

inline constexpr std::string_view run_file = "run.json";
inline constexpr std::string_view samples_file = "samples.csv";
inline constexpr std::string_view workers_file = "workers.csv";
inline constexpr std::string_view background_file = "background.csv";
inline constexpr std::string_view imported_file = "imported.csv"; ///< in place of samples.csv, of an imported run
inline constexpr std::string_view sums_file = "SHA256SUMS";

enum class RunFileKind {
    source, ///< figures are derived from it
    report, ///< derived, and written again by `report`
    seal,
};
struct RunFile {
    std::string_view name;
    RunFileKind kind;
};
/// All of them; `run --force` removes no other file.
inline constexpr std::array<RunFile, 12> run_files = {{
    {run_file, RunFileKind::source},
    {samples_file, RunFileKind::source},
    {workers_file, RunFileKind::source},
    {background_file, RunFileKind::source},
    {imported_file, RunFileKind::source},
    {"summary.csv", RunFileKind::report},
    {"summary.json", RunFileKind::report},
    {"roofline.vl.json", RunFileKind::report},
    {"ENVIRONMENT.md", RunFileKind::report},
    {"report.html", RunFileKind::report},
    {"report.md", RunFileKind::report},
    {sums_file, RunFileKind::seal},
}};

} // namespace bytebound
