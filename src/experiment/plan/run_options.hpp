#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "experiment/counting/request.hpp"
#include "loops/update_loop.hpp"
#include "model/cache.hpp"
#include "model/hierarchy_spec.hpp"
#include "model/simulate.hpp"
#include "workload/row_layout.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

/// --qualify: whether counters are checked with kernels of known truth before use.
enum class Qualify { always, cached, off };
std::span<const NamedValue<Qualify>> qualify_words();
std::string_view name_of(Qualify qualify);

/// --between: activity between two steps.
enum class Between { none, use, evict };
std::span<const NamedValue<Between>> between_words();
std::string_view name_of(Between between);
Gap gap_of(Between between);

/// --l1, --l2: a private level of the simulated hierarchy.
struct PrivateLevelChoice {
    bool given = false;                    ///< false: the machine's own
    std::optional<CacheGeometry> geometry; ///< nullopt: without this level
    bool operator==(const PrivateLevelChoice&) const = default;
};

/// --loop: a loop of the user's own, and what its library says of it once it was loaded.
struct PlugInOption {
    std::string library, arguments; ///< PATH[:ARGS]
    std::string name;               ///< unique in the run
    std::string about;
    std::optional<Error> refused; ///< why it cannot be loaded; its phases are then failed ones
    bool operator==(const PlugInOption&) const = default;
};

/// Options of `bytebound run`, parsed but not validated: names are resolved and sizes are numbers, but nothing has been
/// allocated or opened. Defaults are those of the main use case.
struct RunOptions {
    // workload
    WorkloadSpec workload = {8192, 1024, {}, 1}; ///< --N, --m, --pattern, --seed
    std::uint64_t hidden_dim = 1024, up_cols = 1024, gate_cols = 0;
    std::vector<std::uint32_t> ks = {16, 64, 256, 1024};
    std::optional<std::uint32_t> add, remove; ///< if set, replace ks
    std::uint32_t steps_per_k = 50;
    std::optional<std::uint32_t> batch;   ///< steps of a reading; nullopt: by the cost of a reading
    std::optional<std::uint32_t> repeats; ///< nullopt: automatic, by the next two
    double precision = 0.05;              ///< half width of a compared time ratio's interval, as a fraction of it
    double max_seconds = 20;              ///< of measuring, apart from the first least_blocks repeats
    std::optional<std::uint32_t> warmup;  ///< nullopt: automatic
    Dtype dtype = Dtype::f32;
    bool quick = false; ///< limits the automatic warm-up to 512; its other defaults are applied by the parser
    // loops
    std::vector<LoopKind> loops = default_loops();
    std::string external_loop;          ///< name of LoopKind::external, made by RunSeams::make_loop; empty: none
    std::vector<PlugInOption> plug_ins; ///< of LoopKind::plug_in in `loops`, in their order
    double loop_timeout_s = 10;         ///< of every call into a plug-in
    double tau = 0.5;
    bool adaptive_tau = false; ///< planning sets tau from the expected crossover
    CopyMethod copy = CopyMethod::memcpy;
    std::uint32_t threads = 1;
    std::uint32_t grain = 8;
    std::uint32_t parallel_threshold = 64;
    Between between = Between::none;
    // place
    std::string cpus = "auto";
    std::string memory = "local";
    // counting
    CountingOptions counting;
    std::optional<CacheGeometry> llc;     ///< line_bytes 0: the machine's own
    std::optional<LlcPolicy> cache_model; ///< nullopt: the LLC alone
    PrivateLevelChoice l1, l2;
    Prefetch prefetch = Prefetch::none;
    Qualify qualify = Qualify::cached;
    bool allow_unqualified = false;
    // ceilings
    std::string calibration = "auto"; ///< auto, none, or a file
    // autotune
    std::string autotune = "auto"; ///< auto, none, or a file: what supplies the settings that no option gives
    struct {
        bool copy = false, threads = false, grain = false, parallel_threshold = false;
    } given; ///< by an option
    // output
    double same_within = 0.01; ///< --threshold, a fraction: ratios so close to 1 are the same
    std::string out;           ///< empty: ./bytebound-YYYYmmdd-HHMMSS
    bool force = false;
    bool dry_run = false;
    bool yes = false; ///< measure also for longer than 10 minutes without asking
    bool quiet = false;
    std::vector<std::string> command; ///< argv as given
};

/// The plug-in at this position of options.loops; null: another loop.
const PlugInOption* plug_in_at(const RunOptions& options, std::size_t position);
/// Name of the loop at this position of options.loops: that of its kind (empty for external if there is none), with a
/// number where the same loop is listed before it ("index#2").
std::string loop_name(const RunOptions& options, std::size_t position);

} // namespace bytebound
