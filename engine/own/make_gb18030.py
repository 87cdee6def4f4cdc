"""Writes the tables of own/gb18030.hpp: make_gb18030.py OUT.cpp

They are those of encoding.spec.whatwg.org, by which browsers read, too: Python's codec, which follows the standard's edition of
2000, and the characters that got places of their own in Unicode since.
"""
import hashlib
import sys

SINCE = {0xA3A0: 0x3000, 0xA6D9: 0xFE10, 0xA6DA: 0xFE12, 0xA6DB: 0xFE11, 0xA6DC: 0xFE13, 0xA6DD: 0xFE14, 0xA6DE: 0xFE15, 0xA6DF: 0xFE16,
         0xA6EC: 0xFE17, 0xA6ED: 0xFE18, 0xA6F3: 0xFE19, 0xA8BC: 0x1E3F, 0xFE59: 0x9FB4, 0xFE61: 0x9FB5, 0xFE66: 0x9FB6, 0xFE67: 0x9FB7,
         0xFE6D: 0x9FB8, 0xFE7E: 0x9FB9, 0xFE90: 0x9FBA, 0xFEA0: 0x9FBB}
SINCE_OF_FOUR = {7457: 0xE7C7}
# of the tables below: whatever a Python knows, all builds read alike
SUM = "5739482a9f9a2f75efa56c7220e29ed184b99751a5e8f93fb2f7ebfc0b597dd2"


def two_bytes():
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            yield SINCE.get(lead << 8 | trail) or ord(bytes([lead, trail]).decode("gb18030"))


def four_bytes():
    """Where runs of ascending characters begin: place among the codes, character."""
    last = -1
    for place in range(39420):
        code = bytes([0x81 + place // 12600, 0x30 + place // 1260 % 10, 0x81 + place // 10 % 126, 0x30 + place % 10])
        point = SINCE_OF_FOUR.get(place) or ord(code.decode("gb18030"))
        if point != last + 1:
            yield place, point
        last = point


def lines(numbers, per_line=24):
    texts = [f"0x{n:x}" for n in numbers]
    return "\n".join("    " + ", ".join(texts[i:i + per_line]) + "," for i in range(0, len(texts), per_line))


two, four = list(two_bytes()), list(four_bytes())
found = hashlib.sha256(repr((two, four)).encode()).hexdigest()
if found != SUM:
    sys.exit(f"make_gb18030.py: this Python has another GB18030 ({found})")
with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write(f"""#include "own/gb18030.hpp"

namespace downhill {{

const std::uint16_t kGbTwoBytes[{len(two)}] = {{
{lines(two)}
}};
const GbRun kGbRuns[{len(four)}] = {{
""" + "\n".join(f"    {{0x{place:x}, 0x{point:x}}}," for place, point in four) + f"""
}};
const std::size_t kGbRunCount = {len(four)};

}} // namespace downhill
""")
