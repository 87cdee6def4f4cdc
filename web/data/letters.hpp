// Letters on their way to the page: the outlines of two faces, in two thirds of what gzip makes of the same as fonts. Every
// number is written bit by bit, each bit in as little room as its chance takes; chances are learned on the way, by writer and
// reader alike. assets/fonts/make_fonts.py cuts the letters out of fonts, app/ui/opentype.hpp makes a font of them again.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace downhill {

inline constexpr int kEm = 200; ///< units of the grid that letters are drawn on

/// A piece of an outline: where it leads, by x and y in turn, each point from the one before (at first from 0, 0).
struct OutlinePiece {
  enum class Kind : std::uint8_t { end, move, line, curve }; ///< of 0, 1, 1, 3 points; `end` stands in no outline
  Kind kind = Kind::end;
  std::array<std::int16_t, 6> by{}; ///< each at most ±kStepMost

  std::size_t numbers() const { return kind == Kind::end ? 0 : kind == Kind::curve ? 6 : 2; }
  bool operator==(const OutlinePiece&) const = default;
};
inline constexpr int kStepMost = 255;

struct Letter {
  std::uint32_t code = 0; ///< Unicode's, below kCodes
  int advance = 0;        ///< 0 to 511
  std::vector<OutlinePiece> outline;
  bool operator==(const Letter&) const = default;
};
using LetterFace = std::vector<Letter>; ///< by rising code
inline constexpr std::uint32_t kCodes = 1U << 18, kLettersMost = 4096, kPiecesMost = 1024;

/// Regular and bold. The bytes begin with the size of the regular face's part (32 bits, little-endian).
std::vector<std::uint8_t> write_letters(const std::array<LetterFace, 2>& faces);
/// Nothing where the bytes end too soon or go beyond the bounds above; others that are not write_letters()'s give letters of no sense.
std::optional<std::array<LetterFace, 2>> read_letters(std::span<const std::uint8_t> bytes);

} // namespace downhill
