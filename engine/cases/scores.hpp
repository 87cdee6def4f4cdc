// Scores of pictures from 1 to 5: measured from the picture, or given by raters. What is measured is worked out in whole numbers, with
// one division and one addition in float64, so that NumPy and every build have the same bits.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace downhill {

inline constexpr std::size_t kCaseSide = 28, kCasePixels = kCaseSide * kCaseSide;
inline constexpr double kScoreLeast = 1, kScoreMost = 5;
inline constexpr std::uint8_t kInked = 64; ///< a pixel from here on counts as drawn, when the drawing's height and width are taken

/// Something that is measured of a picture of 28×28 bytes.
struct ScoreEntry {
  std::string_view id;
  double (*of)(std::span<const std::uint8_t> picture);
  /// The same in NumPy: the body of a function of `p`, N×28×28 as int64.
  std::string_view numpy;
};
/// height_to_width: h and w are rows and columns from the first to the last that has an inked pixel; 3 + 6·(h − w)/(h + w), kept
/// within 1 … 5: 1 where it is twice as wide as high, 3 where it is square (or nothing is inked), 5 where it is twice as high as wide.
/// ink: with m the mean of all pixels, white being 1: 1 + 8·m, at most 5, which half white comes to.
/// symmetry: 5 − 4·Σ|v − v′|/Σ(v + v′), v′ the pixel at the same place of the mirror image (left and right exchanged): 5 where both
/// are the same (or black), 1 where no pixel that is lit in one is lit in the other.
const std::vector<ScoreEntry>& scores();

/// A rating: a place in the draw of training pictures, and a score from 1 to 5.
struct Rating {
  std::uint32_t place = 0;
  double score = 0;
};
/// Ratings of one person in the order in which they were given. A place may come several times. Places are those of one draw, which is
/// that of `seed` from `classes`: in another one other pictures stand there.
struct Rater {
  std::string name;
  std::vector<Rating> ratings;
  std::uint64_t seed = 1;
  std::vector<int> classes{};
};
/// `kRatingsMost`: 300 pictures, and a tenth of them a second time.
inline constexpr std::size_t kRatersMost = 8, kRatingsMost = 330;
inline constexpr double kRatedPlaceMost = 59999;

/// In which order `items` pictures are shown to whoever rates them, as places in the draw of `seed`: they are the first of the draw, in its
/// order, and after every ten of them comes one of those before a second time, with at least eight others between. Fewer items are the
/// beginning of more.
std::vector<std::uint32_t> rating_order(std::uint64_t seed, std::size_t items);

/// Of each place that anybody has rated: the mean over raters of each one's own mean there, in the order of raters and ratings.
std::map<std::uint32_t, double> mean_scores(std::span<const Rater> raters);

/// A table to be filled by whoever has pictures and scores of their own: `items` rows, each the name of a picture and no score yet. As the book's
/// exercise has it, 196 of them.
inline constexpr std::size_t kBookPictures = 196;
std::string scores_template(std::size_t items);

/// How well scores agree that were given to the same pictures.
struct Agreement {
  std::int64_t pairs = 0, equal = 0;
  double mean_difference = 0; ///< mean of |one − other|; NaN where there is no pair
};
/// One rater's second, third … score of a place against the one before it there.
Agreement agreement_with_oneself(const Rater& rater);
/// Two raters' own means, of the places that both have rated.
Agreement agreement_of(const Rater& one, const Rater& other);

} // namespace downhill
