"""Writes the preset files as a C++ table: embed_presets.py OUTPUT FILE..."""
import pathlib
import sys

output, *files = sys.argv[1:]
rows = []
for path in sorted(map(pathlib.Path, files)):
    rows.append(f'    {{"presets/{path.name}", R"toml({path.read_text()})toml"}},\n')
pathlib.Path(output).write_text(
    '#include "preset/embedded.hpp"\n\nnamespace bytebound {\n\n'
    'std::span<const EmbeddedPreset> embedded_presets() {\n'
    '    static constexpr EmbeddedPreset table[] = {\n' + ''.join(rows) + '    };\n'
    '    return table;\n}\n\n} // namespace bytebound\n')
