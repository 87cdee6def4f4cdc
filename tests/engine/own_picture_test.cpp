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

// A JPEG's parts: one table of quanta, all 1; codes of two bits for the values 0 and 1 (of AC: the end of a block, or of sixteen); a frame of
// 8×8 blocks; a scan's header for its first component.
OwnBytes segment(std::uint8_t marker, const OwnBytes& content) {
  OwnBytes out{0xff, marker};
  append(out, content.size() + 2, 2, false);
  out.insert(out.end(), content.begin(), content.end());
  return out;
}
OwnBytes quantum() {
  OwnBytes content(65, 1);
  content[0] = 0;
  return segment(0xdb, content);
}
OwnBytes huffman() {
  OwnBytes out;
  for (const std::uint8_t table : {std::uint8_t{0}, std::uint8_t{0x10}}) {
    OwnBytes content{table, 0, 2};
    content.resize(17);
    content.push_back(0);
    content.push_back(table == 0 ? 1 : 0xe0);
    const OwnBytes part = segment(0xc4, content);
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}
OwnBytes frame(std::uint8_t marker, std::uint32_t width, std::uint32_t height, std::uint8_t components) {
  OwnBytes content{8};
  append(content, height, 2, false);
  append(content, width, 2, false);
  content.push_back(components);
  for (std::uint8_t i = 1; i <= components; ++i)
    for (const std::uint8_t byte : {i, std::uint8_t{0x11}, std::uint8_t{0}}) content.push_back(byte);
  return segment(marker, content);
}
OwnBytes scan(std::uint8_t first, std::uint8_t last) { return segment(0xda, {1, 1, 0, first, last, 0}); }
OwnBytes jpeg(const std::vector<OwnBytes>& parts) {
  OwnBytes out{0xff, 0xd8};
  for (const OwnBytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  append(out, std::string_view("\xff\xd9"));
  return out;
}
// zlib's form of gzip's content; stb_image looks at no checksum.
OwnBytes packed_for_png(const OwnBytes& content) {
  const auto packed = gzip(content);
  OwnBytes out{0x78, 1};
  out.insert(out.end(), packed.begin() + 10, packed.end() - 8);
  append(out, 0, 4, false);
  return out;
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
  CHECK(refusal(stored_picture("webp_moving")) == "own_picture_moving");
  CHECK(refusal({'G', 'I', 'F', '8', '9', 'a'}) == "own_not_picture");
  CHECK(refusal(png(16385, 1, 1, {})) == "own_picture_large"); // before anything is unpacked
  CHECK(refusal(png(16384, 16384, 1, {})) == "own_picture_large");
  CHECK(refusal(png(4000000000U, 4000000000U, 1, {})) == "own_picture_large");
  CHECK(refusal(png(0, 1, 1, {})) == "own_picture_cut");
  CHECK(refusal(png(5000, 5000, 1, {})) == "own_picture_cut"); // declares what it does not hold
}

TEST_CASE("own picture: what a file leaves open is the same whatever was read before") {
  const OwnBytes one_of_three = jpeg({quantum(), frame(0xc0, 64, 64, 3), huffman(), scan(0, 63), OwnBytes(20, 0)}); // its second and third component never come
  OwnBytes palette{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, head, pixels;
  append(head, 28, 4, false);
  append(head, 28, 4, false);
  append(head, std::string_view("\x08\x03\0\0\0", 5));
  for (int y = 0; y < 28; ++y) {
    pixels.push_back(0);
    pixels.insert(pixels.end(), 28, 200); // the two hundredth colour of one
  }
  png_chunk(palette, "IHDR", head);
  png_chunk(palette, "PLTE", {16, 32, 48});
  png_chunk(palette, "IDAT", packed_for_png(pixels));
  png_chunk(palette, "IEND", {});
  const auto first = read(one_of_three), colours = read(palette);
  std::uint32_t state = 1;
  for (int round = 0; round < 5; ++round) {
    OwnBytes noise(64 * 64 * 4);
    for (std::uint8_t& byte : noise) byte = (state = state * 1664525 + 1013904223) >> 31 ? 255 : 0;
    read(png(64, 64, 4, noise));
    read(stored_picture("png_palette"));
    read(stored_picture("jpeg_noise"));
    CHECK(read(one_of_three).grey == first.grey);
    CHECK(read(palette).grey == colours.grey);
  }
}

TEST_CASE("own picture: nothing is decoded that is larger than it said, or takes longer than its size may") {
  const OwnBytes small = frame(0xc0, 8, 8, 1), large = frame(0xc0, 16384, 16384, 1);
  const auto with = [](const OwnBytes& one) { return jpeg({quantum(), one, huffman(), scan(0, 63), {0, 0}}); };
  CHECK(refusal(with(small)) == "read");
  CHECK(refusal(with(large)) == "own_picture_large");
  CHECK(refusal(jpeg({quantum(), large, huffman(), scan(0, 63), {0, 0}, small})) == "own_picture_cut"); // the second frame says something else
  CHECK(refusal(jpeg({quantum(), huffman(), scan(0, 63), {0, 0}, small})) == "own_picture_cut");
  CHECK(refusal(jpeg({quantum(), small, {0xff, 0xf0, 0, 2}, huffman(), scan(0, 63), {0, 0}})) == "own_picture_cut"); // a marker that ends decoding
  const auto progressive = [](std::uint32_t side, int scans) {
    std::vector<OwnBytes> parts{quantum(), frame(0xc2, side, side, 1), huffman(), scan(0, 0), {0, 0}};
    for (int i = 0; i < scans; ++i) {
      parts.push_back(scan(1, 63));
      parts.push_back({0, 0});
    }
    return jpeg(parts);
  };
  CHECK(refusal(progressive(64, 60)) == "read");
  CHECK(refusal(progressive(7000, 60)) == "own_picture_scans");

  OwnBytes bomb{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, head;
  append(head, 1, 4, false);
  append(head, 1, 4, false);
  append(head, std::string_view("\x08\0\0\0\0", 5));
  png_chunk(bomb, "IHDR", head);
  png_chunk(bomb, "IDAT", packed_for_png(OwnBytes(8U << 20, 0))); // for one pixel
  png_chunk(bomb, "IEND", {});
  CHECK(refusal(bomb) == "own_picture_cut");
}

TEST_CASE("own picture: kinds that are not read are told by their kind") {
  const auto kind = [](OwnBytes bytes) {
    const auto picture = read_picture(bytes);
    return picture ? "read" : picture.error().code == "own_picture_kind" ? picture.error().with.front() : picture.error().code;
  };
  OwnBytes twelve = frame(0xc1, 8, 8, 1);
  twelve[4] = 12;
  CHECK(kind(jpeg({quantum(), twelve, huffman(), scan(0, 63)})) == "JPEG, 12 bit");
  CHECK(kind(jpeg({quantum(), frame(0xc9, 8, 8, 1), huffman(), scan(0, 63)})) == "JPEG SOF9");
  CHECK(kind(jpeg({quantum(), frame(0xc0, 8, 0, 1), huffman(), scan(0, 63)})) == "JPEG DNL");
  CHECK(kind(jpeg({quantum(), frame(0xc0, 8, 8, 2), huffman(), scan(0, 63)})) == "JPEG, 2 components");
  CHECK(kind(jpeg({quantum(), frame(0xc0, 0, 8, 1), huffman(), scan(0, 63)})) == "own_picture_cut");
  OwnBytes apples{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  png_chunk(apples, "CgBI", {0, 0, 0, 0});
  CHECK(kind(apples) == "PNG CgBI");
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
