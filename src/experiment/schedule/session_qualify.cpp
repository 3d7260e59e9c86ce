#include "experiment/measure/read_cost.hpp"
#include "experiment/qualify/qualification.hpp"
#include "experiment/qualify/qualification_cache.hpp"
#include "experiment/schedule/session_steps.hpp"
#include "record/stamp.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

/// The cached result of an earlier run of this boot, or a new qualification.
Result<QualificationRecord> qualification_of(const SessionContext& session, Counting& counting) {
    const RunOptions& options = session.plan.options;
    const CountingRequest& request = session.plan.counting;
    const QualificationKey key = qualification_key(request, counting, session.seams.root, session.record.host,
                                                   session.record.version, options.quick);
    const auto& directory = session.seams.qualification_cache;
    const auto warn = [&](const std::optional<std::string>& warning) {
        if (warning) session.record.warnings.push_back(warnings::qualification_cache(*warning));
    };
    if (directory && options.qualify == Qualify::cached) {
        CacheAnswer answer = load_qualification(*directory, key);
        warn(answer.warning);
        if (answer.record && answer.record->done) return std::move(*answer.record);
    }
    QualificationRecord record;
    record.allow_unqualified = options.allow_unqualified;
    if (session.progress) session.progress({"qualify", 0, 1, "counters on kernels with known counts"});
    record.events = TRY(qualify_counters({counting, request, session.machine, session.stop,
                                          session.seams.kernel_amounts, qualification_pace(options.quick)}));
    record.done = true;
    record.measured = utc_now();
    if (session.progress) session.progress({"qualify", 1, 1, {}});
    if (directory) warn(store_qualification(*directory, key, record));
    return record;
}

} // namespace

Result<void> record_read_cost(const SessionContext& session, PinnedTeam& team, Counting& counting) {
    for (int pass = 0; pass < counting.passes; ++pass)
        session.record.read_cost.push_back(TRY(measure_read_cost(team.workers(), counting, pass, session.seams.clock)));
    return session.write_record();
}

double empty_clock_pair_ns(const RunRecord& record) {
    return record.read_cost.empty() || !record.read_cost[0].clock_ns ? 0 : record.read_cost[0].clock_ns->median;
}

Result<void> qualify(const SessionContext& session, Counting& counting) {
    const RunOptions& options = session.plan.options;
    QualificationRecord& record = session.record.qualification;
    record = {};
    record.allow_unqualified = options.allow_unqualified;
    if (counting.sources.empty()) {
        record.reason = "nothing was counted";
        return {};
    }
    if (options.qualify == Qualify::off) {
        record.reason = "--qualify off";
        return {};
    }
    record = TRY(qualification_of(session, counting));
    record.allow_unqualified = options.allow_unqualified;
    for (const EventRecord& event : counting.events)
        if (const QualifiedEvent* failure = failure_of(record, event.name))
            session.record.warnings.push_back(warnings::unqualified(*failure, options.allow_unqualified));
    TRY(session.write_record());
    if (!options.counting.strict || options.allow_unqualified) return {};
    return check_qualified(session.plan.counting, counting, record);
}

} // namespace bytebound
