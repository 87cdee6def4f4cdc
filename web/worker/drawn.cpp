#include "worker/drawn.hpp"

#include "core/hash.hpp"

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
  return least * std::max<std::int64_t>(1, static_cast<std::int64_t>(classes.size()));
}

// The first of a draw, at most as many as there are.
struct Draw {
  const Examples& examples;
  std::uint32_t asked;
  const char* place;
  Result<Part> (*of)(const Source& source, std::uint64_t seed, std::span<const int> classes, std::int64_t count);
};

template <class Values> void append(Values& to, const Values& from, std::size_t row, std::size_t features) {
  if (from.empty()) return;
  const auto begin = from.begin() + static_cast<std::ptrdiff_t>(row * features);
  to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(features));
}

std::optional<UserError> take(DrawnPart& to, const Source& source, const Draw& draw, std::uint64_t seed, std::span<const int> classes) {
  const Examples& examples = draw.examples;
  if (draw.asked == 0) return {};
  const std::int64_t longest = longest_draw(examples, classes);
  if (draw.asked > longest && source.drawn_seed) return UserError{"needs_larger_pack", draw.place, {}};
  const std::int64_t count = std::min<std::int64_t>(draw.asked, longest);
  const auto drawn = draw.of(source, seed, classes, count);
  if (!drawn) return drawn.error();
  const auto features = static_cast<std::size_t>(examples.features);
  to.pixels.reserve(examples.pixels.empty() ? 0 : drawn->rows.size() * features);
  to.values.reserve(examples.values.empty() ? 0 : drawn->rows.size() * features);
  for (const std::uint32_t row : drawn->rows) append(to.pixels, examples.pixels, row, features), append(to.values, examples.values, row, features);
  to.targets.assign(drawn->targets.begin(), drawn->targets.end());
  return {};
}

// Whether these classes can be asked of this source.
std::optional<UserError> unfit(const AskDrawn& ask, const Source* source) {
  if (ask.file.empty()) {
    const bool of_images = source && source->train.features == kDrawnFeatures && !source->train.pixels.empty();
    if (of_images && !ask.classes.empty() && ask.classes.size() <= kDrawnClassesMost) return {};
    return UserError{"needs_images", "", {}};
  }
  if (!source) return UserError{"needs_file", "", {}};
  if (ask.file != hex16(source->file_hash)) return UserError{"other_file", "", {hex16(source->file_hash), ask.file}};
  if (ask.classes.empty() != (source->classes == 0)) return UserError{"no_classes", "/data/classes", {}};
  for (const std::uint32_t label : ask.classes)
    if (label >= source->classes) return UserError{"no_such_class", "/data/classes", {std::to_string(label), std::to_string(source->classes)}};
  return {};
}

} // namespace

Result<DrawnPictures> drawn_pictures(const AskDrawn& ask, const std::shared_ptr<const Source>& source) {
  if (auto error = unfit(ask, source.get())) return *error;
  const std::vector<int> classes(ask.classes.begin(), ask.classes.end());
  using Classes = std::span<const int>;
  DrawnPictures out{ask.request, {}, {}, {}, "", "", {}};
  const auto train = [](const Source& s, std::uint64_t seed, Classes c, std::int64_t count) { return draw_part(s, true, seed, c, count); };
  const auto test = [](const Source& s, std::uint64_t seed, Classes c, std::int64_t count) { return draw_part(s, false, seed, c, count); };
  if (auto error = take(out.train, *source, {source->train, ask.train, "/data/train", train}, ask.seed, classes)) return *error;
  if (auto error = take(out.test, *source, {source->test, ask.test, "/data/test", test}, ask.seed, classes)) return *error;
  if (auto error = take(out.validation, *source, {source->validation, ask.validation, "/data/validation", draw_validation}, ask.seed, classes)) return *error;
  return out;
}

} // namespace downhill
