#include "backprop/mistakes.hpp"

#include "backprop/quantity_rules.hpp"
#include "backprop/scalar_formulas.hpp"
#include "core/typed_text.hpp"
#include "core/worked_text.hpp"
#include "surfaces/formula.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

using K = QuantityKind;
using Values = std::vector<double>;

double worked_from(const BackpropNumbers& numbers, const Quantity& at, const NumberOf& of) { return worked_out(numbers.settings(), at, of); }
// With one of the numbers that it comes of taken for another.
double with_instead(const BackpropNumbers& numbers, const Quantity& at, const Quantity& one, double value) {
  return worked_from(numbers, at, [&](const Quantity& q) { return q == one ? value : numbers.of(q); });
}
double right_at(const BackpropNumbers& numbers, const Quantity& at) {
  return worked_from(numbers, at, [&](const Quantity& q) { return numbers.of(q); });
}

bool is_new(const Quantity& at) { return at.kind == K::new_weight || at.kind == K::new_bias; }
bool of_output(const BackpropNumbers& numbers, const Quantity& at) { return at.layer + 1U == numbers.settings().layers.size(); }
bool squares(const BackpropNumbers& numbers) { return !entry_of(scalar_losses(), numbers.settings().loss).of_logits; }

// What an update starts from.
struct Update {
  double number, gradient;
};
Update update_of(const BackpropNumbers& numbers, const Quantity& new_one) {
  const bool bias = new_one.kind == K::new_bias;
  const auto of = [&](K kind) { return numbers.of({kind, 0, new_one.layer, new_one.unit, new_one.index}); };
  return {of(bias ? K::bias : K::weight), of(bias ? K::d_bias : K::d_weight)};
}

// ---- the mistakes ----

Values left_out(const BackpropNumbers& numbers, const Quantity& at) {
  Values values;
  if (at.kind == K::loss) return values; // that is term_dropped
  const std::vector<Quantity> addends = addends_of(numbers.settings(), at);
  for (std::size_t i = addends.size(); addends.size() > 1 && i-- > 0;) values.push_back(with_instead(numbers, at, addends[i], 0));
  return values;
}

Values mean_for_sum(const BackpropNumbers& numbers, const Quantity& at) {
  const std::size_t addends = addends_of(numbers.settings(), at).size();
  const bool sum = at.kind == K::d_a || at.kind == K::d_weight || at.kind == K::d_bias || at.kind == K::d_input ||
                   (at.kind == K::loss && entry_of(scalar_losses(), numbers.settings().loss).one_of_many);
  return sum && addends > 1 ? Values{right_at(numbers, at) / static_cast<double>(addends)} : Values();
}

Values slope_place(const BackpropNumbers& numbers, const Quantity& at) {
  if (at.kind != K::slope) return {};
  const BackpropLayer& layer = numbers.settings().layers[at.layer];
  const ScalarActivation& f = entry_of(scalar_activations(), layer.activation.name);
  const double z = numbers.of({K::z, at.example, at.layer, at.unit}), a = numbers.of({K::a, at.example, at.layer, at.unit});
  return {f.slope(a, f.value(a, layer.activation.values), layer.activation.values), f.slope(z, z, layer.activation.values)};
}

Values no_slope(const BackpropNumbers& numbers, const Quantity& at) {
  return at.kind == K::delta ? Values{numbers.of({K::d_a, at.example, at.layer, at.unit})} : Values();
}

Values new_weights(const BackpropNumbers& numbers, const Quantity& at) {
  const bool sum = at.kind == K::d_input || (at.kind == K::d_a && !of_output(numbers, at));
  if (!sum && at.kind != K::path && at.kind != K::input_path) return {};
  return {worked_from(numbers, at, [&](const Quantity& q) {
    if (q.kind == K::path || q.kind == K::input_path) return new_weights(numbers, q).front();
    if (q.kind != K::weight) return numbers.of(q);
    return moved_once(numbers.settings().optimizer, numbers.of(q), numbers.of({K::d_weight, 0, q.layer, q.unit, q.index}));
  })};
}

