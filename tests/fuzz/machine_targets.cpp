#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "counters/names/resolver.hpp"
#include "doctor/diagnosis.hpp"
#include "fuzz/require.hpp"
#include "fuzz/target_functions.hpp"
#include "machine/placement.hpp"
#include "model/cache_geometry.hpp"
#include "preset/preset.hpp"
#include "render/answers/doctor_text.hpp"
#include "render/answers/events_text.hpp"
#include "render/answers/presets_text.hpp"
#include "render/answers/topology_text.hpp"
#include "support/fixtures_path.hpp"
#include "support/temporary_directory.hpp"

namespace bytebound::fuzz {
namespace {

namespace fs = std::filesystem;

/// A recorded Xeon with memory controllers.
const SysRoot& xeon() {
    static const SysRoot root(fs::path(test::fixtures_path) / "machines/intel-skx-2s");
    return root;
}

void write_file(const fs::path& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

/// A path below the tree: no component is "..", and none is longer than file systems allow.
bool is_usable(const fs::path& path) {
    if (path.empty() || path.is_absolute() || path.native().size() > 300) return false;
    for (const fs::path& part : path)
        if (part == ".." || part.native().size() > 200) return false;
    return path.native().find('\0') == std::string::npos;
}

/// The input is a list of files, each "PATH\nCONTENT", with a record separator (0x1e) in between.
void write_tree(const fs::path& root, std::string_view input) {
    for (const std::string& file : split(input, '\x1e')) {
        const std::size_t cut = file.find('\n');
        if (cut == std::string::npos || !is_usable(file.substr(0, cut))) continue;
        std::error_code error;
        const fs::path path = root / file.substr(0, cut);
        fs::create_directories(path.parent_path(), error);
        if (!error) write_file(path, std::string_view(file).substr(cut + 1));
    }
}

void show_matches(const SysRoot& root, const PresetChoice& choice) {
    MemoryMatch memory;
    EstimateMatch estimate;
    if (choice.preset) {
        memory = match_memory(root, *choice.preset);
        estimate = match_core_estimate(root, *choice.preset);
    }
    require_shown(presets_match_text(choice, memory, estimate));
    require_json(presets_match_json(choice, memory));
}

void show_name(const std::string& name, const SysRoot& root) {
    ResolvedName entry{name, {}, {}, {}};
    auto resolution = EventResolver(root, 0).resolve(name);
    if (resolution)
        entry.resolution = std::move(*resolution);
    else
        entry.wrong = resolution.error();
    if (entry.wrong) require(visible(to_line(*entry.wrong)) == to_line(*entry.wrong), "one visible line");
    require_shown(events_resolve_text({entry}));
    require_json(events_resolve_json({entry}));
}

} // namespace

bool preset(std::string_view input) {
    if (input.size() > (32u << 10)) return false; // refused before it is parsed
    std::vector<PresetProblem> problems;
    const Preset read = read_preset(input, "p.toml", problems);
    for (const PresetProblem& problem : problems)
        require_refusal(to_error(problem, "p.toml"), ExitCode::bad_data);
    if (!problems.empty()) return false;
    require_shown(preset_text_of(read));
    require_json(preset_json(read));
    require_shown(presets_list_text({read}));
    return true;
}

/// --bw-preset FILE on a recorded machine.
bool bw_preset(std::string_view input) {
    static const test::TemporaryDirectory directory;
    const fs::path file = directory / "p.toml";
    write_file(file, input);
    const auto choice = choose_preset(xeon(), file.string(), {});
    if (!choice) return require_refusal(choice.error(), ExitCode::bad_data);
    show_matches(xeon(), *choice);
    return true;
}

bool event_name(std::string_view input) {
    for (const std::string& name : split_event_names(input))
        show_name(name, xeon());
    return true;
}

/// Everything of --cpus, --mem and --llc, and the kernel's lists.
bool cpu_list(std::string_view input) {
    if (const auto cpus = parse_cpu_list(input))
        require(parse_cpu_list(format_cpu_list(*cpus)) == cpus, "a list reads back");
    static_cast<void>(parse_cpu_mask(input));
    static_cast<void>(parse_size(input));
    if (const auto geometry = parse_geometry(input); !geometry) require_refusal(geometry.error(), ExitCode::usage);
    static const Machine machine = [] {
        std::vector<FileFault> faults;
        return read_machine(xeon(), faults);
    }();
    for (const unsigned threads : {1u, 4u})
        for (const auto& placement : {resolve_placement(machine, std::string(input), "local", threads),
                                      resolve_placement(machine, "auto", std::string(input), threads)})
            if (!placement)
                require_refusal(placement.error(),
                                placement.error().code == ExitCode::usage ? ExitCode::usage : ExitCode::not_possible);
    return true;
}

bool sysroot(std::string_view input) {
    const test::TemporaryDirectory directory;
    write_tree(directory.path(), input);
    const SysRoot root(directory.path());
    const MachineDiagnosis diagnosis = diagnose_machine(nullptr, root);
    require_shown(doctor_text(diagnosis));
    require_json(doctor_json(diagnosis));
    if (const auto machine = discover(root)) {
        require_shown(topology_text(*machine));
        require_json(topology_json(*machine));
    } else {
        require_refusal(machine.error(), ExitCode::bad_data);
    }
    const auto events = list_events(root);
    require_shown(events_list_text(events));
    require_json(events_list_json(events));
    for (std::size_t i = 0; i < events.size() && i < 40; ++i)
        if (events[i].kind == "sysfs") show_name(events[i].name, root);
    if (const auto choice = choose_preset(root, "auto", {})) show_matches(root, *choice);
    return true;
}

} // namespace bytebound::fuzz
