"""Cuts a font down to the characters of a file and writes it as woff2.

    fonts.py FONT FACE CHARACTERS.txt OUT.woff2
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont


def main(font_path, face, characters_path, out_path):
    with open(characters_path, encoding="utf-8") as file:
        characters = file.read()
    collection = {"fontNumber": int(face)} if font_path.endswith(".ttc") else {}
    font = TTFont(font_path, lazy=True, **collection)
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern"]
    options.name_IDs = [0, 13, 14]  # copyright and licence stay inside the file
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    options.notdef_outline = True
    options.hinting = False
    cut = subset.Subsetter(options)
    cut.populate(text=characters)
    cut.subset(font)
    font.flavor = "woff2"
    font.save(out_path)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
