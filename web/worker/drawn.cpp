#include "worker/drawn.hpp"

#include <algorithm>

namespace downhill {

using namespace protocol;

namespace {

constexpr std::int64_t kDrawnFeatures = 28 * 28;
constexpr std::size_t kDrawnClassesMost = 10;

// A draw deals out as many of each class; how long it can be.
std::int64_t longest_draw(const Examples& examples, std::span<const int> classes) {
  std::int64_t least = examples.size();
  for (const int label : classes)
    least = std::min<std::int64_t>(least, std::count(examples.labels.begin(), examples.labels.end(), static_cast<std::uint8_t>(label)));
  return least * static_cast<std::int64_t>(classes.size());
}

std::optional<UserError> take(std::vector<std::uint8_t>& to, const Source& source, bool train, const AskDrawn& ask, std::span<const int> classes) {
  const Examples& examples = train ? source.train : source.test;
  const std::int64_t asked = train ? ask.train : ask.test, longest = longest_draw(examples, classes);
  if (asked > longest && source.drawn_seed) return UserError{"needs_larger_pack", train ? "/data/train" : "/data/test", {}};
  const std::int64_t count = std::min(asked, longest);
  const auto drawn = draw_part(source, train, ask.seed, classes, count);
  if (!drawn) return drawn.error();
  to.reserve(static_cast<std::size_t>(count * kDrawnFeatures));
  for (const std::uint32_t row : drawn->rows) {
    const auto begin = examples.pixels.begin() + static_cast<std::ptrdiff_t>(row * kDrawnFeatures);
    to.insert(to.end(), begin, begin + kDrawnFeatures);
  }
  return {};
}

} // namespace

Result<DrawnPictures> drawn_pictures(const AskDrawn& ask, const std::shared_ptr<const Source>& source) {
  const bool of_images = source && source->train.features == kDrawnFeatures && !source->train.pixels.empty();
  if (!of_images || ask.classes.empty() || ask.classes.size() > kDrawnClassesMost) return UserError{"needs_images", "", {}};
  const std::vector<int> classes(ask.classes.begin(), ask.classes.end());
  DrawnPictures out{ask.request, {}, {}, "", "", {}};
  for (const bool train : {true, false})
    if (const auto error = take(train ? out.train : out.test, *source, train, ask, classes)) return *error;
  return out;
}

} // namespace downhill
