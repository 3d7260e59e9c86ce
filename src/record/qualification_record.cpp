#include "record/qualification_record.hpp"

namespace bytebound {

std::string_view name_of(QualificationVerdict verdict) {
    switch (verdict) {
    case QualificationVerdict::passed: return "passed";
    case QualificationVerdict::failed: return "failed";
    case QualificationVerdict::not_judged: return "not_judged";
    }
    return "";
}

const QualifiedEvent* failure_of(const QualificationRecord& record, std::string_view event) {
    for (const QualifiedEvent& each : record.events)
        if (each.name == event && each.verdict == QualificationVerdict::failed) return &each;
    return nullptr;
}

} // namespace bytebound
