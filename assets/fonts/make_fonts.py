#!/usr/bin/python3
"""Subsets the page's fonts to the characters it can show.

usage: make_fonts.py FONTS_DIR OUT_DIR      FONTS_DIR holds inter/ and noto/ as Debian's packages lay them out; OUT_DIR the
                                            words that generate.mjs made

Writes outlines_latin.bin, outlines_chinese.bin, outlines_rare.bin and outlines_code.bin, regular and bold, as web/data/make_letters.cpp reads them.
Latin is Inter with its tabular figures made the standard ones (columns of numbers must not dance, and ImGui applies no OpenType
features); Chinese is Noto Sans CJK SC, and rare are those of it that only labs beside the first show; code is
ASCII of Noto Sans Mono CJK SC, regular alone, for labs that show a script (`code` in assets/labs.json). Outlines are drawn anew on a grid of 200 to the em, which at most moves a point by a twenty-fifth
of a pixel in letters of 16 px and takes a third of their weight. A character of the string tables that neither face has stops
the build: no empty boxes on a student's screen.
"""
import json
import pathlib
import struct
import sys

from fontTools import subset
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.roundingPen import RoundingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

root = pathlib.Path(__file__).resolve().parents[2]
fonts, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)

UNITS_PER_EM = 200  # kEm of web/data/letters.hpp
# What the canvas can show: its strings, the engine's sentences and formulas, labels of lanes, printable ASCII, figures' company.
# Strings and labels by lab, '' for what all share.
words = {path.stem[-2:]: {lab: part["app"] for lab, part in json.loads(path.read_text("utf-8"))["parts"].items()} for path in out.glob("words_*.json")}
labels = {lab: "" for lab in words["zh"]}
for preset in json.loads((root / "assets/presets.json").read_text("utf-8")):
    document = json.loads((root / f"assets/experiments/{preset['id']}.json").read_text("utf-8"))
    lab = preset["lab"] if preset["lab"] in labels else ""
    labels[lab] += "".join(json.dumps(lane.get("label", ""), ensure_ascii=False) for lane in document.get("lanes", []))
always = {chr(c) for c in range(32, 127)} | set("\u202f±₁₂∞−×·…‹›–≤≥≠←→λημβ")

def characters(texts):
    return {c for text in texts for c in text if not c.isspace()} | always


# what the engine itself writes: error sentences, formulas
written = [(root / "engine" / path).read_text("utf-8") for path in (
    "core/user_error.cpp", "core/worked_text.cpp", "surfaces/working.cpp", "surfaces/recipe.cpp", "backprop/quantity.cpp", "backprop/workings.cpp")]
# what it says of a user's own files, and what the lab Cases shows of its script; who has these has the rare letters
written_rare = "".join((root / "engine" / path).read_text("utf-8") for path in ("own/sentences.cpp", "export/cases_script.cpp", "export/script_text.cpp"))
# sentences are never bold; if one were, the regular face would help out
sentences = ("help.", "explain.", "trait.")
longest_bold = 24
symbols = "".join(c for c in written[-2] + "←→" if ord(c) > 126)  # names of numbers, which head their workings


def shown_in(labs):
    regular = characters([*written, *(text for lab in labs for text in (labels[lab], *(text for language in words.values() for text in language[lab].values())))])
    titles = (text for lab in labs for key, text in words["zh"][lab].items() if not key.startswith(sentences) and len(text) <= longest_bold)
    return regular, characters([symbols, *(labels[lab] for lab in labs), *titles]) & regular


shown, bold = shown_in(words["zh"])
shown |= characters([written_rare])
shown_first, bold_first = shown_in([""])


def make(path, number, characters, tabular):
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
    options = subset.Options(layout_features=[], hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(have)))
    subsetter.subset(font)
    scale, glyphs, names = UNITS_PER_EM / font["head"].unitsPerEm, font.getGlyphSet(), font.getBestCmap()
    made = {code: [round(scale * font["hmtx"][name][0]), *pieces(glyphs[name], scale)] for code, name in names.items()}
    if tabular:  # neither face has these
        drawn = {c: half_bracket(c, 24 if "Bold" in path.name else 16) for c in characters & set("⌈⌉⌊⌋")}
        made |= {ord(c): letter for c, letter in drawn.items()}
        have |= set(drawn)
    letters = [len(made)]
    for code, letter in sorted(made.items()):
        letters += [code, *letter]
    return struct.pack(f"<{len(letters)}i", *letters), have


def half_bracket(c, stroke):
    """A bracket of one arm, for rounding up and down: its advance, and its one outline as `pieces` has it."""
    top, bottom, left, right = 154, -34, 18, 62
    corners = [(left, bottom), (left, top), (right, top), (right, top - stroke), (left + stroke, top - stroke), (left + stroke, bottom)]
    if c in "⌊⌋":
        corners = [(x, top + bottom - y) for x, y in reversed(corners)]  # reversed: as an outline goes round
    if c in "⌉⌋":
        corners = [(left + right - x, y) for x, y in reversed(corners)]
    steps = zip([(0, 0), *corners], corners)
    return [left + right - 6, len(corners), *(n for i, ((x, y), (u, v)) in enumerate(steps) for n in (1 if i == 0 else 2, u - x, v - y))]


def pieces(glyph, scale):
    """How many; of each its kind (move 1, line 2, curve 3) and its points, each from the one before. Points are rounded where they
    stand, so errors don't add up."""
    all_of_them, x, y = [], 0, 0
    glyph.draw(TransformPen(RoundingPen(pen := RecordingPen()), (scale, 0, 0, scale, 0, 0)))
    for kind, points in pen.value:
        if kind == "closePath":
            continue
        piece = [{"moveTo": 1, "lineTo": 2, "curveTo": 3}[kind]]
        for next_x, next_y in points:
            piece += [next_x - x, next_y - y]
            x, y = next_x, next_y
        if any(piece[1:]):  # else it was shorter than half a unit
            all_of_them.append(piece)
    return [len(all_of_them), *(number for piece in all_of_them for number in piece)]


latin, chinese, rare = [], [], []
for weight, inter, noto, wanted, first in (("regular", "Inter-Regular.otf", "NotoSansCJK-Regular.ttc", shown, shown_first), ("bold", "Inter-SemiBold.otf", "NotoSansCJK-Bold.ttc", bold, bold_first)):
    face, have = make(fonts / "inter" / inter, -1, wanted, True)
    latin.append(face)
    for letters, those in ((chinese, first), (rare, wanted - first)):
        face, more = make(fonts / "noto" / noto, 2, those - have, False)
        letters.append(face)
        have |= more
    missing = wanted - have
    if missing:
        sys.exit(f"make_fonts: no {weight} glyph for {' '.join(f'U+{ord(c):04X} {c}' for c in sorted(missing))}")
code = [make(fonts / "noto/NotoSansCJK-Regular.ttc", 7, {chr(c) for c in range(32, 127)}, False)[0], struct.pack("<i", 0)]
for script, faces in (("latin", latin), ("chinese", chinese), ("rare", rare), ("code", code)):
    (out / f"outlines_{script}.bin").write_bytes(b"".join(faces))
