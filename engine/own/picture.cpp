#include "own/picture.hpp"

#include "data/gzip.hpp"
#include "own/sentences.hpp"
#include "own/stb_memory.hpp"

#include <algorithm>
#include <stb_image.h>
#include <webp/decode.h>

namespace downhill {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kPngMark[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
bool is_png(Bytes bytes) { return bytes.size() >= sizeof kPngMark && std::equal(std::begin(kPngMark), std::end(kPngMark), bytes.begin()); }
bool is_jpeg(Bytes bytes) { return text_of(bytes).starts_with("\xff\xd8\xff"); }
bool is_webp(Bytes bytes) { return bytes.size() >= 16 && text_of(bytes).starts_with("RIFF") && text_of(bytes.subspan(8)).starts_with("WEBPVP8"); }

std::uint32_t number(Bytes bytes, std::size_t at, std::size_t size, bool little) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = (value << 8) | bytes[at + (little ? size - 1 - i : i)];
  return value;
}

// The orientation that Exif notes, 1 … 8, in a TIFF block's first directory; 1 where there is none. Exif 2.3, 4.6.4, tag 0x112.
int orientation_in(Bytes tiff) {
  if (tiff.size() < 8 || (!text_of(tiff).starts_with("II") && !text_of(tiff).starts_with("MM"))) return 1;
  const bool little = tiff[0] == 'I';
  const std::size_t directory = number(tiff, 4, 4, little);
  if (directory > tiff.size() || tiff.size() - directory < 2) return 1;
  const std::size_t entries = number(tiff, directory, 2, little);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + 12 * i;
    if (at + 12 > tiff.size()) break;
    if (number(tiff, at, 2, little) != 0x112) continue;
    const std::uint32_t value = number(tiff, at + 8, 2, little);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// What a walk over a file's parts says before anything is decoded.
struct Walk {
  bool whole = false;
  int orientation = 1;
  std::int64_t width = 0, height = 0;
  int bytes_a_pixel = 8;   // that a decoder may need at once
  std::int64_t scans = 0;  // of a JPEG
  std::string unread_kind; // one that is not read, whatever else is wrong
};

// Chunk after chunk: stb_image looks at no checksum
Walk walk_png(Bytes bytes) {
  Walk walk;
  std::size_t at = sizeof kPngMark;
  while (bytes.size() - at >= 12) {
    const std::size_t size = number(bytes, at, 4, false);
    if (size > bytes.size() - at - 12) return walk;
    const Bytes named = bytes.subspan(at + 4, size + 4);
    if (crc32_of(named) != number(bytes, at + 8 + size, 4, false)) return walk;
    const std::string_view name = text_of(named).substr(0, 4);
    if (name == "IHDR" && size >= 9) {
      walk.width = number(named, 4, 4, false), walk.height = number(named, 8, 4, false);
      if (named[12] == 16) walk.bytes_a_pixel = 16;
    }
    if (name == "CgBI") return walk.unread_kind = "PNG CgBI", walk; // Apple's own
    if (name == "eXIf") walk.orientation = orientation_in(named.subspan(4));
    if (name == "IEND") return walk.whole = true, walk;
    at += size + 12;
  }
  return walk;
}

// What a frame's header says. False: this is none, or one too many.
bool see_frame(Walk& walk, std::uint8_t marker, Bytes part) {
  if (walk.width != 0 || part.size() < 6) return false;
  walk.height = number(part, 1, 2, false), walk.width = number(part, 3, 2, false);
  const int components = part[5];
  if (marker > 0xc2)
    walk.unread_kind = "JPEG SOF" + std::to_string(marker - 0xc0); // lossless, arithmetic coding, in steps of size
  else if (part[0] != 8)
    walk.unread_kind = "JPEG, " + std::to_string(part[0]) + " bit";
  else if (walk.height == 0)
    walk.unread_kind = "JPEG DNL"; // how high it is stands at its end
  else if (components != 1 && components != 3 && components != 4)
    walk.unread_kind = "JPEG, " + std::to_string(components) + " components";
  return walk.width != 0;
}

// Marker after marker to the end of the image: stb_image takes what is missing for grey, and an end where it knows no marker
Walk walk_jpeg(Bytes bytes) {
  Walk walk;
  std::size_t at = 2;
  while (bytes.size() - at >= 2) {
    const bool in_scan = walk.scans > 0; // between scans tables may stand, which have a length as all others
    if (bytes[at] != 0xff) {
      if (!in_scan) return walk;
      ++at;
      continue;
    }
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xff || (in_scan && (marker == 0 || (marker >= 0xd0 && marker <= 0xd7)))) {
      at += marker == 0xff ? 1 : 2; // padding, a byte 255 of the scan, a restart
      continue;
    }
    if (marker == 0xd9) return walk.whole = in_scan, walk;
    if (bytes.size() - at < 4) return walk;
    const std::size_t size = number(bytes, at + 2, 2, false);
    if (size < 2 || size > bytes.size() - at - 2) return walk;
    const Bytes part = bytes.subspan(at + 4, size - 2);
    const bool table = marker == 0xc4 || marker == 0xdb || marker == 0xdc || marker == 0xdd, words = (marker >= 0xe0 && marker <= 0xef) || marker == 0xfe;
    if (marker == 0xe1 && text_of(part).starts_with(std::string_view("Exif\0\0", 6))) walk.orientation = orientation_in(part.subspan(6));
    if (marker == 0xda) {
      if (walk.width == 0) return walk;
      ++walk.scans;
    } else if (!table && !words) {
      if (marker < 0xc0 || marker > 0xcf || marker == 0xc8 || marker == 0xcc || !see_frame(walk, marker, part) || !walk.unread_kind.empty()) return walk;
    }
    at += size + 2;
  }
  return walk;
}

Walk walk_webp(Bytes bytes) {
  Walk walk;
  walk.whole = true; // libwebp tells by itself what is cut
  std::size_t at = 12;
  while (bytes.size() - at >= 8) {
    const std::size_t size = number(bytes, at + 4, 4, true);
    if (size > bytes.size() - at - 8) break;
    Bytes part = bytes.subspan(at + 8, size);
    if (text_of(bytes.subspan(at, 4)) == "EXIF") {
      if (text_of(part).starts_with(std::string_view("Exif\0\0", 6))) part = part.subspan(6);
      walk.orientation = orientation_in(part);
    }
    if (size == bytes.size() - at - 8) break;
    at += 8 + size + size % 2;
    if (at > bytes.size()) break;
  }
  return walk;
}

// Four bytes a pixel, to grey: over white, then Pillow's weights.
std::vector<std::uint8_t> grey_of(const std::uint8_t* rgba, std::size_t pixels) {
  std::vector<std::uint8_t> grey(pixels);
  for (std::size_t i = 0; i < pixels; ++i, rgba += 4) {
    const std::uint32_t alpha = rgba[3];
    const auto over_white = [&](std::uint32_t value) { return alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255; };
    grey[i] = static_cast<std::uint8_t>((19595 * over_white(rgba[0]) + 38470 * over_white(rgba[1]) + 7471 * over_white(rgba[2]) + 32768) >> 16);
  }
  return grey;
}

// Exif's eight ways to hold a camera. 1 upright, 3 upside down, 6 and 8 on a side; 2, 4, 5, 7 are their mirror images.
GreyPicture upright(GreyPicture picture, int orientation) {
  if (orientation == 1) return picture;
  const std::int64_t w = picture.width, h = picture.height;
  const bool aside = orientation >= 5;
  GreyPicture out{aside ? h : w, aside ? w : h, std::vector<std::uint8_t>(picture.grey.size())};
  for (std::int64_t y = 0; y < out.height; ++y)
    for (std::int64_t x = 0; x < out.width; ++x) {
      std::int64_t from_x = aside ? y : x, from_y = aside ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) from_x = w - 1 - from_x;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) from_y = h - 1 - from_y;
      out.grey[static_cast<std::size_t>(y * out.width + x)] = picture.grey[static_cast<std::size_t>(from_y * w + from_x)];
    }
  return out;
}

