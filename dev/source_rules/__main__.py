"""Checks a source tree: `python3 -m source_rules [ROOT]` with dev/ on the module path. Exit status 1 for any problem."""

import pathlib
import sys

from . import imports, lengths, words
from .problem import Problem
from .swift_text import blanked, without_strings
from .tree import project_files, read_text

FILE_BYTES_MAX = 1_000_000
REQUIRED_FILES = {
    "LICENSE": "Apache License",
    "README.md": "",
    "CHANGELOG.md": "",
    "CONTRIBUTING.md": "",
    "docs/ARCHITECTURE.md": "",
    "Package.swift": "treatAllWarnings(as: .error)",
}
SOURCE_SUFFIXES = {".swift", ".c", ".cpp", ".h", ".py", ".js", ".css"}
# The checker and its tests name what they look for.
OWN_FOLDERS = ("dev/source_rules/", "dev/tests/")


def check_swift(path, text):
    """All rules for one Swift file below Sources."""
    code = blanked(text)
    yield from imports.check_imports(path, code)
    yield from lengths.check_function_lengths(path, code)
    yield from words.check_names(path, code)
    yield from words.check_forbidden_code(path, code, without_strings(text, code))


def check_file(root, path, machine_paths):
    """All rules for one file."""
    size = (root / path).stat().st_size
    if size > FILE_BYTES_MAX:
        yield Problem(path, 1, f"{size} bytes, at most {FILE_BYTES_MAX}: fetched and generated files stay out of git")
        return
    text = read_text(root / path)
    if text is None:
        return
    if pathlib.PurePosixPath(path).suffix in SOURCE_SUFFIXES:
        yield from lengths.check_file_length(path, text)
    if path.startswith("Sources/") and path.endswith(".swift"):
        yield from check_swift(path, text)
    if path.startswith("Sources/") and path.endswith((".c", ".cpp", ".h")):
        yield from lengths.check_c_function_lengths(path, text)
    if not path.startswith(OWN_FOLDERS):
        yield from words.check_text(path, text, machine_paths)


def check_required(root):
    """Problems of files that every checkout must have."""
    for path, content in REQUIRED_FILES.items():
        file = root / path
        if not file.is_file():
            yield Problem(path, 1, "this file must exist")
        elif content not in file.read_text(encoding="utf-8", errors="replace"):
            yield Problem(path, 1, f'must contain "{content}"')


def check_tree(root):
    """Every problem of the tree at `root`, sorted by place."""
    root = pathlib.Path(root)
    machine_paths = words.paths_of_this_machine(root)
    problems = list(check_required(root))
    for path in project_files(root):
        problems += check_file(root, path, machine_paths)
    return sorted(set(problems))


def main(arguments):
    problems = check_tree(arguments[0] if arguments else ".")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
