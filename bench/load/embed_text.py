#!/usr/bin/python3
"""Writes text files into a C++ source as functions of namespace baton::bench.

usage: embed_text.py OUTPUT HEADER FUNCTION=FILE...

HEADER declares the functions: std::string_view FUNCTION();
"""

import pathlib
import sys


def literal(text):
    """The text as C++ string literals, one for each of its lines."""
    lines = text.splitlines(keepends=True)
    return "\n".join(f"      {quoted(line)}" for line in lines) or '      ""'


def quoted(line):
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "?": "\\?"}
    out = []
    for byte in line.encode():
        character = chr(byte)
        if character in escapes:
            out.append(escapes[character])
        elif 0x20 <= byte < 0x7F:
            out.append(character)
        else:
            # Octal escapes end after three digits, hexadecimal ones do not.
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def main():
    output, header, *parts = sys.argv[1:]
    source = [f'#include "{header}"\n\nnamespace baton::bench {{\n']
    for part in parts:
        function, path = part.split("=", 1)
        text = pathlib.Path(path).read_text(encoding="utf-8")
        source.append(f"\nstd::string_view {function}() {{\n  return\n{literal(text)};\n}}\n")
    source.append("\n}  // namespace baton::bench\n")
    pathlib.Path(output).write_text("".join(source))


if __name__ == "__main__":
    main()
