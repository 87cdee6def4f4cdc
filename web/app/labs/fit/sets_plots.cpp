// The plots of bias and variance: all fits about f, and what the error is made of, over x and over capacity.
#include "app/core/typed_number.hpp"
#include "app/labs/fit/sets.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {
namespace {

std::string place_text(double x) { return "x = " + setting(rounded_to(x, 6)); }

Series named_series(std::string_view label, std::uint32_t color, float band = 0.16F) {
  Series out;
  out.label = label, out.color = color, out.band = band;
  return out;
}

// What the axis goes to: what runs away at few places or capacities does not flatten all others.
double ceiling_of(std::vector<double> sums, double share_below, double more) {
  std::erase_if(sums, [](double each) { return !std::isfinite(each); });
  if (sums.empty()) return 1;
  std::sort(sums.begin(), sums.end());
  const double usual = sums[static_cast<std::size_t>(share_below * static_cast<double>(sums.size() - 1))];
  return std::max(1.05 * std::min(sums.back(), more * usual), 1e-9);
}

} // namespace

void SetsPart::picture(Rect box) {
  const FitLabModel& model = lab_.model();
  const FitSettings& s = model.settings();
  const bool drawn = fits_.any();
  ui().text(box.cut_top(20), drawn ? ui()("fit.sets.see") : ui()("fit.sets.see_first"), ui().theme->faint, kSmall);
  PlotSpec spec = picture_spec(lab_, hand_);
  spec.y_decimals = 4;
  Series f = target_series(lab_);
  for (const double y : f.y) f.low.push_back(y - s.noise), f.high.push_back(y + s.noise);
  std::vector<Series> series{std::move(f)};
  const SetFit* fit = fits_.fit(chosen());
  double place = s.place;
  if (drawn) {
    const Decomposition& d = fits_.decomposition();
    place = d.x[nearest_place(d.x, s.place)];
    FaintCurves all{d.x, {}, ui().theme->accent, std::clamp(8.0F / static_cast<float>(d.fits + 1), 0.1F, 0.4F)};
    for (std::size_t set = 0; set < fits_.sets(); ++set)
      if (const SetFit* each = fits_.fit(set); each && !each->diverged) all.ys.emplace_back(each->predictions);
    spec.faint.push_back(std::move(all));
    Series& mean = series.emplace_back(named_series(ui()("fit.sets.mean"), ui().theme->accent));
    mean.x = d.x, mean.y = d.mean;
    if (fit && !fit->diverged) {
      Series& one = series.emplace_back(named_series(fill(ui()("fit.sets.one"), {std::to_string(chosen() + 1)}), ui().theme->violet));
      one.dash = Dash::dotted, one.x = d.x, one.y = fit->predictions;
    }
    spec.cursor = place;
  }
  for (const FitPoint& p : drawn_points(s, model.target(), static_cast<std::int64_t>(chosen()))) spec.marks.push_back({p.x, p.y, ui().theme->soft, false});
  PlotFrame frame;
  plot(ui(), box, spec, series, nullptr, &frame);
  const HandNews news = hand_on(ui(), frame, {}, hand_);
  if (!drawn) return;
  // each fit's prediction at the place, on its line
  ImDrawList* list = ui().draw();
  list->PushClipRect(frame.area.min(), frame.area.max(), true);
  for (const auto& dart : darts_here().darts) {
    const double y = model.target().at(place) + dart[0];
    if (std::isfinite(y))
      list->AddCircleFilled(frame.at(place, std::clamp(y, frame.y.least - 1, frame.y.most + 1)), 2.4F, faded(ui().theme->violet, 0.75F), 10);
  }
  list->PopClipRect();
  ui().text({frame.at(place, 0).x + 6, frame.area.y + 2, 120, 16}, place_text(place), ui().theme->ink, kSmall, Weight::bold);
  using What = HandNews::What;
  if (news.what == What::none) return;
  if (news.what != What::given_up) {
    if (hand_.before.is_null()) hand_.before = lab_.document();
    const Decomposition& d = fits_.decomposition();
    lab_.put("/place", std::clamp(rounded_to(d.x[nearest_place(d.x, news.at.x)], 6), s.low, s.high), true);
  }
  if (news.what == What::moves) return;
  if (news.what == What::given_up && !hand_.before.is_null()) lab_.give_up(hand_.before);
  hand_.before = Json();
  lab_.let_go();
}

