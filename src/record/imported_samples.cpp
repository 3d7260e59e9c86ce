#include "record/imported_samples.hpp"

namespace bytebound {

std::string_view name_of(ImportedStat stat) {
    switch (stat) {
    case ImportedStat::value: return "value";
    case ImportedStat::mean: return "mean";
    case ImportedStat::median: return "median";
    }
    return "";
}

std::string row_name(const ImportedSubject& subject) {
    return subject.place.empty() ? subject.name : subject.name + " (" + subject.place + ")";
}

} // namespace bytebound
