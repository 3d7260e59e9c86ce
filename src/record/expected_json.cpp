#include "record/expected_json.hpp"

#include "io/json.hpp"

namespace bytebound {

using nlohmann::json;

namespace {

json k_json(const std::optional<std::uint32_t>& k) { return k ? json(*k) : json(nullptr); }

json crossover_json(const ExpectedRecord& record) {
    const std::optional<Crossover>& crossover = record.crossover;
    if (!crossover) return nullptr;
    return {{"k", k_json(crossover->k)},      {"ci_low", k_json(record.k_low)}, {"ci_high", k_json(record.k_high)},
            {"k_most", crossover->k_most},    {"tau", crossover->tau},          {"paired_ns", crossover->paired_ns},
            {"index_ns", crossover->index_ns}};
}

std::optional<Crossover> crossover_of(const json& j) {
    if (j.is_null()) return {};
    Crossover crossover;
    if (!j.at("k").is_null()) crossover.k = j.at("k").get<std::uint32_t>();
    j.at("k_most").get_to(crossover.k_most);
    j.at("tau").get_to(crossover.tau);
    j.at("paired_ns").get_to(crossover.paired_ns);
    j.at("index_ns").get_to(crossover.index_ns);
    return crossover;
}

} // namespace

void to_json(json& j, const ClosedForm& f) {
    json buffers = json::object();
    for (std::size_t i = 0; i < buffer_count; ++i)
        buffers[std::string(name_of(static_cast<Buffer>(i)))] = {{"read", f.by_buffer[i].read},
                                                                 {"write", f.by_buffer[i].written}};
    j = {{"requested_load_bytes", f.requested_load_bytes},
         {"requested_store_bytes", f.requested_store_bytes},
         {"metadata_load_bytes", f.metadata_load_bytes},
         {"metadata_store_bytes", f.metadata_store_bytes},
         {"dram_read_bytes", f.read_bytes},
         {"dram_write_bytes", f.write_bytes},
         {"missed_row_share", f.missed_row_share},
         {"parts",
          {{"cold_reads", f.parts.cold_reads},
           {"write_allocate", f.parts.write_allocate},
           {"write_back", f.parts.write_back},
           {"refetch", f.parts.refetch},
           {"metadata", f.parts.metadata}}},
         {"by_buffer", std::move(buffers)}};
}

void from_json(const json& j, ClosedForm& f) {
    j.at("requested_load_bytes").get_to(f.requested_load_bytes);
    j.at("requested_store_bytes").get_to(f.requested_store_bytes);
    j.at("metadata_load_bytes").get_to(f.metadata_load_bytes);
    j.at("metadata_store_bytes").get_to(f.metadata_store_bytes);
    j.at("dram_read_bytes").get_to(f.read_bytes);
    j.at("dram_write_bytes").get_to(f.write_bytes);
    j.at("missed_row_share").get_to(f.missed_row_share);
    const json& parts = j.at("parts");
    parts.at("cold_reads").get_to(f.parts.cold_reads);
    parts.at("write_allocate").get_to(f.parts.write_allocate);
    parts.at("write_back").get_to(f.parts.write_back);
    parts.at("refetch").get_to(f.parts.refetch);
    parts.at("metadata").get_to(f.parts.metadata);
    for (std::size_t i = 0; i < buffer_count; ++i) {
        const json& buffer = j.at("by_buffer").at(std::string(name_of(static_cast<Buffer>(i))));
        f.by_buffer[i] = {buffer.at("read").get<double>(), buffer.at("write").get<double>()};
    }
}

void to_json(json& j, const ExpectedRecord& r) {
    j = {{"capacity_bytes", r.cache.capacity_bytes},
         {"ways", r.cache.ways},
         {"line_bytes", r.cache.line_bytes},
         {"write_allocate_factor", r.cache.write_allocate_factor},
         {"write_allocate_source", r.write_allocate_source},
         {"crossover", crossover_json(r)},
         {"crossover_reason", r.crossover_reason.empty() ? json(nullptr) : json(r.crossover_reason)}};
}

void from_json(const json& j, ExpectedRecord& r) {
    j.at("capacity_bytes").get_to(r.cache.capacity_bytes);
    j.at("ways").get_to(r.cache.ways);
    j.at("line_bytes").get_to(r.cache.line_bytes);
    j.at("write_allocate_factor").get_to(r.cache.write_allocate_factor);
    j.at("write_allocate_source").get_to(r.write_allocate_source);
    const json& crossover = j.at("crossover");
    r.crossover = crossover_of(crossover);
    for (const auto& [key, end] : {std::pair("ci_low", &r.k_low), std::pair("ci_high", &r.k_high)})
        if (r.crossover && !crossover.at(key).is_null()) *end = crossover.at(key).get<std::uint32_t>();
    r.crossover_reason = j.at("crossover_reason").is_null() ? "" : j.at("crossover_reason").get<std::string>();
}

} // namespace bytebound
