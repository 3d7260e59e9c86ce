#!/usr/bin/env python3
"""embed.py OUT.cpp FILE...: writes the files as string_views in bytebound::templates, named after the files (report.css -> report_css)."""
import pathlib
import sys

DELIMITER = "bytebound"
PIECE = 8000  # characters per literal: every compiler takes that

out, *files = sys.argv[1:]
text = '#include "render/templates.hpp"\n\nnamespace bytebound::templates {\n\n'
for file in map(pathlib.Path, files):
    content = file.read_text(encoding="utf-8")
    pieces = [content[i:i + PIECE] for i in range(0, len(content), PIECE)] or [""]
    literals = "\n    ".join(f'R"{DELIMITER}({piece}){DELIMITER}"' for piece in pieces)
    text += f"const std::string_view {file.name.replace('.', '_').replace('-', '_')} =\n    {literals};\n\n"
pathlib.Path(out).write_text(text + "} // namespace bytebound::templates\n", encoding="utf-8")
