#include "app/core/passes_model.hpp"

#include "app/core/number_text.hpp"
#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

Sizes sizes_of(std::span<const float> values) {
  Sizes out;
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double size = std::fabs(static_cast<double>(values[i]));
    squares += size * size;
    if (size > out.most) out.most = size, out.place = i;
    out.zeros += size == 0;
  }
  if (!values.empty()) out.rms = std::sqrt(squares / static_cast<double>(values.size()));
  return out;
}

namespace {

constexpr int kResultDigits = 3, kDigitsMost = 9; // with nine a float32 is told from all others

std::string signed_text(double value, int digits) {
  const std::string text = setting(rounded_to(std::fabs(value), digits));
  return value < 0 ? "−" + text : text;
}

} // namespace

std::string product_text(const PassesPath& path) {
  int digits = kResultDigits;
  const auto product = [&] {
    double out = 1;
    for (const double f : path.factors) out *= rounded_to(f, digits);
    return out;
  };
  while (digits < kDigitsMost && rounded_to(product(), kResultDigits) != rounded_to(path.product, kResultDigits)) ++digits;
  std::string out;
  for (const double f : path.factors) {
    const std::string text = signed_text(f, digits);
    out += out.empty() ? text : f < 0 ? " · (" + text + ")" : " · " + text;
  }
  return out + " = " + signed_text(path.product, kResultDigits);
}

std::string product_symbols(const PassesPath& path) {
  std::string out = "δ";
  for (std::size_t i = 1; i < path.factors.size(); ++i) out += i % 2 == 1 ? " · w" : " · f′";
  return out;
}

bool is_finite(const PassesLook& look) {
  const auto finite = [](float v) { return std::isfinite(v); };
  return std::isfinite(look.loss) && std::isfinite(look.path_size) &&
         std::all_of(look.layers.begin(), look.layers.end(), [&](const PassesLayer& l) { return std::all_of(l.delta.begin(), l.delta.end(), finite); });
}

void PassesModel::turn(std::int64_t by, const PassesLook& look) {
  const std::int64_t all = std::max(1U, look.examples);
  question_.place = static_cast<std::uint32_t>(((place(look) + by) % all + all) % all);
  open_.clear();
}

void PassesModel::choose_input(std::uint32_t input, const PassesLook& look) {
  question_.input = look.input == input ? -1 : static_cast<std::int64_t>(input);
  open_.clear();
}

void PassesModel::fit(const PassesLook& look) {
  if (question_.input >= static_cast<std::int64_t>(look.x.size())) question_.input = -1;
}

std::optional<std::size_t> PassesModel::open(const PassesLook& look) const {
  const auto found = std::find_if(look.paths.begin(), look.paths.end(), [&](const PassesPath& p) { return p.places == open_; });
  if (open_.empty() || found == look.paths.end()) return {};
  return static_cast<std::size_t>(found - look.paths.begin());
}

void PassesModel::press_path(std::size_t path, const PassesLook& look) {
  if (path >= look.paths.size() || open(look) == path) return open_.clear();
  open_ = look.paths[path].places;
  const auto& places = look.paths[path].places;
  if (places.size() >= 2) question_.unit = places[places.size() - 2] % std::max(1U, look.units);
}

std::optional<UserError> PassesModel::type(std::string_view id, const std::string& text, const PassesLook& look) {
  const bool example = id == "view.example", unit = id == "view.unit";
  if (!example && !unit && id != "view.input") return {};
  if (!example && !unit && plain_typed(text).empty()) return question_.input = -1, open_.clear(), std::nullopt;
  const double most = example ? look.examples : unit ? look.units : static_cast<double>(look.x.size());
  const auto number = number_between(text, example || unit ? 1 : 0, most);
  if (!number) return number.error();
  const auto place = static_cast<std::int64_t>(std::round(*number)) - 1;
  if (unit) return choose_unit(static_cast<std::uint32_t>(place)), std::nullopt;
  open_.clear();
  if (example)
    question_.place = static_cast<std::uint32_t>(place);
  else
    question_.input = place;
  return {};
}

std::string passes_csv(const PassesLook& look) {
  const auto number = [](double v) { return "," + csv_number(v); };
  const bool doubled = std::any_of(look.layers.begin(), look.layers.end(), [](const PassesLayer& l) { return l.a.size() > l.z.size(); });
  std::string out = doubled ? "layer,unit,z,a,a_of_minus_z,delta\n" : "layer,unit,z,a,delta\n";
  for (std::size_t l = 0; l < look.layers.size(); ++l) {
    const PassesLayer& layer = look.layers[l];
    const std::size_t units = layer.z.size();
    for (std::size_t u = 0; u < units; ++u) {
      out += std::to_string(l + 1) + "," + std::to_string(u) + number(static_cast<double>(layer.z[u])) + number(static_cast<double>(layer.a[u]));
      if (doubled) out += u + units < layer.a.size() ? number(static_cast<double>(layer.a[u + units])) : ",";
      out += number(static_cast<double>(layer.delta[u])) + "\n";
    }
  }
  out += "input,x,d_x,weight_of_unit_" + std::to_string(look.unit) + ",d_weight\n";
  for (std::size_t i = 0; i < look.x.size(); ++i) {
    out += std::to_string(i);
    for (const auto* values : {&look.x, &look.d_x, &look.weight, &look.d_weight}) out += number(static_cast<double>((*values)[i]));
    out += "\n";
  }
  out += "path,product,factors\n";
  for (const PassesPath& path : look.paths) {
    for (std::size_t i = 0; i < path.places.size(); ++i) out += (i ? " " : "") + std::to_string(path.places[i]);
    out += number(path.product);
    for (const double f : path.factors) out += number(f);
    out += "\n";
  }
  return out;
}

} // namespace downhill
