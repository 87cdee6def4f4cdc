#include "neuron/image_neuron.hpp"

#include "core/elementary.hpp"
#include "core/hash.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kPieceImages = 64;
constexpr double kBeyond = 1; // of a threshold that no sum reaches

// v/255 of each byte.
const std::array<double, 256>& shades() {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> all{};
    for (std::size_t v = 0; v < all.size(); ++v) all[v] = static_cast<double>(v) / kPixelMost;
    return all;
  }();
  return table;
}

std::int8_t in_hundredths(double value) {
  return static_cast<std::int8_t>(std::clamp(std::floor(value * kPaintParts + 0.5), -static_cast<double>(kPaintMost), static_cast<double>(kPaintMost)));
}

std::array<double, kNeuronPixels> exact_mean(const TwoClasses& images, int label) {
  std::array<std::int64_t, kNeuronPixels> sums{};
  std::int64_t count = 0;
  const Part& part = images.part(true);
  for (std::size_t i = 0; i < part.labels.size(); ++i) {
    if (part.labels[i] != label) continue;
    const auto pixels = images.image(true, i);
    for (std::size_t p = 0; p < kNeuronPixels; ++p) sums[p] += pixels[p];
    ++count;
  }
  std::array<double, kNeuronPixels> mean{};
  for (std::size_t p = 0; p < kNeuronPixels && count > 0; ++p) mean[p] = static_cast<double>(sums[p]) / (kPixelMost * static_cast<double>(count));
  return mean;
}

std::int64_t right_of(const Part& part, std::span<const std::int32_t> sums, double threshold) {
  std::int64_t right = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) right += (painted_z(sums[i]) >= threshold) == (part.labels[i] == 1);
  return right;
}

} // namespace

std::string text_of(const Painting& painting) {
  if (std::all_of(painting.begin(), painting.end(), [](std::int8_t w) { return w == 0; })) return {};
  std::string text;
  for (std::size_t i = 0; i < painting.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < painting.size() ? static_cast<std::uint8_t>(painting[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > painting.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63U];
  }
  return text;
}

std::optional<Painting> painting_from(std::string_view text) {
  Painting painting{};
  if (text.empty()) return painting;
  constexpr std::size_t kLength = (kNeuronPixels + 2) / 3 * 4;
  if (text.size() != kLength) return {};
  for (std::size_t i = 0; i < kLength / 4; ++i) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const char c = text[4 * i + k];
      const bool beyond = 3 * i + k > kNeuronPixels;
      const std::size_t digit = kDigits.find(c);
      if (beyond ? c != '=' : digit == std::string_view::npos) return {};
      bits = bits << 6 | (beyond ? 0U : static_cast<std::uint32_t>(digit));
    }
    for (std::size_t k = 0; k < 3 && 3 * i + k < kNeuronPixels; ++k) {
      painting[3 * i + k] = static_cast<std::int8_t>(static_cast<std::uint8_t>(bits >> (16 - 8 * k) & 255U));
      if (painting[3 * i + k] < -kPaintMost) return {};
    }
  }
  return text_of(painting) == text ? std::optional(painting) : std::nullopt; // one painting has one text
}

Result<TwoClasses> two_classes(const std::shared_ptr<const Source>& source, const ImageSettings& settings, std::uint64_t data_seed) {
  if (!source || source->train.features != static_cast<std::int64_t>(kNeuronPixels) || source->train.pixels.empty()) return UserError{"needs_images", "", {}};
  const int classes[] = {settings.quiet, settings.fires};
  for (const int label : classes)
    if (label >= source->classes)
      return UserError{"no_such_class", label == settings.quiet ? "/image/quiet" : "/image/fires", {std::to_string(label), std::to_string(source->classes)}};
  TwoClasses out{source, {}};
  for (const bool train : {true, false}) {
    auto part = draw_part(*source, train, data_seed, classes, train ? settings.train : settings.test);
    if (!part) return UserError{part.error().code, train ? "/image/train" : "/image/test", part.error().with};
    out.parts[train ? 0 : 1] = std::move(*part);
  }
  return out;
}

std::vector<std::int32_t> painted_sums(const TwoClasses& images, bool train, const Painting& painting) {
  std::vector<std::int32_t> sums(images.part(train).rows.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto pixels = images.image(train, i);
    for (std::size_t p = 0; p < kNeuronPixels; ++p) sums[i] += painting[p] * static_cast<std::int32_t>(pixels[p]);
  }
  return sums;
}

