"""Lengths of files and functions."""

import re

from .problem import Problem
from .swift_text import blanked

FILE_LINES_MAX = 600
TEST_FILE_LINES_MAX = 1000
FUNCTION_LINES_MAX = 70

DECLARATION = re.compile(r"\b(func|init|deinit|subscript|var|macro)\b")
NAME = re.compile(r"\b(?:func|var)\s+(`?\w+`?|[^\s\w(]+)")

CHARACTER = re.compile(r"'(?:[^'\\\n]|\\.)'")
C_FUNCTION = re.compile(r"\b(\w+)\s*\((?:[^(){};]|\([^(){};]*\))*\)\s*(?:const\s*)?(?:noexcept\s*)?\{")
C_CONTROL = {"if", "for", "while", "switch", "catch"}


def check_file_length(path, text):
    """A problem where the file is longer than its kind may be."""
    limit = FILE_LINES_MAX if path.startswith(("Sources/", "Fuzz/", "Benchmarks/")) else TEST_FILE_LINES_MAX
    lines = text.count("\n") + (0 if text.endswith("\n") or not text else 1)
    if lines > limit:
        yield Problem(path, limit + 1, f"file has {lines} lines, at most {limit}: split it by aspect (Type+Aspect)")


def check_function_lengths(path, code):
    """Problems of functions, initialisers, subscripts and computed properties; `code` is blanked Swift."""
    for start, end, name in bodies(code):
        lines = code.count("\n", start, end) + 1
        if lines > FUNCTION_LINES_MAX:
            line = code.count("\n", 0, start) + 1
            yield Problem(path, line, f"{name} has {lines} lines, at most {FUNCTION_LINES_MAX}")


def check_c_function_lengths(path, text):
    """Problems of functions in C and C++ files."""
    code = blanked(CHARACTER.sub("' '", text))
    for match in C_FUNCTION.finditer(code):
        closing = matching_brace(code, match.end() - 1)
        if match.group(1) in C_CONTROL or closing is None:
            continue
        lines = code.count("\n", match.start(), closing) + 1
        if lines > FUNCTION_LINES_MAX:
            line = code.count("\n", 0, match.start()) + 1
            yield Problem(path, line, f"{match.group(1)} has {lines} lines, at most {FUNCTION_LINES_MAX}")


def bodies(code):
    """(start of declaration, closing brace, name) of everything with a body of statements."""
    for match in DECLARATION.finditer(code):
        start, word = match.start(), match.group(1)
        before = code[start - 1] if start else "\n"
        if before in ".`":  # a call like .init(...), or an escaped name
            continue
        opening = opening_brace(code, match.end(), computed=(word == "var"))
        if opening is None:
            continue
        closing = matching_brace(code, opening)
        if closing is None:
            continue
        named = NAME.match(code, start)
        yield start, closing, named.group(1) if named else word


def opening_brace(code, at, computed):
    """Where the body of a declaration opens, None where it has none (a protocol's requirement, a stored property)."""
    depth = 0
    seen_parameters = computed
    while at < len(code):
        character = code[at]
        if character in "([":
            depth += 1
            seen_parameters = True
        elif character in ")]":
            depth -= 1
            if depth < 0:
                return None
        elif depth == 0:
            if character == "{":
                return at
            if character in "};":
                return None
            if character == "=" and computed and code[at - 1] not in "=!<>" and code[at + 1 : at + 2] != "=":
                return None
            if character == "\n" and not continues(code, at, seen_parameters):
                return None
        at += 1
    return None


def continues(code, newline, seen_parameters):
    """Whether the signature goes on after this line break."""
    before = code[:newline].rstrip()
    rest = code[newline:].lstrip()
    if before.endswith((",", "->", ":", "where", "throws", "async", "&")) or not seen_parameters:
        return True
    return rest.startswith(("{", "->", "where", "throws", "async", "&", ":", "<"))


def matching_brace(code, opening):
    """The place of the brace that closes the one at `opening`."""
    depth = 0
    for at in range(opening, len(code)):
        if code[at] == "{":
            depth += 1
        elif code[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return None