UserError cut() { return {"own_picture_cut", "", {}}; }
UserError no_memory() { return {"own_picture_memory", "", {}}; }

Result<GreyPicture> decoded_by_stb(Bytes bytes, const Walk& walk) {
  const auto padded = static_cast<std::size_t>((walk.width + 64) * (walk.height + 64)); // JPEG's blocks, PNG's rows
  stb_memory = {std::max(padded * static_cast<std::size_t>(walk.bytes_a_pixel) + (1U << 16), 2 * bytes.size()), false};
  const auto size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  const bool known = stbi_info_from_memory(bytes.data(), size, &width, &height, &channels) != 0;
  if (!known || width != walk.width || height != walk.height) return stb_memory.ran_out ? no_memory() : cut();
  std::uint8_t* rgba = stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 4);
  if (!rgba) return stb_memory.ran_out ? no_memory() : cut();
  GreyPicture picture{width, height, grey_of(rgba, static_cast<std::size_t>(width) * static_cast<std::size_t>(height))};
  stbi_image_free(rgba);
  return picture;
}

Result<GreyPicture> decoded_by_webp(Bytes bytes) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return cut();
  config.output.colorspace = MODE_RGBA;
  const VP8StatusCode status = WebPDecode(bytes.data(), bytes.size(), &config);
  GreyPicture picture{config.output.width, config.output.height, {}};
  if (status == VP8_STATUS_OK) picture.grey = grey_of(config.output.u.RGBA.rgba, static_cast<std::size_t>(picture.width * picture.height));
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) return status == VP8_STATUS_OUT_OF_MEMORY ? no_memory() : cut();
  return picture;
}

} // namespace

