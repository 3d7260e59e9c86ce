"""Prints the preset files, sorted, relative to this folder: list_presets.py FOLDER."""
import pathlib
import sys

folder = sys.argv[1]
for path in sorted((pathlib.Path(__file__).parent / folder).glob('*.toml')):
    print(f'{folder}/{path.name}')
