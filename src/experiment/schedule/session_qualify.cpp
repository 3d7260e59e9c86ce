#include "experiment/qualify/qualification.hpp"
#include "experiment/qualify/qualification_cache.hpp"
#include "experiment/schedule/session.hpp"
#include "record/stamp.hpp"
#include "record/warnings.hpp"

namespace bytebound {

Result<void> Session::qualify() {
    const RunOptions& options = parts_.plan.options;
    QualificationRecord& record = parts_.record.qualification;
    record = {};
    record.allow_unqualified = options.allow_unqualified;
    if (counting_.sources.empty()) {
        record.reason = "nothing was counted";
        return {};
    }
    if (options.qualify == Qualify::off) {
        record.reason = "--qualify off";
        return {};
    }
    const QualificationKey key = qualification_key(parts_.plan.counting, counting_, parts_.seams.root,
                                                   parts_.record.host, parts_.record.version, options.quick);
    const auto& directory = parts_.seams.qualification_cache;
    if (directory && options.qualify == Qualify::cached) {
        CacheAnswer answer = load_qualification(*directory, key);
        if (answer.doubt) parts_.record.warnings.push_back(warnings::qualification_cache(*answer.doubt));
        if (answer.record) {
            record = std::move(*answer.record);
            record.allow_unqualified = options.allow_unqualified;
        }
    }
    if (!record.done) {
        if (progress_) progress_({"qualify", 0, 1, "counters on kernels of known truth"});
        auto events = TRY(qualify_counters({counting_, parts_.plan.counting, parts_.machine, stop_,
                                            parts_.seams.kernel_amounts, qualification_pace(options.quick)}));
        record.done = true;
        record.measured = utc_now();
        record.events = std::move(events);
        if (progress_) progress_({"qualify", 1, 1, {}});
        if (directory)
            if (auto doubt = store_qualification(*directory, key, record))
                parts_.record.warnings.push_back(warnings::qualification_cache(*doubt));
    }
    for (const EventRecord& event : counting_.events)
        if (const QualifiedEvent* failure = failure_of(record, event.name))
            parts_.record.warnings.push_back(warnings::unqualified(*failure, options.allow_unqualified));
    TRY(write_record());
    if (!options.counting.strict || options.allow_unqualified) return {};
    return check_qualified(parts_.plan.counting, counting_, record);
}

} // namespace bytebound