bool is_picture(Bytes bytes) { return is_png(bytes) || is_jpeg(bytes) || is_webp(bytes); }

Result<GreyPicture> read_picture(Bytes bytes) {
  if (!is_picture(bytes)) return UserError{"own_not_picture", "", {}};
  if (bytes.size() > kPictureBytesMost) return UserError{"too_large", "", {std::to_string(kPictureBytesMost)}};
  const bool webp = is_webp(bytes);
  Walk walk = webp ? walk_webp(bytes) : is_png(bytes) ? walk_png(bytes) : walk_jpeg(bytes);
  if (!walk.unread_kind.empty()) return UserError{"own_picture_kind", "", {walk.unread_kind}};
  if (!walk.whole) return cut();
  if (webp) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) return cut();
    if (features.has_animation) return UserError{"own_picture_moving", "", {}};
    walk.width = features.width, walk.height = features.height;
  }
  if (walk.width > kPictureSideMost || walk.height > kPictureSideMost || walk.width * walk.height > kPicturePixelsMost)
    return UserError{"own_picture_large", "", {std::to_string(walk.width), std::to_string(walk.height), std::to_string(kPicturePixelsMost / 1'000'000)}};
  if ((walk.width + 31) * (walk.height + 31) > kPictureScannedMost / std::max<std::int64_t>(1, walk.scans))
    return UserError{"own_picture_scans", "", {std::to_string(walk.scans)}};
  auto picture = webp ? decoded_by_webp(bytes) : decoded_by_stb(bytes, walk);
  if (!picture) return picture.error();
  return upright(std::move(*picture), walk.orientation);
}

std::vector<std::uint8_t> grey_square(const GreyPicture& picture, const SquareLook& look) {
  const auto n = static_cast<std::size_t>(look.side);
  const std::int64_t w = picture.width, h = picture.height;
  const std::int64_t side = look.fit ? std::max(w, h) : std::min(w, h);
  const std::int64_t left = (w - side) / 2, top = (h - side) / 2; // negative where white stands
  // along an axis the side has n·side parts: a pixel of the picture has n of them, one of the square has side
  const auto each_part = [&](std::int64_t pixel, auto&& give) {
    std::int64_t at = pixel * look.side;
    const std::int64_t end = at + look.side;
    for (std::int64_t to = at / side; at < end; ++to) {
      const std::int64_t until = std::min(end, (to + 1) * side);
      give(static_cast<std::size_t>(to), static_cast<std::uint64_t>(until - at));
      at = until;
    }
  };
  std::vector<std::uint64_t> sums(n * n), row(n); // at most 255·side², below 2^36
  for (std::int64_t y = 0; y < side; ++y) {
    std::fill(row.begin(), row.end(), std::uint64_t{0});
    const std::int64_t from_y = y + top;
    const std::uint8_t* line = from_y >= 0 && from_y < h ? picture.grey.data() + from_y * w : nullptr;
    for (std::int64_t x = 0; x < side; ++x) {
      const std::int64_t from_x = x + left;
      const std::uint64_t value = line && from_x >= 0 && from_x < w ? line[from_x] : 255;
      each_part(x, [&](std::size_t to, std::uint64_t share) { row[to] += value * share; });
    }
    each_part(y, [&](std::size_t to, std::uint64_t share) {
      for (std::size_t i = 0; i < n; ++i) sums[to * n + i] += row[i] * share;
    });
  }
  const auto area = static_cast<std::uint64_t>(side * side);
  std::vector<std::uint8_t> square(n * n);
  for (std::size_t i = 0; i < square.size(); ++i) {
    const auto value = static_cast<std::uint8_t>((sums[i] + area / 2) / area);
    square[i] = look.invert ? static_cast<std::uint8_t>(255 - value) : value;
  }
  return square;
}

} // namespace downhill
