#include "io/json.hpp"
#include "render/answers/tuning_text.hpp"

namespace bytebound {
namespace {

using TuningJson = nlohmann::ordered_json;

TuningJson text_or_null(const std::string& text) { return text.empty() ? TuningJson(nullptr) : TuningJson(text); }

TuningJson item_of(const TuningState& state) {
    TuningJson files = TuningJson::array();
    for (const TuningFile& file : state.files)
        files.push_back({{"path", "/" + file.path}, {"found", file.found}, {"quiet", file.quiet}});
    return {{"name", state.item->name},
            {"verdict", name_of(state.verdict)},
            {"value", text_or_null(state.value)},
            {"reason", text_or_null(state.reason)},
            {"quiet", state.item->quiet},
            {"effect", state.item->effect},
            {"source", state.item->source},
            {"change", name_of(state.change)},
            {"cannot", text_or_null(state.cannot)},
            {"files", files},
            {"set", state.set},
            {"restore", state.restore}};
}

} // namespace

std::string tuning_json(const TuningAnswer& answer) {
    TuningJson items = TuningJson::array();
    for (const TuningState& state : answer.states)
        items.push_back(item_of(state));
    return "{\n" + member_text("schema", TuningJson("bytebound.tuning/1")) + ",\n" +
           member_text("live", TuningJson(answer.live)) + ",\n" + member_text("cpus", TuningJson(answer.cpus)) + ",\n" +
           member_text("virtual_machine", text_or_null(answer.hypervisor)) + ",\n" + member_text("items", items) +
           "\n}\n";
}

} // namespace bytebound
