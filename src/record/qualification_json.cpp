#include "io/json.hpp"

#include "record/qualification_json.hpp"

namespace bytebound {

using nlohmann::json;

namespace {

std::optional<double> number_of(const json& j, const char* key) {
    const json& value = j.at(key);
    return value.is_null() ? std::optional<double>() : std::optional<double>(value.get<double>());
}

QualificationVerdict verdict_named(const std::string& name) {
    for (const QualificationVerdict verdict :
         {QualificationVerdict::passed, QualificationVerdict::failed, QualificationVerdict::not_judged})
        if (name_of(verdict) == name) return verdict;
    throw std::invalid_argument("qualification.events.verdict: \"" + name +
                                "\" is not one of passed, failed, not_judged");
}

} // namespace

void to_json(json& j, const QualifiedEvent& e) {
    j = {{"name", e.name},
         {"kernel", text_or_null(e.kernel)},
         {"unit", text_or_null(e.unit)},
         {"truth", value_or_null(e.truth)},
         {"truth_high", value_or_null(e.truth_high)},
         {"n", e.n},
         {"mean", value_or_null(e.mean)},
         {"bias", value_or_null(e.bias)},
         {"cv", value_or_null(e.cv)},
         {"threshold", value_or_null(e.threshold)},
         {"verdict", name_of(e.verdict)},
         {"reason", text_or_null(e.reason)}};
}

void from_json(const json& j, QualifiedEvent& e) {
    j.at("name").get_to(e.name);
    e.kernel = text_of(j, "kernel");
    e.unit = text_of(j, "unit");
    e.truth = number_of(j, "truth");
    e.truth_high = number_of(j, "truth_high");
    j.at("n").get_to(e.n);
    e.mean = number_of(j, "mean");
    e.bias = number_of(j, "bias");
    e.cv = number_of(j, "cv");
    e.threshold = number_of(j, "threshold");
    e.verdict = verdict_named(j.at("verdict").get<std::string>());
    e.reason = text_of(j, "reason");
}

void to_json(json& j, const QualificationRecord& r) {
    j = {{"done", r.done},
         {"reason", text_or_null(r.reason)},
         {"cached", r.cached},
         {"measured", text_or_null(r.measured)},
         {"allow_unqualified", r.allow_unqualified},
         {"cv_threshold", qualification_cv},
         {"events", r.events}};
}

void from_json(const json& j, QualificationRecord& r) {
    j.at("done").get_to(r.done);
    r.reason = text_of(j, "reason");
    if (!j.contains("events")) return;
    j.at("cached").get_to(r.cached);
    r.measured = text_of(j, "measured");
    j.at("allow_unqualified").get_to(r.allow_unqualified);
    j.at("events").get_to(r.events);
}

} // namespace bytebound
