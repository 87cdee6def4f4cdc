#!/usr/bin/python3
"""Subsets the page's fonts to the characters it can show.

usage: make_fonts.py FONTS_DIR OUT_DIR      FONTS_DIR holds inter/ and noto/ as Debian's packages lay them out

Writes regular_latin, regular_cjk, bold_latin and bold_cjk as .otf. Latin is Inter with its tabular figures made
the standard ones (columns of numbers must not dance, and ImGui applies no OpenType features); Chinese is Noto Sans
CJK SC. A character of the string tables that neither face has stops the build: no empty boxes on a student's screen.
"""
import json
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

root = pathlib.Path(__file__).resolve().parents[2]
fonts, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)

# What the canvas can show: its strings, the engine's error sentences, labels of lanes, printable ASCII, figures' company.
# Words that only the page around it shows have the browser's fonts.
page_only = ("nav.", "preset.", "share.", "link.", "notice.", "bench.", "dialog.", "embed.", "export.", "form.", "status.", "live.")
strings = json.loads((root / "assets/strings.json").read_text("utf-8"))
labels = ""
for path in sorted((root / "assets/experiments").glob("*.json")):
    labels += "".join(json.dumps(lane.get("label", ""), ensure_ascii=False) for lane in json.loads(path.read_text("utf-8"))["lanes"])
always = {chr(c) for c in range(32, 127)} | set("\u202f±₁₂∞−×·…‹›–≤≥≠λημβ")
drawn = {key: words for key, words in strings.items() if not key.startswith(page_only)}


def characters(texts):
    return {c for text in texts for c in text if not c.isspace()} | always


shown = characters([labels, (root / "engine/core/user_error.cpp").read_text("utf-8"), *(w for words in drawn.values() for w in words.values())])
# sentences are never bold; if one were, the regular face would help out
sentences = ("help.", "explain.", "trait.")
longest_bold = 24
bold = characters([labels, *(words["zh"] for key, words in drawn.items() if not key.startswith(sentences) and len(words["zh"]) <= longest_bold)]) & shown


def make(name, path, number, characters, tabular):
    font = TTFont(path, fontNumber=number)
    if tabular:
        single = {}
        for record in font["GSUB"].table.FeatureList.FeatureRecord:
            if record.FeatureTag == "tnum":
                for index in record.Feature.LookupListIndex:
                    for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                        single.update(getattr(table, "ExtSubTable", table).mapping)
        for table in font["cmap"].tables:
            for code, glyph in list(table.cmap.items()):
                if chr(code) in "0123456789" and glyph in single:
                    table.cmap[code] = single[glyph]
    have = {chr(c) for c in font.getBestCmap()} & characters
    options = subset.Options(layout_features=[], hinting=False, desubroutinize=True, notdef_outline=True, name_IDs=[1, 2])
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(have)))
    subsetter.subset(font)
    # stb_truetype scales by ascent − descent: made one em, a size in px means the same in every face
    font["hhea"].ascent, font["hhea"].descent = round(0.9 * font["head"].unitsPerEm), -round(0.1 * font["head"].unitsPerEm)
    font.save(out / f"{name}.otf")
    return have


for weight, latin, wanted in (("regular", "Inter-Regular.otf", shown), ("bold", "Inter-SemiBold.otf", bold)):
    have = make(f"{weight}_latin", fonts / "inter" / latin, -1, wanted, True)
    noto = "NotoSansCJK-Regular.ttc" if weight == "regular" else "NotoSansCJK-Bold.ttc"
    have |= make(f"{weight}_cjk", fonts / "noto" / noto, 2, wanted - have, False)
    missing = wanted - have
    if missing:
        sys.exit(f"make_fonts: no {weight} glyph for {' '.join(f'U+{ord(c):04X} {c}' for c in sorted(missing))}")