PaintedScore painted_score(const Part& part, std::span<const std::int32_t> sums, double threshold, std::size_t worst_most) {
  PaintedScore out{right_of(part, sums, threshold), static_cast<std::int64_t>(sums.size()), {}};
  for (std::size_t i = 0; i < sums.size(); ++i)
    if ((painted_z(sums[i]) >= threshold) != (part.labels[i] == 1)) out.worst.push_back(static_cast<std::uint32_t>(i));
  const auto by = [&](std::uint32_t i) { return std::fabs(painted_z(sums[i]) - threshold); };
  std::stable_sort(out.worst.begin(), out.worst.end(), [&](std::uint32_t a, std::uint32_t b) { return by(a) > by(b); });
  if (out.worst.size() > worst_most) out.worst.resize(worst_most);
  return out;
}

double best_threshold(const Part& part, std::span<const std::int32_t> sums) {
  std::vector<std::size_t> order(sums.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sums[a] != sums[b] ? sums[a] < sums[b] : a < b; });
  if (order.empty()) return 0;
  // raised past one sum after the other, beginning where all fire, ending where none does
  double threshold = painted_z(sums[order.front()]), widest = 0;
  std::int64_t right = std::count(part.labels.begin(), part.labels.end(), 1), best = right;
  for (std::size_t k = 0; k < order.size(); ++k) {
    right += part.labels[order[k]] == 1 ? -1 : 1;
    const double low = painted_z(sums[order[k]]), high = k + 1 < order.size() ? painted_z(sums[order[k + 1]]) : low + kBeyond;
    if (high > low && (right > best || (right == best && high - low > widest && k + 1 < order.size())))
      best = right, widest = high - low, threshold = (low + high) / 2;
  }
  const double rounded = std::floor(threshold * 100 + 0.5) / 100;
  return right_of(part, sums, rounded) == best ? rounded : threshold;
}

Painting mean_of_class(const TwoClasses& images, int label) {
  const auto mean = exact_mean(images, label);
  Painting out{};
  std::transform(mean.begin(), mean.end(), out.begin(), in_hundredths);
  return out;
}

Painting mean_difference(const TwoClasses& images) {
  const auto fires = exact_mean(images, 1), quiet = exact_mean(images, 0);
  Painting out{};
  for (std::size_t p = 0; p < kNeuronPixels; ++p) out[p] = in_hundredths(fires[p] - quiet[p]);
  return out;
}

ImageLearning::ImageLearning(TwoClasses images, const ImageSettings& settings)
    : images_(std::move(images)), rate_(settings.rate), steps_(settings.steps), weights_(kNeuronPixels + 1), gradient_(kNeuronPixels + 1) {
  if (!settings.from_painting) return;
  for (std::size_t p = 0; p < kNeuronPixels; ++p) weights_[p] = settings.painting[p] / kPaintParts;
  weights_.back() = -settings.threshold;
}

void ImageLearning::look_at(bool train, std::size_t i) {
  const auto pixels = images_.image(train, i);
  const auto& shade = shades();
  double z = 0;
  for (std::size_t p = 0; p < kNeuronPixels; ++p) z += weights_[p] * shade[pixels[p]];
  z += weights_.back();
  const Part& part = images_.part(train);
  const double target = part.labels[i];
  now_.right[train ? 0 : 1] += (z >= 0) == (target > 0.5);
  if (!train) return;
  const auto count = static_cast<double>(part.rows.size());
  const double small = exact::exp(-std::fabs(z)); // of e^z and e^−z the one that can't overflow
  now_.loss += ((z > 0 ? z : 0) - z * target + exact::log(1 + small)) / count;
  const double delta = ((z >= 0 ? 1 / (1 + small) : small / (1 + small)) - target) / count;
  for (std::size_t p = 0; p < kNeuronPixels; ++p) gradient_[p] += delta * shade[pixels[p]];
  gradient_.back() += delta;
}

bool ImageLearning::advance() {
  if (ended()) return false;
  const std::size_t train = images_.part(true).rows.size(), all = train + images_.part(false).rows.size();
  for (const std::size_t until = std::min(all, next_ + kPieceImages); next_ < until; ++next_) look_at(next_ < train, next_ < train ? next_ : next_ - train);
  if (next_ < all) return true;
  stands_.push_back(std::exchange(now_, {}));
  next_ = 0;
  if (ended()) return false;
  for (std::size_t k = 0; k < weights_.size(); ++k) weights_[k] -= rate_ * gradient_[k];
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  return true;
}

std::uint64_t ImageLearning::hash() const {
  Hash hash;
  hash.add_doubles(weights_);
  for (const Stand& stand : stands_) {
    const double numbers[] = {stand.loss, static_cast<double>(stand.right[0]), static_cast<double>(stand.right[1])};
    hash.add_doubles(numbers);
  }
  return hash.value();
}

} // namespace downhill
