#include "core/hash.hpp"
#include "engine/own_fixtures.hpp"
#include "own/picture.hpp"

using namespace downhill;
using namespace downhill::fixtures;

namespace {

std::string hash_of(const GreyPicture& picture) {
  Hash hash;
  hash.add_bytes(picture.grey);
  return hex16(hash.value());
}
GreyPicture read(const OwnBytes& bytes) {
  auto picture = read_picture(bytes);
  REQUIRE(picture.ok());
  return *picture;
}
std::string refusal(const OwnBytes& bytes) {
  const auto picture = read_picture(bytes);
  if (!picture) CHECK(!picture.error().sentence(Language::zh).empty());
  return picture ? "read" : picture.error().code;
}

} // namespace

TEST_CASE("own picture: grey is 0.299 R + 0.587 G + 0.114 B, and what is transparent lies over white") {
  CHECK(read(png(4, 1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77})).grey == OwnBytes{76, 150, 29, 77});
  CHECK(read(png(4, 1, 4, {0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 128, 100, 100, 100, 51})).grey == OwnBytes{255, 0, 127, 224});
}

TEST_CASE("own picture: the eight orientations of Exif come out upright") {
  // F as it should be seen, and how a camera in each position stores it
  const OwnBytes f{1, 2, 3, 4, 5, 6}; // 2 wide, 3 high
  const std::pair<int, std::pair<std::uint32_t, OwnBytes>> stored[] = {{1, {2, {1, 2, 3, 4, 5, 6}}}, {2, {2, {2, 1, 4, 3, 6, 5}}}, {3, {2, {6, 5, 4, 3, 2, 1}}},
                                                                       {4, {2, {5, 6, 3, 4, 1, 2}}}, {5, {3, {1, 3, 5, 2, 4, 6}}}, {6, {3, {2, 4, 6, 1, 3, 5}}},
                                                                       {7, {3, {6, 4, 2, 5, 3, 1}}}, {8, {3, {5, 3, 1, 6, 4, 2}}}};
  for (const auto& [orientation, picture] : stored) {
    CAPTURE(orientation);
    const GreyPicture seen = read(png(picture.first, 6 / picture.first, 1, picture.second, orientation));
    CHECK(seen.width == 2);
    CHECK(seen.grey == f);
  }
  CHECK(read(stored_picture("jpeg_turned")).width == 8); // 16 × 8 with orientation 6
}

TEST_CASE("own picture: every build decodes to the same bytes") {
  const std::pair<const char*, const char*> known[] = {
      {"jpeg", "72a8ca2865a09f96"},       {"jpeg_progressive", "72a8ca2865a09f96"}, {"jpeg_turned", "19b3a50535452a56"}, {"jpeg_noise", "dcf88e89a5053b94"},
      {"jpeg_422", "99f4f3d2882eee91"},   {"jpeg_cmyk", "2781f31bd2dfb998"},        {"webp", "f3ea142eeb734dfa"},        {"webp_lossless", "1f09533c33433d6c"},
      {"webp_noise", "b661b55982f7b676"}, {"webp_alpha", "e544cf13a4109189"},       {"png_palette", "fba7fb586e240c8d"}};
  for (const auto& [name, hash] : known) {
    CAPTURE(std::string(name));
    CHECK(hash_of(read(stored_picture(name))) == std::string(hash));
  }
}

TEST_CASE("own picture: what is cut, changed or no picture is refused with its reason") {
  for (const char* name : {"jpeg", "jpeg_progressive", "webp", "webp_lossless", "webp_alpha", "png_palette"}) {
    const OwnBytes whole = stored_picture(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(std::string(name));
      CAPTURE(size);
      const OwnBytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const std::string why = refusal(cut);
      CHECK((why == "own_not_picture" || why == "own_picture_cut"));
    }
  }
  OwnBytes changed = stored_picture("png_palette");
  for (std::size_t i = 8; i < changed.size(); ++i) { // each byte has its checksum
    changed[i] ^= 0x10U;
    CHECK(refusal(changed) != "read");
    changed[i] ^= 0x10U;
  }
  CHECK(refusal(stored_picture("webp_moving")) == "own_picture_kind");
  CHECK(refusal({'G', 'I', 'F', '8', '9', 'a'}) == "own_not_picture");
  CHECK(refusal(png(16385, 1, 1, {})) == "own_picture_large"); // before anything is unpacked
  CHECK(refusal(png(16384, 16384, 1, {})) == "own_picture_large");
  CHECK(refusal(png(4000000000U, 4000000000U, 1, {})) == "own_picture_large");
  CHECK(refusal(png(0, 1, 1, {})) == "own_picture_kind");
  CHECK(refusal(png(5000, 5000, 1, {})) == "own_picture_kind"); // declares what it does not hold
}

TEST_CASE("own picture: a square's pixels are means of the area they cover, rounded once") {
  GreyPicture picture{3, 3, {0, 9, 18, 27, 36, 45, 54, 63, 72}};
  // 3 to 2: a pixel covers one whole, two halves and a quarter of the pixels, 2.25 in all
  CHECK(grey_square(picture, {2, false, false}) == OwnBytes{12, 24, 48, 60}); // 27/2.25 = 12 … 135/2.25 = 60
  CHECK(grey_square(picture, {3, false, false}) == picture.grey);
  CHECK(grey_square(picture, {6, false, false})[7] == 0); // each pixel four times
  CHECK(grey_square(picture, {3, false, true})[8] == 183);
  GreyPicture wide{4, 2, {1, 2, 3, 4, 5, 6, 7, 8}};
  CHECK(grey_square(wide, {2, false, false}) == OwnBytes{2, 3, 6, 7});                                                    // the middle
  CHECK(grey_square(wide, {4, true, false}) == OwnBytes{255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8, 255, 255, 255, 255}); // all of it, on white
  CHECK(grey_square(wide, {4, true, true})[0] == 0);
  GreyPicture large{700, 700, OwnBytes(490000, 255)};
  const OwnBytes square = grey_square(large, {28, false, false});
  CHECK(std::all_of(square.begin(), square.end(), [](std::uint8_t v) { return v == 255; }));
}
