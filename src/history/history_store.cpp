#include "history/history_store.hpp"

#include <cerrno>
#include <cstdint>

#include "base/write_error.hpp"
#include "history/database.hpp"
#include "history/history_schema.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

/// NULL for text that is not known.
std::optional<std::string_view> known_text(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

/// The column is a part of the key, so that it has no NULL: -1 for rows without a k.
std::int64_t stored_k(std::uint32_t k) { return has_k(k) ? std::int64_t{k} : -1; }

constexpr std::string_view find_run = "SELECT id FROM runs WHERE host = ? AND started = ? AND samples_sha256 = ?";
constexpr std::string_view insert_run =
    "INSERT INTO runs(samples_sha256, host, started, path, added, cpu_model, kernel, version, git_revision, preset, "
    "workload, placement) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view insert_figure =
    "INSERT INTO figures(run, k, loop, metric, value, ci_low, ci_high, n, blocks, tier, source, basis, exact) "
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

Result<std::optional<std::int64_t>> id_of(const Database& database, const HistoryRun& run) {
    Statement found = TRY(database.prepare(find_run));
    found.bind(run.host).bind(run.started).bind(run.samples_sha256);
    std::optional<std::int64_t> id;
    if (found.step()) id = found.integer(0);
    TRY(database.check(found));
    return id;
}

Result<AddedRun> add_run(const Database& database, const HistoryRun& run) {
    if (const auto id = TRY(id_of(database, run))) return AddedRun{*id, true};
    Statement row = TRY(database.prepare(insert_run));
    row.bind(run.samples_sha256).bind(run.host).bind(run.started).bind(run.path).bind(utc_now());
    row.bind(known_text(run.cpu_model)).bind(known_text(run.kernel)).bind(run.version);
    row.bind(known_text(run.git_revision)).bind(known_text(run.preset)).bind(run.workload).bind(run.placement);
    row.step();
    TRY(database.check(row));
    const AddedRun added{database.last_id(), false};
    Statement each = TRY(database.prepare(insert_figure));
    for (const HistoryFigure& figure : run.figures) {
        each.reset();
        each.bind(added.id).bind(stored_k(figure.k)).bind(figure.loop).bind(figure.metric).bind(figure.value);
        each.bind(figure.ci_low).bind(figure.ci_high);
        each.bind(static_cast<std::int64_t>(figure.n)).bind(static_cast<std::int64_t>(figure.blocks));
        each.bind(figure.tier).bind(figure.source).bind(figure.basis).bind(std::int64_t{figure.exact});
        each.step();
        TRY(database.check(each));
    }
    return added;
}

constexpr std::string_view select_runs =
    "SELECT id, samples_sha256, host, started, path, added, cpu_model, kernel, version, git_revision, preset, "
    "workload, "
    "placement FROM runs WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR host = ?2) AND (?3 IS NULL OR workload = ?3) "
    "ORDER BY started, id";
constexpr std::string_view select_figures =
    "SELECT k, loop, metric, value, ci_low, ci_high, n, blocks, tier, source, basis, exact FROM figures WHERE run = ?1 "
    "AND (?2 IS NULL OR metric = ?2) AND (?3 IS NULL OR loop = ?3) AND (?4 IS NULL OR k = ?4) ORDER BY k, loop, metric";

HistoryRun run_of_row(Statement& row) {
    HistoryRun run;
    run.id = row.integer(0);
    run.samples_sha256 = row.text(1);
    run.host = row.text(2);
    run.started = row.text(3);
    run.path = row.text(4);
    run.added = row.text(5);
    run.cpu_model = row.optional_text(6);
    run.kernel = row.optional_text(7);
    run.version = row.text(8);
    run.git_revision = row.optional_text(9);
    run.preset = row.optional_text(10);
    run.workload = row.text(11);
    run.placement = row.text(12);
    return run;
}

HistoryFigure figure_of_row(Statement& row) {
    HistoryFigure figure;
    const std::int64_t k = row.integer_from(0, -1, no_k - 1);
    figure.k = k < 0 ? no_k : static_cast<std::uint32_t>(k);
    figure.loop = row.text(1);
    figure.metric = row.text(2);
    figure.value = row.number(3);
    figure.ci_low = row.optional_number(4);
    figure.ci_high = row.optional_number(5);
    figure.n = static_cast<std::uint64_t>(row.integer_from(6, 0, INT64_MAX));
    figure.blocks = static_cast<std::uint64_t>(row.integer_from(7, 0, INT64_MAX));
    figure.tier = row.text(8);
    figure.source = row.text(9);
    figure.basis = row.optional_text(10);
    figure.exact = row.integer_from(11, 0, 1) != 0;
    return figure;
}

Result<void> read_figures(const Database& database, const HistorySelection& selection, HistoryRun& run,
                          Statement& figures) {
    figures.reset();
    std::optional<std::int64_t> k;
    if (selection.k) k = *selection.k;
    figures.bind(run.id).bind(selection.metric).bind(selection.loop).bind(k);
    while (figures.step())
        run.figures.push_back(figure_of_row(figures));
    return database.check(figures);
}

Result<std::vector<HistoryRun>> runs_in(const Database& database, const HistorySelection& selection) {
    TRY(database.execute("BEGIN")); // one state of the file for all statements
    Statement rows = TRY(database.prepare(select_runs));
    rows.bind(selection.id).bind(selection.host).bind(selection.workload);
    std::vector<HistoryRun> runs;
    while (rows.step())
        runs.push_back(run_of_row(rows));
    TRY(database.check(rows));
    if (selection.figures) {
        Statement figures = TRY(database.prepare(select_figures));
        for (HistoryRun& run : runs)
            TRY(read_figures(database, selection, run, figures));
    }
    return runs;
}

} // namespace

bool has_history() { return true; }

Result<std::vector<AddedRun>> add_to_history(const std::filesystem::path& file, const std::vector<HistoryRun>& runs) {
    const Database database = TRY(Database::open(file, DatabaseUse::write));
    TRY(is_older_schema(database)); // before anything of another program is changed
    TRY(database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"));
    Transaction transaction = TRY(Transaction::begin(database));
    TRY(update_schema(database));
    std::vector<AddedRun> added;
    for (const HistoryRun& run : runs)
        added.push_back(TRY(add_run(database, run)));
    TRY(transaction.commit());
    return added;
}

Result<std::vector<HistoryRun>> read_history(const std::filesystem::path& file, const HistorySelection& selection) {
    const Database database = TRY(Database::open(file, DatabaseUse::read));
    if (!TRY(is_older_schema(database))) return runs_in(database, selection);
    const Database copy = TRY(database.copy());
    TRY(update_schema(copy));
    return runs_in(copy, selection);
}

} // namespace bytebound
