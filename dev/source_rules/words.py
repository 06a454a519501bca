"""Names and words that do not belong."""

import pathlib
import re

from .problem import Problem

# Names that say nothing about what a thing is for.
EMPTY_NAME = re.compile(r"(Utils?|Utilities|Helpers?|Managers?|Common|Misc)$")
TYPE = re.compile(r"\b(?:struct|class|enum|actor|protocol|typealias)[ \t]+(\w+)")

# Traps and left-overs in shipped code, each with what to do in place of it.
FORBIDDEN_CODE = [
    (re.compile(r"\bfatalError\s*\("), "fatalError ends the process: throw, or return a value that says so"),
    (re.compile(r"\btry!"), "try! ends the process when the call throws: handle the error"),
    (re.compile(r"\bas!"), "as! ends the process on another type: use as? and handle nil"),
    (re.compile(r"\bassertionFailure\s*\("), "assertionFailure does nothing in the shipped build: throw or return"),
    (re.compile(r"\bThread\.sleep\b|\busleep\s*\("), "sleeping is done through Diagnostics' clock"),
]
LEFT_OVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

# Paths that only exist on the machine of the person who wrote them.
HOME_PATH = re.compile(r"(?<![\w./~-])/(?:home|Users)/[a-z][\w.-]*/|(?<![\w./~-])/root/")
CONFLICT = re.compile(r"^(<{7} |>{7} |={7}$)")


def check_names(path, code):
    """Problems of the name of a file, of its folders and of the types declared in it."""
    for part in pathlib.PurePosixPath(path).parts[1:]:
        if EMPTY_NAME.search(part.split(".")[0].split("+")[0]):
            yield Problem(path, 1, f'"{part}" says nothing: name the file or folder after what it holds')
    for match in TYPE.finditer(code):
        if EMPTY_NAME.search(match.group(1)):
            line = code.count("\n", 0, match.start()) + 1
            yield Problem(path, line, f'"{match.group(1)}" says nothing: name the type after what it does')


def check_forbidden_code(path, code, commented):
    """Problems of traps in code, and of left-over marks in code and comments."""
    for number, line in enumerate(code.split("\n"), 1):
        for pattern, reason in FORBIDDEN_CODE:
            if pattern.search(line):
                yield Problem(path, number, reason)
    for number, line in enumerate(commented.split("\n"), 1):
        match = LEFT_OVERS.search(line)
        if match:
            yield Problem(path, number, f"{match.group(1)}: finish it, or write an issue and remove the mark")


def check_text(path, text, machine_paths):
    """Problems of any text file: paths of the machine it was written on, unresolved merges."""
    for number, line in enumerate(text.split("\n"), 1):
        found = HOME_PATH.search(line)
        for machine_path in machine_paths:
            found = found or machine_path.search(line)
        if found:
            yield Problem(path, number, f'"{found.group(0)}" is a path of one machine')
        if CONFLICT.match(line):
            yield Problem(path, number, "mark of an unresolved merge")


def paths_of_this_machine(root):
    """Patterns for the absolute place of the tree itself and of the folder it is in."""
    root = pathlib.Path(root).resolve()
    places = {place for place in (root, root.parent) if len(place.parts) >= 2}
    return [re.compile(r"(?<![\w./~-])" + re.escape(str(place)) + r"(?=/)") for place in sorted(places)]