void SetsPart::over_x(Rect box) {
  PlotSpec spec;
  spec.id = "fit.over_x";
  const FitSettings& s = lab_.model().settings();
  spec.x_title = "x", spec.y_title = ui()("fit.sets.error");
  spec.x_least = s.low, spec.x_most = s.high;
  spec.y_decimals = -1;
  spec.show_legend = true;
  spec.x_text = place_text;
  std::vector<Series> series{named_series(ui()("fit.sets.noise2"), ui().theme->faint), named_series(ui()("fit.sets.bias2"), ui().theme->accent),
                             named_series(ui()("fit.sets.variance"), ui().theme->adadelta), named_series(ui()("fit.sets.sum"), ui().theme->ink)};
  series[0].dash = Dash::dashed, series[3].dash = Dash::dotted;
  if (fits_.any()) {
    const Decomposition& d = fits_.decomposition();
    series[0].y.assign(d.x.size(), d.noise2), series[1].y = d.bias2, series[2].y = d.variance;
    for (std::size_t i = 0; i < d.x.size(); ++i) series[3].y.push_back(d.noise2 + d.bias2[i] + d.variance[i]);
    for (Series& each : series) each.x = d.x;
    spec.y_from = 0, spec.y_to = ceiling_of(series[3].y, 0.9, 1.3);
    spec.cursor = d.x[nearest_place(d.x, s.place)];
  }
  plot(ui(), box, spec, series, &x_view_);
}

void SetsPart::capacity_areas(Rect box) {
  const bool network = lab_.model().network();
  const double noise2 = lab_.model().settings().noise * lab_.model().settings().noise;
  PlotSpec spec;
  spec.id = "plot";
  spec.x_title = network ? ui()("fit.width") : ui().by_id("label./model/degree");
  spec.y_title = ui()("fit.sets.error");
  spec.y_decimals = -1;
  spec.show_legend = true;
  spec.log_x = network;
  spec.minimum_label = ui()("fit.sets.least_sum");
  spec.x_text = [name = spec.x_title](double x) { return name + " " + grouped(x); };
  Series noise = named_series(ui()("fit.sets.noise2"), ui().theme->faint, 0.4F);
  Series bias = named_series(ui()("fit.sets.bias2"), ui().theme->accent, 0.5F);
  Series variance = named_series(ui()("fit.sets.variance"), ui().theme->adadelta, 0.5F);
  Series sum = named_series(ui()("fit.sets.sum"), ui().theme->ink);
  double least = 0;
  for (const CapacityFit& fit : sweep_.known()) {
    if (!std::isfinite(fit.bias2 + fit.variance)) continue;
    const auto x = static_cast<double>(fit.capacity);
    const double under = noise2 + fit.bias2, whole = under + fit.variance;
    for (Series* each : {&noise, &bias, &variance, &sum}) each->x.push_back(x);
    noise.y.push_back(noise2), noise.low.push_back(0), noise.high.push_back(noise2);
    bias.y.push_back(under), bias.low.push_back(noise2), bias.high.push_back(under), bias.told.push_back(fit.bias2);
    variance.y.push_back(whole), variance.low.push_back(under), variance.high.push_back(whole), variance.told.push_back(fit.variance);
    sum.y.push_back(whole);
    if (sum.minimum < 0 || whole < least) least = whole, sum.minimum = static_cast<int>(sum.y.size()) - 1;
  }
  if (sum.x.size() < 2) return; // no axis yet
  if (!sweep_.complete()) sum.minimum = -1;
  spec.x_least = sum.x.front(), spec.x_most = sum.x.back();
  spec.y_from = 0, spec.y_to = ceiling_of(sum.y, 0, 3);
  spec.cursor = static_cast<double>(capacity_of(lab_.model().settings().model));
  plot(ui(), box, spec, {std::move(noise), std::move(bias), std::move(variance), std::move(sum)}, &areas_view_);
}

} // namespace downhill::fitting
