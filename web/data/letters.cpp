#include "data/letters.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace downhill {
namespace {

using Kind = OutlinePiece::Kind;

// Bits to bytes, or back: each cuts the interval from low to high where its chance of being 1 says, and leading bytes that both
// ends have in common are written (range coding; Martin, 1979).
class Bits {
public:
  Bits() = default; // writes
  explicit Bits(std::span<const std::uint8_t> from) : reads_(true), from_(from) {
    for (int i = 0; i < 4; ++i) here_ = here_ << 8 | next();
  }
  bool reads() const { return reads_; }
  bool beyond_end() const { return missing_ > 3; } // of the four that are here, the last three may be left out

  // The bit, or, when reading, the one that is found; `chance` of 2^16.
  bool pass(bool bit, std::uint32_t chance) {
    const auto cut = static_cast<std::uint32_t>(low_ + ((std::uint64_t{high_ - low_} * chance) >> 16));
    if (reads_) bit = here_ <= cut;
    (bit ? high_ : low_) = bit ? cut : cut + 1;
    for (; (low_ ^ high_) >> 24 == 0; low_ <<= 8, high_ = high_ << 8 | 0xff) {
      if (reads_)
        here_ = here_ << 8 | next();
      else
        written_.push_back(static_cast<std::uint8_t>(high_ >> 24));
    }
    return bit;
  }
  std::vector<std::uint8_t> written() {
    written_.push_back(static_cast<std::uint8_t>(high_ >> 24)); // with zeros behind it, which the reader adds, it is within
    return std::move(written_);
  }

private:
  std::uint32_t next() {
    if (at_ < from_.size()) return from_[at_++];
    ++missing_;
    return 0;
  }

  std::uint32_t low_ = 0, high_ = 0xffffffff, here_ = 0; // here_: what is read, within them
  bool reads_ = false;
  std::span<const std::uint8_t> from_;
  std::size_t at_ = 0;
  int missing_ = 0;
  std::vector<std::uint8_t> written_;
};

// Sorts of numbers that are alike; each has as many chances as its numbers have values: one for every bit by those before it.
constexpr std::size_t kPlaces = 2 + 2 + 6, kSizes = 2 * 8 + 2, kSurroundings = kSizes * 27;
constexpr std::size_t kHighs = 0, kLows = kHighs + 512, kAdvances = kLows + 512, kKinds = kAdvances + 512, kSteps = kKinds + std::size_t{256} * 4,
                      kLowerBits = kSteps + kPlaces * kSurroundings * 32, kChances = kLowerBits + kPlaces * kSizes * 256;

unsigned sign(int n) { return n < 0 ? 2U : n > 0 ? 1U : 0U; }
// How many bits, and whether negative.
unsigned size_of(int n) { return 2U * static_cast<unsigned>(std::bit_width(static_cast<unsigned>(n < 0 ? -n : n))) + (n < 0 ? 1 : 0); }

// Two faces, one after the other, to bytes or from them: what is learned in the first helps in the second.
class Passage {
public:
  // Whether it went well.
  bool pass(LetterFace& face, Bits& bits) {
    bits_ = &bits;
    const unsigned count = plain(static_cast<unsigned>(face.size()));
    if (count > kLettersMost) return false;
    face.resize(count);
    unsigned last = 0;
    for (Letter& letter : face) {
      letter.code = last = (last + plain(letter.code - last)) % kCodes;
      letter.advance = static_cast<int>(number(static_cast<unsigned>(letter.advance), 9, kAdvances));
      if (!outline(letter.outline)) return false;
    }
    return true;
  }

private:
  struct Chance {
    std::uint16_t of_one = 1 << 15, times = 0; // of 2^16; how often it was met
  };

  // A number of so many bits, or, when reading, the one that is found.
  unsigned number(unsigned n, int count, std::size_t sort) {
    constexpr std::uint16_t kTimesMost = 40;
    unsigned known = 1; // its bits so far, behind a 1
    for (int i = count - 1; i >= 0; --i) {
      Chance& chance = chances_[sort + known];
      const bool bit = bits_->pass(n >> i & 1, chance.of_one);
      chance.of_one = static_cast<std::uint16_t>(chance.of_one + ((bit ? 0xffff : 1) - chance.of_one) * 2 / (2 * chance.times + 3));
      if (chance.times < kTimesMost) ++chance.times;
      known = known << 1 | (bit ? 1 : 0);
    }
    return known - (1U << count);
  }

