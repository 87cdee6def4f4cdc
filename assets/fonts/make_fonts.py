#!/usr/bin/python3
"""Subsets the page's fonts to the characters it can show.

usage: make_fonts.py FONTS_DIR OUT_DIR      FONTS_DIR holds inter/ and noto/ as Debian's packages lay them out; OUT_DIR the
                                            words that generate.mjs made

Writes letters_latin.bin and letters_chinese.bin: size of the regular face (32 bits, little-endian), that face, the bold one,
both as OpenType. Latin is Inter with its tabular figures made
the standard ones (columns of numbers must not dance, and ImGui applies no OpenType features); Chinese is Noto Sans
CJK SC. Outlines are drawn anew on a grid of 200 to the em, which at most moves a point by a twenty-fifth of a pixel in
letters of 16 px and takes a third of their weight; tables that the canvas does not read are left out. A character of the string tables that neither face has stops the build: no empty boxes on a student's screen.
"""
import io
import json
import pathlib
import struct
import sys

from fontTools import subset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

root = pathlib.Path(__file__).resolve().parents[2]
fonts, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)

# What the canvas can show: its strings, the engine's error sentences, labels of lanes, printable ASCII, figures' company.
words = {path.stem[-2:]: json.loads(path.read_text("utf-8"))["app"] for path in out.glob("words_*.json")}
labels = ""
for path in sorted((root / "assets/experiments").glob("*.json")):
    labels += "".join(json.dumps(lane.get("label", ""), ensure_ascii=False) for lane in json.loads(path.read_text("utf-8"))["lanes"])
always = {chr(c) for c in range(32, 127)} | set("\u202f±₁₂∞−×·…‹›–≤≥≠λημβ")

def characters(texts):
    return {c for text in texts for c in text if not c.isspace()} | always


shown = characters([labels, (root / "engine/core/user_error.cpp").read_text("utf-8"), *(text for texts in words.values() for text in texts.values())])
# sentences are never bold; if one were, the regular face would help out
sentences = ("help.", "explain.", "trait.")
longest_bold = 24
bold = characters([labels, *(text for key, text in words["zh"].items() if not key.startswith(sentences) and len(text) <= longest_bold)]) & shown


def coarsen(font, units_per_em):
    """Draws every glyph anew on a grid of so many units to the em; each point is rounded where it stands, so errors don't add up."""
    scale = units_per_em / font["head"].unitsPerEm
    glyphs, charstrings = font.getGlyphSet(), font["CFF "].cff.topDictIndex[0].CharStrings
    drawn = {}
    for name in font.getGlyphOrder():
        width, left = (round(scale * value) for value in font["hmtx"][name])
        pen = T2CharStringPen(None, glyphs)  # who draws here takes widths from hmtx
        glyphs[name].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
        drawn[name] = (width, left), pen.getCharString(private=charstrings[name].private, globalSubrs=charstrings[name].globalSubrs)
    for name, (metrics, charstring) in drawn.items():
        font["hmtx"][name] = metrics
        charstrings[name].setProgram(charstring.program)
    font["head"].unitsPerEm = units_per_em


def make(path, number, characters, tabular):
    font = TTFont(path, fontNumber=number, recalcTimestamp=False)  # the same file at every build
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
    coarsen(font, 200)
    # stb_truetype scales by ascent − descent: made one em, a size in px means the same in every face
    font["hhea"].ascent, font["hhea"].descent = 180, 180 - 200
    for table in set(font.keys()) - {"GlyphOrder", "CFF ", "cmap", "head", "hhea", "hmtx", "maxp"}:
        del font[table]
    font.save(made := io.BytesIO())
    return made.getvalue(), have


latin, chinese = [], []
for weight, inter, noto, wanted in (("regular", "Inter-Regular.otf", "NotoSansCJK-Regular.ttc", shown), ("bold", "Inter-SemiBold.otf", "NotoSansCJK-Bold.ttc", bold)):
    face, have = make(fonts / "inter" / inter, -1, wanted, True)
    latin.append(face)
    face, more = make(fonts / "noto" / noto, 2, wanted - have, False)
    chinese.append(face)
    missing = wanted - have - more
    if missing:
        sys.exit(f"make_fonts: no {weight} glyph for {' '.join(f'U+{ord(c):04X} {c}' for c in sorted(missing))}")
for script, (regular, bold_face) in (("latin", latin), ("chinese", chinese)):
    (out / f"letters_{script}.bin").write_bytes(struct.pack("<I", len(regular)) + regular + bold_face)
