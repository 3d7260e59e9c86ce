#include "experiment/schedule/plug_ins.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "archive/sha256.hpp"
#include "experiment/plug_in/plug_in_library.hpp"
#include "experiment/plug_in/plug_in_process.hpp"

namespace bytebound {
namespace {

/// A loop that does not say its name has that of its file: "mine" of "libmine.so".
std::string name_of_file(const std::string& library) {
    std::string name = std::filesystem::path(library).stem().string();
    if (name.starts_with("lib")) name.erase(0, 3);
    return is_loop_name(name) && find_loop(name) == nullptr ? name : "plug-in";
}

bool is_taken(const RunOptions& options, const PlugInOption& by, const std::string& name) {
    return std::any_of(options.plug_ins.begin(), options.plug_ins.end(), [&](const PlugInOption& each) {
        const bool same = each.library == by.library && each.arguments == by.arguments;
        return each.name == name && !same; // the same one twice is a loop that is listed twice
    });
}

/// Unlike loops of one name: "mine", "mine-2", ...
std::string unique_name(const RunOptions& options, const PlugInOption& plug_in, const std::string& name) {
    std::string unique = name;
    for (int number = 2; is_taken(options, plug_in, unique); ++number)
        unique = name + "-" + std::to_string(number);
    return unique;
}

Result<void> describe(PlugInOption& plug_in, std::chrono::milliseconds limit, const StopFlag& stop) {
    const auto refuse = [&](ExitCode code, std::string cause, std::string remedy, int error = 0) {
        plug_in.refused = Error{code, "load plug-in", plug_in.library, std::move(cause), std::move(remedy), error};
    };
    if (const auto readable = check_library(plug_in.library); !readable) {
        plug_in.refused = readable.error();
        return {};
    }
    PlugInTask task;
    task.spec.library = std::filesystem::absolute(plug_in.library).lexically_normal().string();
    task.spec.describe = true;
    task.limit = limit;
    const auto answer = TRY(run_plug_in(task, stop));
    plug_in.name = answer.name;
    plug_in.about = answer.about;
    if (answer.fault) {
        refuse(answer.fault->code, answer.fault->cause, answer.fault->remedy);
    } else if (find_loop(plug_in.name) != nullptr) {
        refuse(ExitCode::bad_data, "its name is that of the built-in loop " + plug_in.name, "give it another name");
        plug_in.name.clear();
    }
    return {};
}

} // namespace

Result<void> describe_plug_ins(RunOptions& options, const StopFlag& stop) {
    const std::chrono::milliseconds limit(static_cast<std::int64_t>(options.loop_timeout_s * 1000));
    for (PlugInOption& plug_in : options.plug_ins) {
        TRY(describe(plug_in, limit, stop));
        std::string name = plug_in.name.empty() ? name_of_file(plug_in.library) : plug_in.name;
        plug_in.name.clear();
        plug_in.name = unique_name(options, plug_in, name);
    }
    return {};
}

Result<std::vector<PlugInRecord>> plug_in_records(const RunOptions& options) {
    std::vector<PlugInRecord> records;
    for (std::size_t loop = 0; loop < options.loops.size(); ++loop) {
        const PlugInOption* plug_in = plug_in_at(options, loop);
        if (plug_in == nullptr) continue;
        PlugInRecord& record = records.emplace_back();
        record.loop = loop_name(options, loop);
        record.library = std::filesystem::absolute(plug_in->library).lexically_normal().string();
        record.arguments = plug_in->arguments;
        record.about = plug_in->about;
        std::ifstream file(plug_in->library, std::ios::binary);
        if (std::filesystem::is_regular_file(plug_in->library) && file) {
            const std::string content{std::istreambuf_iterator<char>(file), {}};
            record.sha256 = TRY(hash_text(content)).sha256;
        }
        if (!plug_in->refused) continue;
        PlugInFailure& failure = record.failure.emplace();
        failure.cause = plug_in->refused->cause;
        if (const int error = plug_in->refused->sys_errno; error != 0) failure.cause += " (" + errno_name(error) + ")";
        failure.remedy = plug_in->refused->remedy;
        failure.exit_code = static_cast<int>(plug_in->refused->code);
    }
    return records;
}

} // namespace bytebound