Values term_dropped(const BackpropNumbers& numbers, const Quantity& at) {
  Values values;
  if (at.kind != K::loss) return values;
  const std::vector<Quantity> terms = addends_of(numbers.settings(), at);
  for (std::size_t i = terms.size(); terms.size() > 1 && i-- > 0;) values.push_back(with_instead(numbers, at, terms[i], 0));
  return values;
}

// Nothing is left in before the first update; so that the mistake can be seen, a gradient as large is.
Values not_cleared(const BackpropNumbers& numbers, const Quantity& at) {
  if (!is_new(at)) return {};
  const Update update = update_of(numbers, at);
  return {moved_once(numbers.settings().optimizer, update.number, 2.0 * update.gradient)};
}

Values no_bias_correction(const BackpropNumbers& numbers, const Quantity& at) {
  const Choice& rule = numbers.settings().optimizer;
  if (!is_new(at) || (rule.name != "adam" && rule.name != "adamw")) return {};
  const auto [number, g] = update_of(numbers, at);
  const ParameterValues& p = rule.values;
  const double m = (1.0 - p[1]) * g, v = (1.0 - p[2]) * (g * g);
  return {(rule.name == "adamw" ? number * (1.0 - p[0] * p[4]) : number) - p[0] * (m / (std::sqrt(v) + p[3]))};
}

Values sign(const BackpropNumbers& numbers, const Quantity& at) {
  if (at.kind == K::d_a && of_output(numbers, at)) return {-right_at(numbers, at)};
  if (!is_new(at)) return {};
  const Update update = update_of(numbers, at);
  return {moved_once(numbers.settings().optimizer, update.number, -update.gradient)};
}

Values no_bias(const BackpropNumbers& numbers, const Quantity& at) {
  return at.kind == K::z ? Values{with_instead(numbers, at, {K::bias, 0, at.layer, at.unit}, 0)} : Values();
}

// What comes of a squared error that is taken whole, or by half; and of its slope without its 2, or without the mean over outputs.
Values half(const BackpropNumbers& numbers, const Quantity& at) {
  if (!squares(numbers)) return {};
  const auto outputs = static_cast<double>(numbers.settings().layers.back().units());
  if (at.kind == K::term || at.kind == K::loss) {
    const double whole = outputs * right_at(numbers, at);
    return {whole, 0.5 * whole};
  }
  if (at.kind != K::d_a || !of_output(numbers, at)) return {};
  const double error = 0.5 * outputs * right_at(numbers, at);
  return {error, 2.0 * error, error / outputs};
}

Values no_rate(const BackpropNumbers& numbers, const Quantity& at) {
  if (!is_new(at)) return {};
  Choice rule = numbers.settings().optimizer;
  rule.values[0] = 1;
  const Update update = update_of(numbers, at);
  return {moved_once(rule, update.number, update.gradient)};
}

// Without what comes to the right number.
template <Values (*made)(const BackpropNumbers&, const Quantity&)> Values wrong(const BackpropNumbers& numbers, const Quantity& at) {
  const bool held = at.kind == K::new_bias && !numbers.settings().train_bias;
  Values values = held ? Values() : made(numbers, at);
  if (values.empty()) return values;
  const double right = right_at(numbers, at);
  std::erase_if(values, [&](double value) { return !std::isfinite(value) || is_right(value, right) || is_right(right, value); });
  return values;
}

// Numbers that students work out on the way to another and don't write down.
bool on_the_way(K kind) { return kind == K::path || kind == K::input_path || kind == K::share || kind == K::term || kind == K::d_a || kind == K::slope; }

