#include "data/idx.hpp"

#include "core/hash.hpp"
#include "data/gzip.hpp"

#include <algorithm>

namespace downhill {
namespace {

std::uint64_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at) {
  return (std::uint64_t{bytes[at]} << 24) | (std::uint64_t{bytes[at + 1]} << 16) | (std::uint64_t{bytes[at + 2]} << 8) | bytes[at + 3];
}

constexpr std::size_t kContentMost = 256U << 20;

UserError damaged(std::string why) { return {"idx_damaged", "", {std::move(why)}}; }

} // namespace

Result<Examples> read_idx(std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels, std::int64_t classes) {
  if (images.size() < 16 || big_endian(images, 0) != 0x803) return damaged("images: magic 0x00000803");
  if (labels.size() < 8 || big_endian(labels, 0) != 0x801) return damaged("labels: magic 0x00000801");
  const std::uint64_t count = big_endian(images, 4), height = big_endian(images, 8), width = big_endian(images, 12);
  const std::uint64_t label_count = big_endian(labels, 4);
  if (count != label_count) return UserError{"idx_counts", "", {std::to_string(count), std::to_string(label_count)}};
  if (height == 0 || width == 0 || height > 4096 || width > 4096) return damaged("images: " + std::to_string(height) + " × " + std::to_string(width));
  const std::uint64_t features = height * width; // ≤ 2^24, so the product below stays under 2^56
  if (images.size() - 16 != count * features) return damaged("images: " + std::to_string(images.size()) + " ≠ 16 + " + std::to_string(count * features));
  if (labels.size() - 8 != count) return damaged("labels: " + std::to_string(labels.size()) + " ≠ 8 + " + std::to_string(count));
  for (std::size_t i = 0; i < count; ++i)
    if (labels[8 + i] >= classes) return UserError{"idx_label", "", {std::to_string(i + 1), std::to_string(labels[8 + i]), std::to_string(classes - 1)}};
  Examples examples;
  examples.features = static_cast<std::int64_t>(features);
  examples.pixels.assign(images.begin() + 16, images.end());
  examples.labels.assign(labels.begin() + 8, labels.end());
  return examples;
}

Result<Source> read_idx_files(const IdxFiles& files, std::int64_t classes) {
  Source source;
  Hash hash;
  const auto part = [&](const std::string& name, std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels, Examples& into) -> Result<bool> {
    std::vector<std::uint8_t> unpacked_images, unpacked_labels;
    const auto unpack = [](std::span<const std::uint8_t>& bytes, std::vector<std::uint8_t>& unpacked, const std::string& file) -> Result<bool> {
      if (!is_gzip(bytes)) return true;
      auto content = gunzip(bytes, kContentMost);
      if (!content) return UserError{content.error().code, file, content.error().with};
      unpacked = std::move(*content);
      bytes = unpacked;
      return true;
    };
    if (auto done = unpack(images, unpacked_images, name + "-images-idx3-ubyte"); !done) return done;
    if (auto done = unpack(labels, unpacked_labels, name + "-labels-idx1-ubyte"); !done) return done;
    auto examples = read_idx(images, labels, classes);
    if (!examples) return UserError{examples.error().code, name, examples.error().with};
    hash.add_bytes(images);
    hash.add_bytes(labels);
    into = std::move(*examples);
    return true;
  };
  if (auto done = part("train", files.train_images, files.train_labels, source.train); !done) return done.error();
  if (auto done = part("t10k", files.test_images, files.test_labels, source.test); !done) return done.error();
  if (source.train.features != source.test.features) return damaged("train ≠ t10k");
  for (const Examples* examples : {&source.train, &source.test})
    for (const std::uint8_t label : examples->labels) source.classes = std::max<std::int64_t>(source.classes, label + 1);
  source.file_hash = hash.value();
  return source;
}

} // namespace downhill
