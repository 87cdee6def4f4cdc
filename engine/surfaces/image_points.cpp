#include "surfaces/image_points.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {
namespace {

using Numbers = std::vector<double>;

// Images as rows of numbers, the mean image taken off.
struct Images {
  std::size_t count, features;
  Numbers pixels;                   // count × features
  std::vector<std::uint8_t> labels; // 0 or 1
  const double* row(std::size_t i) const { return pixels.data() + i * features; }
};

double dot(const double* a, const double* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

Images read_images(const std::shared_ptr<const Source>& source, const Part& part) {
  const Subset subset{source, part, {}, 2};
  Images images{part.rows.size(), static_cast<std::size_t>(source->train.features), {}, part.labels};
  std::vector<std::uint32_t> which(images.count);
  std::iota(which.begin(), which.end(), 0U);
  Matrix block(static_cast<Index>(images.count), static_cast<Index>(images.features));
  Gathered unused;
  gather(subset, true, which, block, unused);
  images.pixels.assign(block.data(), block.data() + images.count * images.features);
  return images;
}

Numbers brightness(const Images& images) {
  Numbers scores(images.count);
  for (std::size_t i = 0; i < images.count; ++i)
    for (std::size_t f = 0; f < images.features; ++f) scores[i] += images.row(i)[f];
  return scores; // of the sum as of the mean: they are standardised
}

void take_off_mean(Images& images) {
  Numbers mean(images.features);
  for (std::size_t i = 0; i < images.count; ++i)
    for (std::size_t f = 0; f < images.features; ++f) mean[f] += images.row(i)[f];
  for (double& each : mean) each /= static_cast<double>(images.count);
  for (std::size_t i = 0; i < images.count; ++i)
    for (std::size_t f = 0; f < images.features; ++f) images.pixels[i * images.features + f] -= mean[f];
}

Numbers along_means(const Images& images) {
  Numbers difference(images.features), scores;
  double of_class[2] = {};
  for (const std::uint8_t label : images.labels) ++of_class[label];
  for (std::size_t i = 0; i < images.count; ++i) {
    const double share = (images.labels[i] == 1 ? 1 : -1) / of_class[images.labels[i]];
    for (std::size_t f = 0; f < images.features; ++f) difference[f] += share * images.row(i)[f];
  }
  for (std::size_t i = 0; i < images.count; ++i) scores.push_back(dot(images.row(i), difference.data(), images.features));
  return scores;
}

// Each image's share in a principal direction: an eigenvector of what images have in common with each other (N × N), found by
// multiplying until nothing changes. `before`, one that is found already, is kept out. As scores: the image's coordinate along the
// direction is this times a number that is the same for all.
Numbers principal(const Numbers& common, std::size_t count, const Numbers* before) {
  constexpr int kRoundsMost = 1000;
  constexpr double kSettled = 1e-24; // of the squared change
  Numbers vector(count), next(count);
  for (std::size_t i = 0; i < count; ++i)
    vector[i] = static_cast<double>(i % 7) - 3 + static_cast<double>(i % 2) / 2; // some direction, not by chance the wrong one
  for (int round = 0; round < kRoundsMost; ++round) {
    for (std::size_t i = 0; i < count; ++i) next[i] = dot(common.data() + i * count, vector.data(), count);
    if (before) {
      const double share = dot(next.data(), before->data(), count);
      for (std::size_t i = 0; i < count; ++i) next[i] -= share * (*before)[i];
    }
    const double length = std::sqrt(dot(next.data(), next.data(), count));
    if (!(length > 1e-9)) return Numbers(count); // there is no such direction: the images don't differ
    double change = 0;
    for (std::size_t i = 0; i < count; ++i) {
      next[i] /= length;
      change += (next[i] - vector[i]) * (next[i] - vector[i]);
    }
    vector.swap(next);
    if (change < kSettled) break;
  }
  return vector;
}

void turn_towards_second(Numbers& scores, const Images& images) {
  double sum[2] = {}, of_class[2] = {};
  for (std::size_t i = 0; i < images.count; ++i) sum[images.labels[i]] += scores[i], ++of_class[images.labels[i]];
  if (sum[1] / of_class[1] < sum[0] / of_class[0])
    for (double& score : scores) score = -score;
}

void standardise(Numbers& scores) {
  const auto count = static_cast<double>(scores.size());
  double mean = 0, variance = 0, size = 0;
  for (const double score : scores) mean += score, size += score * score;
  mean /= count;
  for (const double score : scores) variance += (score - mean) * (score - mean);
  const bool same = !(variance > 1e-20 * size); // but for roundings
  const double deviation = std::sqrt(variance / count);
  for (double& score : scores) score = same ? 0 : (score - mean) / deviation;
}

} // namespace

const std::vector<DirectionEntry>& directions() {
  static const std::vector<DirectionEntry> table{{"means", true}, {"principal", true}, {"principal_2", true}, {"brightness", true}, {"bias", false}};
  return table;
}

Result<std::vector<Point>> image_points(const std::shared_ptr<const Source>& source, const SurfaceSettings& settings) {
  if (!source) return UserError{"needs_images", "", {}};
  const auto whole = [&](std::size_t i) { return static_cast<int>(settings.surface.values[i]); };
  const int classes[] = {whole(0), whole(1)};
  for (const int label : classes)
    if (label >= source->classes) return UserError{"no_such_class", "/surface/classes", {std::to_string(label), std::to_string(source->classes)}};
  const auto part = draw_part(*source, true, 1, classes, static_cast<std::int64_t>(point_count(settings)));
  if (!part) return UserError{part.error().code, part.error().code == "too_many_examples" ? "/surface/count" : "/surface/classes", part.error().with};
  Images images = read_images(source, *part);
  const auto wanted = [&](std::string_view id) { return std::find(settings.along.begin(), settings.along.end(), id) != settings.along.end(); };
  std::vector<std::pair<std::string_view, Numbers>> found{{"bias", Numbers(images.count, 1)}, {"brightness", brightness(images)}};
  take_off_mean(images);
  if (wanted("means")) found.emplace_back("means", along_means(images));
  if (wanted("principal") || wanted("principal_2")) {
    Numbers common(images.count * images.count);
    for (std::size_t i = 0; i < images.count; ++i)
      for (std::size_t j = 0; j <= i; ++j) common[i * images.count + j] = common[j * images.count + i] = dot(images.row(i), images.row(j), images.features);
    const Numbers first = principal(common, images.count, nullptr);
    for (const bool second : {false, true}) {
      Numbers scores = second ? principal(common, images.count, &first) : first;
      turn_towards_second(scores, images);
      found.emplace_back(second ? "principal_2" : "principal", std::move(scores));
    }
  }
  std::vector<Point> points(images.count);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const DirectionEntry& direction = entry_of(directions(), settings.along[axis]);
    Numbers& scores = std::find_if(found.begin(), found.end(), [&](const auto& each) { return each.first == direction.id; })->second;
    if (direction.standardised) standardise(scores);
    for (std::size_t i = 0; i < images.count; ++i) (axis == 0 ? points[i].x : points[i].y) = static_cast<float>(scores[i]);
  }
  for (std::size_t i = 0; i < images.count; ++i) points[i].t = images.labels[i];
  return points;
}

} // namespace downhill
