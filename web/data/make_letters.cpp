// Build tool: packs the letters that assets/fonts/make_fonts.py has cut.
//   make_letters FROM TO
// FROM holds numbers of 32 bits, little-endian: for each of two faces how many letters, for each of those its code, its advance,
// how many pieces, and of each piece its kind and its numbers.
#include "cli/files.hpp"
#include "data/letters.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace downhill;

namespace {
class Numbers {
public:
  explicit Numbers(std::string_view bytes) : bytes_(bytes) {}
  int next() {
    std::int32_t n = 0;
    if (bytes_.size() < sizeof n) std::fputs("make_letters: FROM ends too soon\n", stderr), std::exit(1);
    std::memcpy(&n, bytes_.data(), sizeof n);
    bytes_.remove_prefix(sizeof n);
    return n;
  }

private:
  std::string_view bytes_;
};
} // namespace

int main(int count, char** words) {
  if (count != 3) return std::fputs("usage: make_letters FROM TO\n", stderr), 2;
  const auto fail = [](const std::string& text) { return std::fprintf(stderr, "make_letters: %s\n", text.c_str()), 1; };
  const auto read = read_file(words[1], 16U << 20);
  if (!read) return fail(read.error().sentence(Language::en));
  Numbers numbers({reinterpret_cast<const char*>(read->data()), read->size()});
  std::array<LetterFace, 2> faces;
  for (LetterFace& face : faces) {
    face.resize(static_cast<std::size_t>(numbers.next()));
    for (Letter& letter : face) {
      letter.code = static_cast<std::uint32_t>(numbers.next());
      letter.advance = numbers.next();
      letter.outline.resize(static_cast<std::size_t>(numbers.next()));
      for (OutlinePiece& piece : letter.outline) {
        piece.kind = static_cast<OutlinePiece::Kind>(numbers.next());
        for (std::size_t i = 0; i < piece.numbers(); ++i) piece.by[i] = static_cast<std::int16_t>(numbers.next());
      }
    }
  }
  const auto bytes = write_letters(faces);
  if (read_letters(bytes) != faces) return fail("letters beyond the bounds of data/letters.hpp");
  if (auto done = write_file(words[2], {reinterpret_cast<const char*>(bytes.data()), bytes.size()}); !done) return fail(done.error().sentence(Language::en));
  return 0;
}
