#!/usr/bin/env python3
"""Lists everything that is embedded in the binary: the pages of web/ and the fetched files of assets/.

    index.py [ROOT]

Writes assets/embed/index.inc, which Sources/CWebAssets includes, and a gzip form of each file beside it. The index holds
a hash of each file, so a changed page changes the index and the C target is compiled again. Writes only what changed.
"""

import gzip
import hashlib
import sys
from pathlib import Path

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}
FETCHED = ("echarts.min.js", "maps", "fonts", "licences")
MAXIMUM_BYTES = 8 << 20


def listed(root):
    """Yields (path on the server, file) for everything that is embedded, sorted by path."""
    found = {}
    web = root / "web"
    for file in web.rglob("*"):
        if file.is_file() and file.suffix in CONTENT_TYPES:
            found["/app/" + file.relative_to(web).as_posix()] = file
    assets = root / "assets"
    for name in FETCHED:
        top = assets / name
        files = [top] if top.is_file() else sorted(top.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in CONTENT_TYPES:
                path = "/app/" + file.relative_to(assets).as_posix()
                if path in found:
                    raise SystemExit(f"index: {path} is in web/ and in assets/")
                found[path] = file
    return sorted(found.items())


def quoted(text):
    """Writes a C string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_if_changed(path, content):
    """Writes the file unless it has this content already."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_index(root):
    """Writes the index and the compressed forms; returns how many files it lists."""
    root = Path(root).resolve()
    embed = root / "assets" / "embed"
    entries, compressed_names = [], set()
    for number, (path, file) in enumerate(listed(root)):
        content = file.read_bytes()
        if len(content) > MAXIMUM_BYTES:
            raise SystemExit(f"index: {file} has {len(content)} bytes, more than {MAXIMUM_BYTES}")
        digest = hashlib.sha256(content).hexdigest()[:20]
        packed = embed / f"{digest}.gz"
        if not packed.exists():
            small = gzip.compress(content, compresslevel=9, mtime=0)
            # An empty file says that compression did not pay.
            write_if_changed(packed, small if len(small) < len(content) * 95 // 100 else b"")
        compressed_names.add(packed.name)
        entries.append("MILLRACE_ASSET({}, {}, {}, {}, {}, {})".format(
            number, quoted(path), quoted(CONTENT_TYPES[file.suffix]), quoted(str(file)), quoted(str(packed)),
            quoted(f'"{digest}"')))
    index = "// Made by dev/assets/index.py. Do not edit.\n" + "\n".join(entries) + "\n"
    write_if_changed(embed / "index.inc", index.encode())
    for stale in embed.glob("*.gz"):
        if stale.name not in compressed_names:
            stale.unlink()
    return len(entries)


if __name__ == "__main__":
    write_index(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
