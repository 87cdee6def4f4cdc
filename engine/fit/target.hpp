// The known function of the lab Fit, and points drawn from it.
#pragma once
#include "core/streams.hpp"
#include "fit/fit_settings.hpp"
#include "surfaces/formula.hpp"

#include <optional>

namespace downhill {

struct FitTargetEntry {
  std::string_view id;
  std::string_view formula; ///< of x, as surfaces/formula.hpp reads it
  double low, high;         ///< the interval that suits it
};
const std::vector<FitTargetEntry>& fit_targets();

/// A formula of x alone. Errors: those of Formula::read; formula_x where it has y, or has no x.
Result<Formula> read_target(std::string_view text);

/// f, ready to be worked out.
class Target {
public:
  /// The formula must be one that read_target takes.
  explicit Target(const FitSettings& settings);
  /// In float64. Of heights the nearest end's beyond the interval.
  double at(double x) const;

private:
  std::optional<Formula> formula_;
  std::vector<double> heights_;
  double low_, high_;
};

/// `count` places at equal distances over the interval, its ends among them (count ≥ 2).
std::vector<double> even_places(const FitSettings& settings, std::int64_t count);
/// The middles of `count` equal parts of the interval.
std::vector<double> middles(const FitSettings& settings, std::int64_t count);
/// How fine the interval is cut for means over it that are worked out rather than estimated (the expected loss, a mean deviation):
/// they are means over the middles of so many equal parts.
inline constexpr std::int64_t kFitFine = 400;

/// What is drawn of a set: what a model is fitted to, or as many points that it has not seen, drawn the same way.
enum class Drawn : std::uint32_t { training, test };
/// The points of set `set` (from 0), `own` left aside: y = f(x) + σ·n. Point i is made from block i of stream (seed, fit,
/// training or test) at counter c1 = set: word 0 gives u of a random x = low + u·(high − low), words 2 and 3 the normal n by Box and
/// Muller. So more points begin with the fewer, and sets with even x differ in their noise alone.
std::vector<FitPoint> drawn_points(const FitSettings& settings, const Target& target, std::int64_t set, Drawn drawn = Drawn::training);
/// The one training set of the parts approximate and capacity: own points, or set 0.
std::vector<FitPoint> first_points(const FitSettings& settings, const Target& target);

} // namespace downhill