  // codes and how many letters: little is known of them
  unsigned plain(unsigned n) {
    const unsigned high = number(n >> 9, 9, kHighs);
    return high << 9 | number(n & 0x1ff, 9, kLows);
  }

  bool outline(std::vector<OutlinePiece>& pieces) {
    former_ = 0;
    at_ = start_ = {};
    for (std::size_t i = 0; i <= kPiecesMost && !bits_->beyond_end(); ++i) {
      OutlinePiece piece = i < pieces.size() ? pieces[i] : OutlinePiece{};
      const std::size_t closed = (at_[0] == start_[0] ? 1U : 0U) + (at_[1] == start_[1] ? 2U : 0U);
      piece.kind = static_cast<Kind>(number(static_cast<unsigned>(piece.kind), 2, kKinds + (former_ * 4 + closed) * 4));
      former_ = (former_ * 4 + static_cast<unsigned>(piece.kind)) % 64;
      if (piece.kind == Kind::end) return true;
      points(piece);
      if (bits_->reads()) pieces.push_back(piece);
    }
    return false;
  }

  void points(OutlinePiece& piece) {
    for (std::size_t i = 0; i < piece.numbers(); ++i) {
      const std::size_t place = 2 * (static_cast<std::size_t>(piece.kind) - 1) + i;
      auto &here = last_[i % 2], &there = last_[1 - i % 2];
      const unsigned surroundings = ((size_of(here[0]) * 3 + sign(here[1])) * 3 + sign(there[0])) * 3 + sign(there[1]);
      const int n = step(piece.by[i], place, surroundings);
      piece.by[i] = static_cast<std::int16_t>(n);
      here = {n, here[0]};
      at_[i % 2] += n;
    }
    if (piece.kind == Kind::move) start_ = at_;
  }

  // first how large it is, which what stands around it tells; then the bits below its highest
  int step(int n, std::size_t place, unsigned surroundings) {
    const unsigned size = std::min(number(size_of(n), 5, kSteps + (place * kSurroundings + surroundings) * 32), static_cast<unsigned>(kSizes) - 1);
    if (size < 2) return 0;
    const int below = static_cast<int>(size / 2) - 1;
    const unsigned highest = 1U << below, most = static_cast<unsigned>(n < 0 ? -n : n);
    const auto found = static_cast<int>(highest | number(most & (highest - 1), below, kLowerBits + (place * kSizes + size) * 256));
    return size % 2 ? -found : found;
  }

  std::vector<Chance> chances_ = std::vector<Chance>(kChances);
  Bits* bits_ = nullptr;
  std::size_t former_ = 0;                   // the last three kinds
  std::array<std::array<int, 2>, 2> last_{}; // the last two steps along each axis, the later first
  std::array<int, 2> at_{}, start_{};
};

} // namespace

std::vector<std::uint8_t> write_letters(const std::array<LetterFace, 2>& faces) {
  Passage passage;
  std::array<std::vector<std::uint8_t>, 2> parts;
  for (std::size_t i = 0; i < 2; ++i) {
    Bits bits;
    LetterFace face = faces[i];
    [[maybe_unused]] const bool passed = passage.pass(face, bits);
    assert(passed && face == faces[i]); // else they are beyond the bounds
    parts[i] = bits.written();
  }
  std::vector<std::uint8_t> all;
  for (int shift = 0; shift < 32; shift += 8) all.push_back(static_cast<std::uint8_t>(parts[0].size() >> shift));
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::optional<std::array<LetterFace, 2>> read_letters(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 4) return {};
  std::uint32_t regular = 0;
  for (std::size_t i = 0; i < 4; ++i) regular |= std::uint32_t{bytes[i]} << 8 * i;
  if (regular > bytes.size() - 4) return {};
  const std::array parts = {bytes.subspan(4, regular), bytes.subspan(4 + regular)};
  Passage passage;
  std::array<LetterFace, 2> faces;
  for (std::size_t i = 0; i < 2; ++i) {
    Bits bits(parts[i]);
    if (!passage.pass(faces[i], bits) || bits.beyond_end()) return {};
  }
  return faces;
}

} // namespace downhill
