#include "app/core/fit_darts.hpp"

#include "app/core/number_text.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

std::size_t nearest_place(std::span<const double> places, double x) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < places.size(); ++i)
    if (std::fabs(places[i] - x) < std::fabs(places[best] - x)) best = i;
  return best;
}

FitDarts darts_at(const Decomposition& decomposition, std::span<const SetFit> fits, double x) {
  const std::size_t count = decomposition.x.size(), here = nearest_place(decomposition.x, x), quarter = std::max<std::size_t>(1, count / 4);
  const std::size_t there = here + quarter < count ? here + quarter : here - std::min(here, quarter);
  FitDarts out;
  out.x = decomposition.x[here], out.other_x = decomposition.x[there];
  for (const SetFit& fit : fits)
    if (!fit.diverged) out.darts.push_back({fit.predictions[here] - decomposition.f[here], fit.predictions[there] - decomposition.f[there]});
  out.mean = {decomposition.mean[here] - decomposition.f[here], decomposition.mean[there] - decomposition.f[there]};
  out.bias2 = decomposition.bias2[here] + decomposition.bias2[there];
  out.variance = decomposition.variance[here] + decomposition.variance[there];
  return out;
}

double darts_reach(std::span<const FitDarts* const> all) {
  std::vector<double> off;
  for (const FitDarts* each : all)
    for (const auto& dart : each->darts)
      if (const double distance = std::sqrt(dart[0] * dart[0] + dart[1] * dart[1]); std::isfinite(distance)) off.push_back(distance);
  std::sort(off.begin(), off.end());
  const double reach = off.empty() ? 0 : off[(off.size() - 1) * 19 / 20] * 1.05;
  return std::max(reach, 1e-9);
}

Json quarter_document(const Json& complete, const FitQuarter& quarter) {
  Json out = complete;
  out["points"] = quarter.points;
  out["x"] = "even";
  out["model"]["name"] = "polynomial";
  out["model"]["degree"] = quarter.degree;
  out["model"]["weight_decay"] = 0;
  return out;
}

QuartersApart quarters_apart(const std::array<const FitDarts*, 4>& quarters) {
  QuartersApart out{true, true};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      if (kFitQuarters[i].degree < kFitQuarters[j].degree) out.bias = out.bias && quarters[i]->bias2 > quarters[j]->bias2;
      if (kFitQuarters[i].points < kFitQuarters[j].points) out.variance = out.variance && quarters[i]->variance > quarters[j]->variance;
    }
  return out;
}

WrittenSum written_sum(std::span<const double> parts) {
  double whole = 0;
  for (const double part : parts) whole += part;
  WrittenSum out{{}, {}, 4, false};
  constexpr int kLeast = 4, kMost = 7;
  for (int decimals = kLeast; decimals <= kMost && !out.exact && std::isfinite(whole); ++decimals) {
    const double scale = std::pow(10, decimals);
    double sum = 0;
    for (const double part : parts) sum += std::round(part * scale);
    if (sum == std::round(whole * scale)) out.decimals = decimals, out.exact = true;
  }
  for (const double part : parts) out.parts.push_back(grouped(part, out.decimals));
  out.sum = grouped(whole, out.decimals);
  return out;
}

} // namespace downhill
