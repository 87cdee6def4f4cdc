#include "fit/target.hpp"

#include <cmath>

namespace downhill {

const std::vector<FitTargetEntry>& fit_targets() {
  static const std::vector<FitTargetEntry> table{
      // two humps, the second higher: the function of the textbooks' table of bias and variance (Louppe 2014, section 4.1)
      {"two_bumps", "exp(-x^2) + 1.5*exp(-(x-2)^2)", -5, 5},
      // slow and fast waves on a parabola: what towers are built on
      {"waves", "0.2 + 0.4*x^2 + 0.3*x*sin(15*x) + 0.05*cos(50*x)", 0, 1},
      {"sine", "sin(2*pi*x)", -1, 1},
      // from 0 to 1 within a tenth of the interval
      {"step", "(1 + tanh(20*x))/2", -1, 1},
      {"abs", "abs(x)", -1, 1},
      // Runge's: polynomials through even points swing about it near the ends
      {"runge", "1/(1 + 25*x^2)", -1, 1},
  };
  return table;
}

Result<Formula> read_target(std::string_view text) {
  auto formula = Formula::read(text);
  if (!formula) return formula.error().code == "formula_flat" ? UserError{"formula_x", "", {}} : formula.error();
  if (formula->uses_y() || !formula->uses_x()) return UserError{"formula_x", "", {}};
  return formula;
}

Target::Target(const FitSettings& settings) : heights_(settings.target.heights), low_(settings.low), high_(settings.high) {
  if (!settings.target.formula.empty()) formula_ = *read_target(settings.target.formula);
}

double Target::at(double x) const {
  if (formula_) return formula_->value(x, 0);
  const auto last = static_cast<double>(heights_.size() - 1);
  const double along = (x - low_) / (high_ - low_) * last;
  if (!(along > 0)) return heights_.front();
  if (along >= last) return heights_.back();
  const double whole = std::floor(along), part = along - whole;
  const auto left = static_cast<std::size_t>(whole);
  return heights_[left] + part * (heights_[left + 1] - heights_[left]);
}

std::vector<double> even_places(const FitSettings& settings, std::int64_t count) {
  std::vector<double> places;
  for (std::int64_t i = 0; i < count; ++i)
    places.push_back(i + 1 == count ? settings.high : settings.low + (settings.high - settings.low) * static_cast<double>(i) / static_cast<double>(count - 1));
  return places;
}

std::vector<double> middles(const FitSettings& settings, std::int64_t count) {
  std::vector<double> places;
  for (std::int64_t i = 0; i < count; ++i)
    places.push_back(settings.low + (settings.high - settings.low) * (static_cast<double>(i) + 0.5) / static_cast<double>(count));
  return places;
}

std::vector<FitPoint> drawn_points(const FitSettings& settings, const Target& target, std::int64_t set, Drawn drawn) {
  const PhiloxKey key = stream_key(settings.seed, Purpose::fit, static_cast<std::uint32_t>(drawn));
  const std::vector<double> even = middles(settings, settings.points);
  std::vector<FitPoint> points;
  for (std::size_t i = 0; i < even.size(); ++i) {
    PhiloxStream stream(key, {i, static_cast<std::uint64_t>(set)});
    const double u = stream.next_uniform();
    stream.next_word(); // as toys: words 2 and 3 make the normal
    double normal[1];
    fill_normal(stream, normal);
    const double x = settings.random_x ? settings.low + u * (settings.high - settings.low) : even[i];
    points.push_back({x, target.at(x) + settings.noise * normal[0]});
  }
  return points;
}

std::vector<FitPoint> first_points(const FitSettings& settings, const Target& target) {
  return settings.own.empty() ? drawn_points(settings, target, 0) : settings.own;
}

} // namespace downhill
