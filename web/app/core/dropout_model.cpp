#include "app/core/dropout_model.hpp"

#include "app/core/number_text.hpp"
#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {
constexpr std::string_view kRateField = "drop.p.", kMasksField = "ensemble.n";
} // namespace

double kept_scale(double p) { return std::round(1000 / (1 - p)) / 1000; }

std::size_t dropped(const MaskLayer& layer) {
  const auto end = layer.kept.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(layer.units, layer.kept.size()));
  return static_cast<std::size_t>(std::count(layer.kept.begin(), end, 0));
}

bool is_whole(const EnsembleLook& look) {
  return look.classes > 0 && look.eval.size() == look.classes && look.probabilities.size() == static_cast<std::size_t>(look.count) * look.classes &&
         look.label < look.classes && look.eval_units.size() == look.mean_units.size();
}

MaskMeans mask_means(const EnsembleLook& look) {
  MaskMeans out;
  out.evaluation = static_cast<double>(look.eval[look.label]);
  double sum = 0;
  for (std::uint32_t k = 0; k < look.count; ++k) {
    out.each.push_back(static_cast<double>(look.probabilities[static_cast<std::size_t>(k) * look.classes + look.label]));
    sum += out.each.back();
    out.mean.push_back(sum / (k + 1));
  }
  return out;
}

std::string ensemble_csv(const EnsembleLook& look) {
  std::string out = "test_example,mask";
  for (std::uint32_t c = 0; c < look.classes; ++c) out += ",p" + std::to_string(c);
  const auto row = [&](const std::string& name, const float* p) {
    out += "\n" + std::to_string(look.place) + "," + name;
    for (std::uint32_t c = 0; c < look.classes; ++c) out += "," + csv_number(static_cast<double>(p[c]));
  };
  for (std::uint32_t k = 0; k < look.count; ++k) row(std::to_string(k + 1), look.probabilities.data() + static_cast<std::size_t>(k) * look.classes);
  row("eval", look.eval.data());
  return out + "\n";
}

std::optional<UserError> DropoutModel::set_rate(std::size_t lane, std::size_t layer, double p) {
  Json hidden = race_.experiment().lanes[lane].complete["network"]["hidden"];
  hidden[layer]["dropout"] = p;
  Json json = race_.experiment().json();
  json["lanes"][lane]["network"]["hidden"] = hidden;
  // a label that names the rate goes along with it
  bool one_rate = true;
  for (const Json& l : hidden) one_rate = one_rate && l["dropout"] == hidden[0]["dropout"];
  std::string name;
  for (const Json& l : hidden) name += (name.empty() ? "p = " : ", ") + setting(l["dropout"].get<double>());
  json["lanes"][lane]["label"] = one_rate ? "p = " + setting(p) : name;
  return race_.change_to(json);
}

bool DropoutModel::has(std::string_view id) { return id == kMasksField || id.starts_with(kRateField); }

std::optional<UserError> DropoutModel::type(std::string_view id, const std::string& text, std::size_t lane) {
  if (id == kMasksField) {
    const auto n = number_between(text, 1, kMasks);
    if (n) set_masks(std::round(*n));
    return n ? std::nullopt : std::optional(n.error());
  }
  lane = std::min(lane, race_.lanes().size() - 1);
  const auto layer = place_in(id, kRateField);
  if (!layer || *layer >= layers(lane)) return {};
  const auto p = number_between(text, 0, kDropoutMost);
  return p ? set_rate(lane, *layer, *p) : std::optional(p.error());
}

std::size_t DropoutModel::unit_shown(const EnsembleLook* look) const {
  if (unit_ || !look || layer_ >= look->eval_units.size()) return unit_.value_or(0);
  const auto& y = look->eval_units[layer_];
  std::size_t best = 0;
  for (std::size_t d = 0; d < drawn(y.size()); ++d)
    if (const std::size_t u = unit_at(d, y.size()); y[u] > y[best]) best = u;
  return best;
}

void DropoutModel::begin_frame(std::size_t lane) {
  if (layer_ >= layers(lane)) layer_ = 0, unit_.reset();
  toy_.begin_frame();
}

void DropoutModel::show_plane() {
  if (!itself()) toy_.show(); // else its Start is the lab's
}

std::optional<UserError> DropoutModel::follow(std::size_t lane) {
  if (!toy_.shown()) return {};
  const auto& hidden = settings(std::min(lane, race_.lanes().size() - 1)).network.hidden;
  const double wanted = hidden.empty() || hidden[0].dropout == 0 ? 0.5 : hidden[0].dropout;
  return toy_.follow(setting(wanted), [&](Json& json) {
    for (Json& layer : json["lanes"][1]["network"]["hidden"]) layer["dropout"] = wanted;
    json["lanes"][1]["label"] = "p = " + setting(wanted);
  });
}

} // namespace downhill
