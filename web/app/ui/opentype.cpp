#include "app/ui/opentype.hpp"

#include <string_view>
#include <utility>

namespace downhill::ui {
namespace {

constexpr int kAscent = 180;

class Bytes {
public:
  Bytes& u8(int n) { return bytes_.push_back(static_cast<std::uint8_t>(n)), *this; }
  Bytes& u16(int n) { return u8(n >> 8).u8(n); }
  Bytes& u32(std::size_t n) { return u16(static_cast<int>(n >> 16)).u16(static_cast<int>(n)); }
  Bytes& zeros(std::size_t count) { return bytes_.resize(bytes_.size() + count), *this; }
  Bytes& text(std::string_view text) { return bytes_.insert(bytes_.end(), text.begin(), text.end()), *this; }
  Bytes& add(const Bytes& more) { return bytes_.insert(bytes_.end(), more.bytes_.begin(), more.bytes_.end()), *this; }
  std::size_t size() const { return bytes_.size(); }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
  std::vector<std::uint8_t> bytes_;
};

// A glyph's program: numbers onto the stack, then what to do with them (Adobe, Type 2 charstrings).
void add_glyph(Bytes& out, const std::vector<OutlinePiece>& outline) {
  constexpr int kOperators[] = {14, 21, 5, 8}, kNumber16 = 28; // endchar, rmoveto, rlineto, rrcurveto
  for (const OutlinePiece& piece : outline) {
    for (std::size_t i = 0; i < piece.numbers(); ++i) {
      const int n = piece.by[i];
      if (n >= -107 && n <= 107)
        out.u8(n + 139);
      else
        out.u8(kNumber16).u16(n);
    }
    out.u8(kOperators[static_cast<std::size_t>(piece.kind)]);
  }
  out.u8(kOperators[0]);
}

Bytes outlines(const LetterFace& face) {
  Bytes offsets, glyphs;
  offsets.u32(1);
  add_glyph(glyphs, {}); // number 0 stands for letters that there are not
  offsets.u32(glyphs.size() + 1);
  for (const Letter& letter : face) {
    add_glyph(glyphs, letter.outline);
    offsets.u32(glyphs.size() + 1);
  }
  Bytes cff;
  cff.u8(1).u8(0).u8(4).u8(4).u16(0);                            // header, no names
  cff.u16(1).u8(1).u8(1).u8(7).u8(29).u32(21).u8(17);            // where the glyphs are: behind the next line
  cff.u16(0).u16(0);                                             // no strings, no subroutines
  cff.u16(static_cast<int>(face.size()) + 1).u8(4).add(offsets); // of four bytes each
  return cff.add(glyphs);
}

Bytes code_map(const LetterFace& face) {
  constexpr int kUnicode = 3, kWhole = 10, kGroups = 12; // platform, encoding, format
  Bytes map;
  map.u16(0).u16(1).u16(kUnicode).u16(kWhole).u32(12);
  map.u16(kGroups).u16(0).u32(16 + 12 * face.size()).u32(0).u32(face.size());
  for (std::size_t i = 0; i < face.size(); ++i) map.u32(face[i].code).u32(face[i].code).u32(i + 1);
  return map;
}

} // namespace

std::vector<std::uint8_t> opentype(const LetterFace& face) {
  const int count = static_cast<int>(face.size()) + 1;
  Bytes head, hhea, hmtx, maxp;
  head.zeros(18).u16(kEm).zeros(34);
  hhea.zeros(4).u16(kAscent).u16(kAscent - kEm).zeros(26).u16(count);
  hmtx.u16(0).u16(0);
  for (const Letter& letter : face) hmtx.u16(letter.advance).u16(0);
  maxp.u16(0).u16(0x5000).u16(count);
  const std::pair<std::string_view, Bytes> tables[] = {{"CFF ", outlines(face)}, {"cmap", code_map(face)}, {"head", head},
                                                       {"hhea", hhea},           {"hmtx", hmtx},           {"maxp", maxp}};
  Bytes font, content;
  font.text("OTTO").u16(std::size(tables)).zeros(6);
  for (const auto& [tag, table] : tables) {
    font.text(tag).zeros(4).u32(12 + 16 * std::size(tables) + content.size()).u32(table.size());
    content.add(table).zeros((4 - content.size() % 4) % 4);
  }
  return font.add(content).take();
}

} // namespace downhill::ui
