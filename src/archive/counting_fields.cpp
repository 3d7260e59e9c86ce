#include "archive/record_fields.hpp"

#include <limits>

namespace bytebound {

using namespace fields;

const Table<EventPartRecord>& fields_of(const EventPartRecord*) {
    using R = EventPartRecord;
    static constexpr Field<R> list[] = {
        field<&R::pmu>("pmu"),
        field<&R::type>("type"),
        field<&R::config>("config"),
        field<&R::config1>("config1"),
        field<&R::config2>("config2"),
        field<&R::cpu, NullIfNegative>("cpu"),
        field<&R::bytes_per_count>("bytes_per_count"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<EventRecord>& fields_of(const EventRecord*) {
    using R = EventRecord;
    static constexpr Field<R> list[] = {
        field<&R::name>("name"),
        field<&R::pmu, TextOrNull>("pmu"),
        field<&R::domain, TextOrNull>("domain"),
        field<&R::origin, TextOrNull>("origin"),
        field<&R::unit, TextOrNull>("unit"),
        field<&R::type, TextOrNull>("type"),
        field<&R::config, TextOrNull>("config"),
        field<&R::config1, TextOrNull>("config1"),
        field<&R::config2, TextOrNull>("config2"),
        field<&R::scale>("scale"),
        field<&R::pass, NullIfNegative>("pass"),
        field<&R::group, NullIfNegative>("group"),
        field<&R::multiplexed>("multiplexed"),
        field<&R::source, TextOrNull>("source"),
        field<&R::role, TextOrNull>("role"),
        field<&R::reason, TextOrNull>("reason"),
        field<&R::remedy, TextOrNull>("remedy"),
        field<&R::sharing, TextOrNull>("sharing").absent_in_older(),
        field<&R::bytes_per_count, NullIfZero>("bytes_per_count").absent_in_older(),
        field<&R::parts>("parts").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<CollectorRecord>& fields_of(const CollectorRecord*) {
    using R = CollectorRecord;
    static constexpr Field<R> list[] = {
        field<&R::name>("name"),
        field<&R::used>("used"),
        field<&R::cause, TextOrNull>("cause"),
        field<&R::remedy, TextOrNull>("remedy"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<ReadingCost>& fields_of(const ReadingCost*) {
    using R = ReadingCost;
    static constexpr Field<R> list[] = {
        field<&R::n, Within<few_blocks_below, std::numeric_limits<std::uint64_t>::max()>::Of>("n"),
        field<&R::median>("median"),
        field<&R::ci_low>("ci_low"),
        field<&R::ci_high>("ci_high"),
        field<&R::range_low>("range_low"),
        field<&R::range_high>("range_high"),
    };
    static constexpr Table<R> table{list, [](R& r) {
                                        check_interval(r.ci_low, r.median, r.ci_high, "median");
                                        if (r.range_low > r.median || r.median > r.range_high)
                                            refuse("median", "it is outside of its own range");
                                    }};
    return table;
}

const Table<CounterCost>& fields_of(const CounterCost*) {
    using R = CounterCost;
    static constexpr Field<R> list[] = {
        field<&R::event>("event"),
        field<&R::worker>("worker"),
        field<&R::cost>("cost"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<ReadCostRecord>& fields_of(const ReadCostRecord*) {
    using R = ReadCostRecord;
    static constexpr Field<R> list[] = {
        field<&R::pass, NotBelowZero>("pass"),
        field<&R::clock_ns>("clock_ns").absent_in_older(),
        field<&R::reading_ns>("reading_ns").absent_in_older(),
        field<&R::counters>("counters").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<QualifiedEvent>& fields_of(const QualifiedEvent*) {
    using R = QualifiedEvent;
    static constexpr Field<R> list[] = {
        field<&R::name>("name"),
        field<&R::kernel, TextOrNull>("kernel"),
        field<&R::unit, TextOrNull>("unit"),
        field<&R::truth>("truth"),
        field<&R::truth_high>("truth_high"),
        field<&R::n>("n"),
        field<&R::mean>("mean"),
        field<&R::bias>("bias"),
        field<&R::cv, NotNegativeOrNull>("cv"),
        field<&R::threshold, NotNegativeOrNull>("threshold"),
        field<&R::verdict>("verdict"),
        field<&R::reason, TextOrNull>("reason"),
    };
    static constexpr Table<R> table{list};
    return table;
}

/// Older versions wrote only done and reason.
const Table<QualificationRecord>& fields_of(const QualificationRecord*) {
    using R = QualificationRecord;
    static constexpr Field<R> list[] = {
        field<&R::done>("done"),
        field<&R::reason, TextOrNull>("reason"),
        field<&R::cached>("cached").absent_in_older(),
        field<&R::measured, TextOrNull>("measured").absent_in_older(),
        field<&R::allow_unqualified>("allow_unqualified").absent_in_older(),
        computed<R, [](const R&) { return qualification_cv; }>("cv_threshold").absent_in_older(),
        field<&R::events>("events").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    return table;
}

} // namespace bytebound
