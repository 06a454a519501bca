"""The files the rules look at."""

import os
import pathlib
import subprocess

SKIPPED_FOLDERS = {".build", ".git", ".swiftpm", ".venv", "__pycache__", "node_modules"}


def project_files(root):
    """Paths below `root`, sorted and relative: those git knows or would take, or all where git is not in charge."""
    root = pathlib.Path(root)
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8").split("\0")
        return sorted(name for name in set(listed) if name and (root / name).is_file())
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [str((pathlib.Path(folder) / name).relative_to(root)) for name in names]
    return sorted(found)


def read_text(path):
    """The text of a file, or None for a binary one."""
    data = pathlib.Path(path).read_bytes()
    if b"\0" in data[:8192]:
        return None
    return data.decode("utf-8", "replace")
