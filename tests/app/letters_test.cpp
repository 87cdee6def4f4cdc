#include "data/letters.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace downhill;

namespace {

using Faces = std::array<LetterFace, 2>;
using Kind = OutlinePiece::Kind;

Faces random_faces(unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Faces faces;
  for (LetterFace& face : faces) {
    face.resize(below(40));
    std::uint32_t code = 0;
    for (Letter& letter : face) {
      letter = {code += 1 + below(5000), static_cast<int>(below(512)), {}};
      letter.outline.resize(below(30));
      for (OutlinePiece& piece : letter.outline) {
        piece.kind = static_cast<Kind>(1 + below(3));
        const int most = below(4) == 0 ? kStepMost : 9;
        for (std::size_t i = 0; i < piece.numbers(); ++i)
          piece.by[i] = static_cast<std::int16_t>(static_cast<int>(below(static_cast<unsigned>(2 * most + 1))) - most);
      }
    }
  }
  return faces;
}

} // namespace

TEST_CASE("letters come back as they were, from none to all that there may be") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Faces faces = random_faces(seed);
    CAPTURE(seed);
    CHECK(read_letters(write_letters(faces)) == faces);
  }
  CHECK(read_letters(write_letters({})) == Faces{});
  const OutlinePiece far{Kind::curve, {kStepMost, -kStepMost, kStepMost, kStepMost, -kStepMost, -kStepMost}};
  const Letter largest{kCodes - 1, 511, std::vector<OutlinePiece>(kPiecesMost, far)};
  const Faces most{LetterFace(kLettersMost, {0, 1, {}}), {largest}};
  CHECK(read_letters(write_letters(most)) == most);
}

TEST_CASE("what is alike in letters makes them smaller") {
  Faces faces;
  for (std::uint32_t code = 0; code < 300; ++code)
    faces[0].push_back({code, 200, {{Kind::move, {20, 10}}, {Kind::line, {0, 120}}, {Kind::line, {16, 0}}, {Kind::line, {0, -120}}}});
  CHECK(write_letters(faces).size() < 300); // of 4200 numbers
}

TEST_CASE("letters that were cut short or damaged are none, or others within their bounds") {
  const Faces whole = random_faces(3);
  const auto bytes = write_letters(whole);
  std::size_t taken = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto faces = read_letters(std::span(bytes).first(size));
    CHECK(faces != whole);
    taken += faces.has_value();
  }
  CHECK(taken < 8); // the last bytes may be missed by nobody
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = bytes;
    damaged[at] ^= 0x55;
    const auto faces = read_letters(damaged);
    if (faces) CHECK(read_letters(write_letters(*faces)) == faces); // the writer refuses what is beyond them
  }
}
