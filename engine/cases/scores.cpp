#include "cases/scores.hpp"

#include "core/streams.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

double within(double score) { return std::clamp(score, kScoreLeast, kScoreMost); }

double height_to_width(std::span<const std::uint8_t> picture) {
  std::size_t top = kCaseSide, bottom = 0, left = kCaseSide, right = 0;
  for (std::size_t p = 0; p < kCasePixels; ++p) {
    if (picture[p] < kInked) continue;
    top = std::min(top, p / kCaseSide), bottom = std::max(bottom, p / kCaseSide);
    left = std::min(left, p % kCaseSide), right = std::max(right, p % kCaseSide);
  }
  if (top == kCaseSide) return 3;
  const double height = static_cast<double>(bottom - top + 1), width = static_cast<double>(right - left + 1);
  return within(3 + 6 * (height - width) / (height + width));
}

std::int64_t sum_of(std::span<const std::uint8_t> picture) {
  std::int64_t sum = 0;
  for (const std::uint8_t v : picture) sum += v;
  return sum;
}

double ink(std::span<const std::uint8_t> picture) { return within(1 + 8 * static_cast<double>(sum_of(picture)) / (kCasePixels * 255.0)); }

double symmetry(std::span<const std::uint8_t> picture) {
  std::int64_t apart = 0;
  for (std::size_t p = 0; p < kCasePixels; ++p) {
    const int one = picture[p], other = picture[p - p % kCaseSide + kCaseSide - 1 - p % kCaseSide];
    apart += one > other ? one - other : other - one;
  }
  return 5 - 4 * static_cast<double>(apart) / static_cast<double>(2 * std::max<std::int64_t>(1, sum_of(picture)));
}

// A rater's own mean at each place.
std::map<std::uint32_t, double> means_of(const Rater& rater) {
  std::map<std::uint32_t, std::pair<double, double>> sums; // with how many
  for (const Rating& rating : rater.ratings) sums[rating.place].first += rating.score, sums[rating.place].second += 1;
  std::map<std::uint32_t, double> means;
  for (const auto& [place, sum] : sums) means[place] = sum.first / sum.second;
  return means;
}

class Pairs {
public:
  void add(double one, double other) {
    ++out_.pairs;
    out_.equal += one == other;
    sum_ += std::fabs(one - other);
  }
  Agreement take() {
    out_.mean_difference = out_.pairs == 0 ? std::numeric_limits<double>::quiet_NaN() : sum_ / static_cast<double>(out_.pairs);
    return out_;
  }

private:
  Agreement out_;
  double sum_ = 0;
};

} // namespace

const std::vector<ScoreEntry>& scores() {
  static const std::vector<ScoreEntry> table{
      {"height_to_width", height_to_width,
       "inked = p >= 64\n"
       "def extent(on):\n"
       "    return on.shape[1] - on[:, ::-1].argmax(1) - on.argmax(1)\n"
       "h, w = extent(inked.any(2)), extent(inked.any(1))\n"
       "return np.clip(3 + 6 * (h - w) / (h + w), 1, 5)"},
      {"ink", ink, "return np.clip(1 + 8 * p.sum((1, 2)) / (784 * 255), 1, 5)"},
      {"symmetry", symmetry,
       "apart = np.abs(p - p[:, :, ::-1]).sum((1, 2))\n"
       "return 5 - 4 * apart / (2 * np.maximum(1, p.sum((1, 2))))"},
  };
  return table;
}

std::vector<std::uint32_t> rating_order(std::uint64_t seed, std::size_t items) {
  constexpr std::size_t kEvery = 10, kBetween = 8;
  PhiloxStream stream(stream_key(seed, Purpose::rating));
  std::vector<std::uint32_t> order, again; // `again`: those that may come a second time
  for (std::size_t i = 0; i < items; ++i) {
    order.push_back(static_cast<std::uint32_t>(i));
    if (i >= kBetween) again.push_back(static_cast<std::uint32_t>(i - kBetween));
    if ((i + 1) % kEvery != 0) continue;
    const auto chosen = again.begin() + static_cast<std::ptrdiff_t>(stream.next_uniform() * static_cast<double>(again.size()));
    order.push_back(*chosen);
    again.erase(chosen);
  }
  return order;
}

std::map<std::uint32_t, double> mean_scores(std::span<const Rater> raters) {
  std::map<std::uint32_t, std::pair<double, double>> sums;
  for (const Rater& rater : raters)
    for (const auto& [place, mean] : means_of(rater)) sums[place].first += mean, sums[place].second += 1;
  std::map<std::uint32_t, double> means;
  for (const auto& [place, sum] : sums) means[place] = sum.first / sum.second;
  return means;
}

Agreement agreement_with_oneself(const Rater& rater) {
  Pairs pairs;
  std::map<std::uint32_t, double> before;
  for (const Rating& rating : rater.ratings) {
    if (const auto found = before.find(rating.place); found != before.end()) pairs.add(found->second, rating.score);
    before[rating.place] = rating.score;
  }
  return pairs.take();
}

Agreement agreement_of(const Rater& one, const Rater& other) {
  Pairs pairs;
  const auto theirs = means_of(other);
  for (const auto& [place, mean] : means_of(one))
    if (const auto found = theirs.find(place); found != theirs.end()) pairs.add(mean, found->second);
  return pairs.take();
}

std::string scores_template(std::size_t items) {
  // a byte order mark: spreadsheets then read UTF-8. Names have letters, since 001 would become 1 there, and no ending: JPEG and PNG both fit.
  std::string out = "\xEF\xBB\xBF"
                    "file,score\r\n";
  for (std::size_t i = 1; i <= items; ++i) {
    const std::string number = std::to_string(i);
    out += "photo" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number + ",\r\n";
  }
  return out;
}

} // namespace downhill