// What comes of a mistake at a number, made there or on the way to it.
Values carried(const MistakeEntry& mistake, const BackpropNumbers& numbers, const Quantity& at) {
  struct Instead {
    Quantity of;
    Values values;
  };
  std::vector<Instead> wrong;
  std::size_t ways = 0;
  worked_from(numbers, at, [&](const Quantity& q) {
    const bool seen = std::any_of(wrong.begin(), wrong.end(), [&](const Instead& i) { return i.of == q; });
    if (on_the_way(q.kind) && !seen) {
      wrong.push_back({q, carried(mistake, numbers, q)});
      ways = std::max(ways, wrong.back().values.size());
    }
    return numbers.of(q);
  });
  Values values = mistake.made(numbers, at);
  for (std::size_t way = 0; way < ways; ++way)
    values.push_back(worked_from(numbers, at, [&](const Quantity& q) {
      for (const Instead& instead : wrong)
        if (instead.of == q && !instead.values.empty()) return instead.values[std::min(way, instead.values.size() - 1)];
      return numbers.of(q);
    }));
  return values;
}

} // namespace

const std::vector<MistakeEntry>& known_mistakes() {
  static const std::vector<MistakeEntry> table{
      {"left_out", wrong<left_out>}, {"mean_for_sum", wrong<mean_for_sum>}, {"slope_place", wrong<slope_place>},
      {"no_slope", wrong<no_slope>}, {"new_weights", wrong<new_weights>},   {"term_dropped", wrong<term_dropped>},
      {"sign", wrong<sign>},         {"no_bias", wrong<no_bias>},           {"half", wrong<half>},
      {"no_rate", wrong<no_rate>},   {"not_cleared", wrong<not_cleared>},   {"no_bias_correction", wrong<no_bias_correction>},
  };
  return table;
}

std::vector<Mistake> possible_mistakes(const BackpropSettings& settings) {
  const BackpropNumbers numbers(settings);
  const std::vector<Quantity> steps = backprop_steps(settings);
  std::vector<Mistake> all;
  for (const MistakeEntry& mistake : known_mistakes())
    for (const Quantity& at : steps) {
      const Values made = mistake.made(numbers, at);
      if (made.empty() || recognised(numbers, at, made.front()) != mistake.id) continue;
      const bool taken = std::any_of(all.begin(), all.end(), [&](const Mistake& other) {
        return other.at == at && is_right(entry_of(known_mistakes(), other.id).made(numbers, at).front(), made.front());
      });
      if (!taken) all.push_back({mistake.id, at});
    }
  return all;
}

// ---- answers ----

bool is_right(double answer, double number) {
  if (!std::isfinite(answer) || !std::isfinite(number)) return false;
  if (number == 0) return answer == 0;
  const double unit = last_unit(number, kAnswerDigits), little = 1e-9 * std::fabs(number);
  // the unit of the number itself, not of what it rounds to: 0.9996 has 0.001, though it is told as 1.00
  const double scale = std::fabs(number) < 100 * unit - little ? unit / 10 : unit;
  const double cut = std::floor(std::fabs(number) / scale + 1e-9) * scale;
  return std::fabs(answer - number) <= 0.5 * scale + little || std::fabs(answer - std::copysign(cut, number)) <= little;
}

std::vector<std::string_view> explanations(const BackpropNumbers& numbers, const Quantity& at, double answer) {
  std::vector<std::string_view> ids;
  if (is_right(answer, numbers.of(at))) return ids;
  for (const MistakeEntry& mistake : known_mistakes()) {
    const Values values = carried(mistake, numbers, at);
    if (std::any_of(values.begin(), values.end(), [&](double value) { return is_right(answer, value); })) ids.push_back(mistake.id);
  }
  return ids;
}

std::optional<std::string_view> recognised(const BackpropNumbers& numbers, const Quantity& at, double answer) {
  const auto ids = explanations(numbers, at, answer);
  return ids.empty() ? std::nullopt : std::optional(ids.front());
}

Result<double> answer_from(std::string_view text) {
  std::string plain = plain_typed(text);
  if (plain.find_first_not_of("0123456789.,+-eE") != std::string::npos) return formula_value(text);
  settle_commas(plain);
  return formula_value(plain);
}

} // namespace downhill
