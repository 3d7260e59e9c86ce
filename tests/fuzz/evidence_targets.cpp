#include <algorithm>

#include "evidence/gates_file.hpp"
#include "evidence/text_differences.hpp"
#include "fuzz/require.hpp"
#include "fuzz/target_functions.hpp"

namespace bytebound::fuzz {

/// --gates FILE, and the places where ratchet would write new limits.
bool gates(std::string_view input) {
    const auto file = parse_gates_file(std::string(input), "gates.toml");
    if (!file)
        return require_refusal(file.error(),
                               file.error().code == ExitCode::usage ? ExitCode::usage : ExitCode::bad_data);
    for (const FileGate& each : file->gates) {
        const GateExpression& gate = each.gate;
        require(parse_gate(gate.text, "gates.toml") == gate, "an expression reads as in its file", gate.text);
        require(gate.number_begin + gate.number_size <= gate.text.size(), "the number is in the expression", gate.text);
        if (each.begin != std::string::npos)
            require(std::string_view(file->text).substr(each.begin, gate.text.size()) == gate.text,
                    "the expression is where its file has it", gate.text);
    }
    return true;
}

/// A published file against what follows from the steps, as `verify` compares them: each form of file in turn.
bool published(std::string_view input) {
    constexpr std::string_view derived[][2] = {
        {"summary.json",
         "{\"rows\": [{\"loop\": \"paired\", \"k\": 16, \"metrics\": {\"time_ns\": 1.5, \"cpi\": null}}]}\n"},
        {"summary.csv", "# bytebound\nloop,k,time_ns\npaired,16,1.5\n\"index\",16,\n"},
        {"report.md", "| loop | k | time |\n|---|---|---|\n| paired | 16 | 1.5 |\n\nText.\n"},
    };
    for (const auto& [file, text] : derived) {
        const auto differences = text_differences(std::string(file), input, text);
        require(differences.empty() == (input == text), "equal bytes have no difference, others have one");
        for (const Difference& each : differences)
            require_shown(to_line(each));
    }
    return true;
}

} // namespace bytebound::fuzz
