#include "render/figure_json.hpp"

#include "io/json.hpp"

namespace bytebound {

nlohmann::ordered_json figure_json(const Figure& figure) {
    nlohmann::ordered_json out = {{"value", json_number(figure.value())},
                                  {"stat", name_of(figure.estimate.stat)},
                                  {"ci_low", json_number(figure.estimate.ci_low)},
                                  {"ci_high", json_number(figure.estimate.ci_high)},
                                  {"n", figure.estimate.n},
                                  {"blocks", figure.estimate.blocks},
                                  {"excluded", figure.excluded},
                                  {"tier", name_of(figure.tier)},
                                  {"source", figure.source}};
    if (!figure.unqualified.empty()) out["unqualified"] = true;
    if (figure.shared)
        out["background"] = {{"subtracted", json_number(figure.shared->subtracted)},
                             {"smallest_detectable", json_number(figure.shared->smallest)}};
    if (figure.consistency)
        out["consistency"] = {{"ratio", json_number(figure.consistency->ratio)},
                              {"verdict", name_of(figure.consistency->verdict)},
                              {"reasons", figure.consistency->reasons}};
    if (!figure.also.empty()) {
        nlohmann::ordered_json also = nlohmann::ordered_json::array();
        for (const Figure& other : figure.also)
            also.push_back(figure_json(other));
        out["also"] = std::move(also);
    }
    return out;
}

nlohmann::ordered_json k_json(std::uint32_t k) {
    return has_k(k) ? nlohmann::ordered_json(k) : nlohmann::ordered_json(nullptr);
}

} // namespace bytebound
