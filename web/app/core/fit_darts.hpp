// Bias and variance as a target: each dart is one fitted model, its place how far its predictions at two places are off f. And the sum
// of noise, bias² and variance in as many digits as add up. No ImGui, no words.
#pragma once
#include "document/document.hpp"
#include "fit/decomposition.hpp"

#include <array>
#include <string>

namespace downhill {

/// Darts on a target whose middle is f. Across: ŷ − f at one of the document's places; up: at another, a quarter of them further on
/// (or back, where there is none).
struct FitDarts {
  double x = 0, other_x = 0;
  std::vector<std::array<double, 2>> darts; ///< one a fit that counts, in their order
  std::array<double, 2> mean{};
  double bias2 = 0;    ///< of the mean from the middle, squared: bias² at both places together
  double variance = 0; ///< mean over the darts of the squared distance from their mean: likewise
};

/// The document's place that is nearest to x.
std::size_t nearest_place(std::span<const double> places, double x);
/// `decomposition` is of these fits; one of them counts at least.
FitDarts darts_at(const Decomposition& decomposition, std::span<const SetFit> fits, double x);
/// How far from its middle a target reaches that shows nineteen of twenty of all these darts; more than 0.
double darts_reach(std::span<const FitDarts* const> all);

/// Four settings for comparison, of the same f, noise, number of sets and places: polynomials of a small and a large degree, each on
/// many and on few even points.
struct FitQuarter {
  int degree;
  std::int64_t points;
};
inline constexpr FitQuarter kFitQuarters[] = {{9, 200}, {9, 12}, {1, 200}, {1, 12}};
/// The document that has them; `complete`: one with every field.
Json quarter_document(const Json& complete, const FitQuarter& quarter);
/// What may be said of them: whether both of the small degree have more bias² than both of the large one, and both on few points more
/// variance than both on many. In the order of kFitQuarters.
struct QuartersApart {
  bool bias, variance;
};
QuartersApart quarters_apart(const std::array<const FitDarts*, 4>& quarters);

/// The parts of a sum and the sum, not negative, as they are written: with at least four digits behind the point, and up to three more
/// where what is written would not add up. `exact`: it does. The last text is the sum's.
struct WrittenSum {
  std::vector<std::string> parts;
  std::string sum;
  int decimals;
  bool exact;
};
WrittenSum written_sum(std::span<const double> parts);

} // namespace downhill
