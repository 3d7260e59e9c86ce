#include "record/warning.hpp"
#include "record/warning_codes.hpp"

namespace bytebound {

std::span<const WarningEntry> warning_table() {
    static constexpr WarningEntry table[] = {
        // options and the plan
        {warning_code::k_clipped, "k {k_requested} clipped to {k}: a step can change at most 2 min(m, N - m) rows"},
        {warning_code::k_merged, "k {k_others?{k_others} {k_others:is|are} the same experiment as k {k_requested} (k = "
                                 "{k})|{k_requested} was listed more than once}: one row"},
        {warning_code::event_repeated, "event {event} was listed more than once: counted once"},
        {warning_code::warmup_capped, "k {k}: the cache needs {needed_steps} steps of warm-up, {done_steps} were done; "
                                      "give --warmup {needed_steps}"},
        {warning_code::changes_exchanged,
         "--add {add} --remove {remove} did not fit into every step, so A and R were exchanged: the measured steps "
         "have "
         "A = {added:2} and R = {removed:2} on average; give a larger --N or --m, or fewer --steps-per-k"},
        {warning_code::precision_missed,
         "k {ks}: --max-time ({max_seconds} s) ended the repeats before every time ratio was within "
         "{precision_percent} %{widest_percent?; the widest interval is +/-{widest_percent:1} %|}; give a longer "
         "--max-time, or --repeats N"},
        {warning_code::blocks_imprecise,
         "--max-time ({max_seconds} s) ended the blocks before the time was within {precision_percent} "
         "%{widest_percent?; its interval is +/-{widest_percent:1} %|}; give a longer --max-time, or --repeats N"},
        {warning_code::passes_missing,
         "passes of regions are not recorded: {dropped} beyond the limits of a thread or its space, {unmatched} ends "
         "without a begin, {unfinished} begins without an end, {interrupted} calls in signal handlers, {open} open at "
         "the end of their thread; see Regions in docs/library.md"},
        {warning_code::command_changes_user,
         "the program of {command} runs with another user's or group's rights (setuid): the kernel stops counting it "
         "at its exec unless bytebound has these rights, too"},
        // caches, simulated and emulated
        {warning_code::llc_unknown, "the last-level cache of the chosen CPUs is unknown: {assumed_bytes:size} assumed "
                                    "for sweep, warm-up and simulation; give --llc SIZE:WAYS"},
        {warning_code::llc_unknown_when_timed,
         "the last-level cache of the chosen CPUs is unknown: at least {assumed_bytes:size} assumed for sweep and "
         "warm-up; --llc describes only the simulated cache"},
        {warning_code::llc_ways_assumed, "the number of ways of the last-level cache ({llc_bytes:size}) is unknown or "
                                         "does not divide its size: {assumed_ways} assumed; give --llc SIZE:WAYS"},
        {warning_code::llc_line_assumed, "no cache of this machine states its line length: {line_bytes} bytes assumed; "
                                         "give --llc SIZE:WAYS:LINE"},
        {warning_code::private_level_unknown,
         "the L{level} of this machine is unknown, is its last level, or has a line size other than that "
         "of the simulated LLC: simulated without it; give --l{level} SIZE:WAYS, or none"},
        {warning_code::hierarchy_not_simulated, "--cache-model is given but nothing is simulated: it changes only the "
                                                "expected traffic; add --collector sim"},
        {warning_code::l1_above_l2,
         "the simulated L1 ({l1_bytes:size}) is larger than the L2 ({l2_bytes:size}): no real processor has this"},
        {warning_code::emulated_without_levels,
         "{emulator} emulates only the last level (and a small first one), not --cache-model "
         "{cache_model}: its figures and those of sim are for different caches"},
        {warning_code::emulated_rows_straddle,
         "{emulator} counts an access to two absent lines as one miss: rows of {row_bytes} bytes, not a "
         "multiple of 32, lose up to two lines in each copy; choose columns in multiples of 32 bytes"},
        {warning_code::emulated_cache_differs,
         "{emulator} needs a power of two of sets: it uses {used_bytes:size} with {used_ways} ways instead "
         "of {requested_bytes:size} with {requested_ways} ways"},
        // placement and steps
        {warning_code::core_kinds_mixed,
         "the workers run on cores of different kinds: {kinds}; choose CPUs of one kind with --cpus"},
        {warning_code::core_kinds_unranked,
         "this machine has cores of different kinds and does not state which are fast: "
         "the workers run on {kinds}; choose CPUs with --cpus"},
        {warning_code::cpus_not_bound, "threads were not pinned: {reason}"},
        {warning_code::memory_policy_replaced,
         "the process was started with the memory policy {outside} (as by numactl); the loops' memory follows --mem "
         "{memory} instead"},
        {warning_code::migrated, "{migrated_steps} of {measured_steps} measured steps did not stay on their CPU; pin "
                                 "with --cpus, or leave the CPUs free of other work"},
        {warning_code::pages_out_of_place,
         "{in_place_percent:1} % of the pages of {buffer} are on the requested nodes; "
         "free memory there, or give --mem"},
        {warning_code::not_stationary,
         "{loop} at k {k}: the traffic ({traffic}) drifts, or fluctuates more slowly than "
         "{window_steps} steps; give a longer --warmup or more --steps-per-k"},
        {warning_code::expectation_outside,
         "{loop} at k {k}: the closed form expects {expected_bytes:size} of {metric} per step, outside of the "
         "simulated interval of {ci_low_bytes:size} to {ci_high_bytes:size}: by chance (one figure in 20), or "
         "because of its approximations; compare them in Expected traffic"},
        // counters
        {warning_code::counting, "{note}"},
        {warning_code::os_fallback, "{event} comes from getrusage or /proc instead of perf: {reason}"},
        {warning_code::preset, "{note}"},
        {warning_code::preset_unverified, "preset {preset} has not been verified on hardware: compare its DRAM bytes "
                                          "with the simulation, and qualify them on streams of known volume"},
        {warning_code::bytes_per_cas, "--bytes-per-cas {bytes_per_count} replaces the preset's bytes per count"},
        {warning_code::batched, "k {k}: one step moves {step_bytes:size}; background traffic masks anything below "
                                "{hidden_bytes:size}: counters are read every {batch_steps} steps of a longer trace"},
        {warning_code::batch_too_small,
         "k {k}: one step moves {step_bytes:size}; background traffic masks anything below {hidden_bytes:size}: "
         "batches of {batch_steps} steps are the most that {limit} allows; single readings mean little"},
        {warning_code::unqualified,
         "{event} failed qualification{kernel? ({kernel})|}: {reason}; {allow_unqualified?its figures are shown "
         "with the mark ! (--allow-unqualified)|its figures are withheld; --allow-unqualified shows them}"},
        {warning_code::qualification_cache, "cannot use the qualification cache: {problem}"},
        // calibration
        {warning_code::small_calibration_buffers,
         "{threads} {threads:thread|threads}: buffers of {buffer_bytes:size} are not larger than 4 x the "
         "{cache_bytes:size} of last-level cache, which may contain part of them (--quick); ceilings of "
         "memory are marked"},
        {warning_code::few_blocks, "{rounds} rounds, fewer than {least_rounds}: the intervals of the ceilings are "
                                   "wide; give --repeats {least_rounds} or more"},
        {warning_code::calibration_stale,
         "the calibration {file} is not used: {change}; measure it again with bytebound calibrate"},
        {warning_code::calibration_unreadable,
         "cannot use a saved calibration: {problem}; measure it again with bytebound calibrate"},
        {warning_code::autotune_stale,
         "the autotune {file} is not used: {change}; measure it again with bytebound autotune"},
        {warning_code::autotune_unreadable,
         "cannot use a saved autotune: {problem}; measure it again with bytebound autotune"},
        // the environment
        {warning_code::governor_not_performance,
         "the frequency governor is {governor}: times include frequency changes; "
         "set it to performance (cpupower frequency-set -g performance)"},
        {warning_code::turbo_on, "turbo is on: the clock depends on temperature and on the load of other cores; switch "
                                 "it off (intel_pstate/no_turbo or cpufreq/boost) for comparable times"},
        {warning_code::smt_sibling_busy,
         "an SMT sibling of a chosen CPU was busy {busy_percent:1} % (CPU {cpu}) before the run: it shares "
         "the core's units and caches; stop that work or choose other cores with --cpus"},
        {warning_code::cpu_busy,
         "a chosen CPU was busy {busy_percent:1} % (CPU {cpu}) before the run began: steps will "
         "be descheduled; stop that work or choose other CPUs with --cpus"},
        {warning_code::steal_time, "the hypervisor took {steal_percent:1} % (CPU {cpu}) from a chosen CPU before the "
                                   "run: times include waiting for the host; use dedicated CPUs"},
        {warning_code::load_high,
         "the load average is {load_average:2} on {online_cpus} CPUs: other work shares caches "
         "and memory bandwidth; run on an idle machine"},
        {warning_code::numa_balancing_on, "automatic NUMA balancing is on ({mode}): the kernel unmaps and moves pages "
                                          "during the run; write 0 to /proc/sys/kernel/numa_balancing"},
        {warning_code::thp_never,
         "transparent huge pages are off (never): rows are on small pages and copies cause more "
         "TLB misses; set /sys/kernel/mm/transparent_hugepage/enabled to madvise"},
        {warning_code::clock_slow,
         "the clock source is {clock_source}: reading the time is a slow system call; boot with a usable tsc"},
        {warning_code::cpu_quota, "a cgroup limits the CPU time to {quota_cpus:2} CPUs: threads stop when it is "
                                  "exhausted; raise the limit (cpu.max)"},
        {warning_code::nmi_watchdog_on, "the NMI watchdog is on (1): it uses one counter of the core PMU; write 0 to "
                                        "/proc/sys/kernel/nmi_watchdog"},
        {warning_code::in_vm,
         "this is a virtual machine ({signs}): the host's load, cache and memory bandwidth are not "
         "visible from the guest; repeat on bare metal before trusting small differences"},
        {warning_code::setting_changed,
         "{setting} ({group}) changed during the run: {before} before, {after} after; find out what "
         "changes it (bytebound doctor --tuning) and run again"},
        {warning_code::smt_sibling_busy_during,
         "an SMT sibling of a chosen CPU was busy {busy_percent:1} % (CPU {cpu}) while the steps were measured: it "
         "shares the core's units and caches; stop that work or choose other cores with --cpus"},
    };
    return table;
}

} // namespace bytebound
