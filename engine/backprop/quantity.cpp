#include "backprop/quantity.hpp"

#include "backprop/mistakes.hpp"
#include "backprop/quantity_rules.hpp"
#include "backprop/scalar_formulas.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace downhill {

// ---- names ----

const std::vector<QuantityKindEntry>& quantity_kinds() {
  using enum QuantityKind;
  static const std::vector<QuantityKindEntry> table{
      {input, "input", Stage::given, true, false, true, false},
      {target, "target", Stage::given, true, false, true, false},
      {weight, "weight", Stage::given, false, true, true, true},
      {bias, "bias", Stage::given, false, true, true, false},
      {product, "product", Stage::forward, true, true, true, true},
      {z, "z", Stage::forward, true, true, true, false},
      {a, "a", Stage::forward, true, true, true, false},
      {probability, "probability", Stage::loss, true, false, true, false},
      {term, "term", Stage::loss, true, false, true, false},
      {loss, "loss", Stage::loss, true, false, false, false},
      {mean_loss, "mean_loss", Stage::loss, false, false, false, false},
      {path, "path", Stage::backward, true, true, true, true},
      {d_a, "d_a", Stage::backward, true, true, true, false},
      {slope, "slope", Stage::backward, true, true, true, false},
      {delta, "delta", Stage::backward, true, true, true, false},
      {share, "share", Stage::backward, true, true, true, true},
      {d_weight, "d_weight", Stage::backward, false, true, true, true},
      {d_bias, "d_bias", Stage::backward, false, true, true, false},
      {input_path, "input_path", Stage::backward, true, false, true, true},
      {d_input, "d_input", Stage::backward, true, false, true, false},
      {new_weight, "new_weight", Stage::update, false, true, true, true},
      {new_bias, "new_bias", Stage::update, false, true, true, false},
  };
  return table;
}
const QuantityKindEntry& entry_of(QuantityKind kind) { return quantity_kinds()[static_cast<std::size_t>(kind)]; }

namespace {

constexpr std::size_t kPlaces = 4;

struct Place {
  bool used;
  std::size_t at;
};
std::array<Place, kPlaces> places_of(const Quantity& q) {
  const QuantityKindEntry& kind = entry_of(q.kind);
  return {{{kind.of_example, q.example}, {kind.of_layer, q.layer}, {kind.of_unit, q.unit}, {kind.of_index, q.index}}};
}

std::size_t inputs_of(const BackpropSettings& s) { return s.layers.front().inputs; }
std::size_t outputs_of(const BackpropSettings& s) { return s.layers.back().units(); }

} // namespace

Quantity quantity_at(QuantityKind kind, const QuantityPlace& place) {
  const QuantityKindEntry& entry = entry_of(kind);
  const auto kept = [](bool used, std::size_t at) { return static_cast<std::uint8_t>(used ? at : 0); };
  return {kind, kept(entry.of_example, place.example), kept(entry.of_layer, place.layer), kept(entry.of_unit, place.unit), kept(entry.of_index, place.index)};
}

std::string name_of(const Quantity& quantity) {
  std::string name(entry_of(quantity.kind).id);
  for (const Place& place : places_of(quantity))
    if (place.used) name += "/" + std::to_string(place.at + 1);
  return name;
}

std::optional<Quantity> quantity_spelled(std::string_view name) {
  const std::size_t end = std::min(name.find('/'), name.size());
  const QuantityKindEntry* kind = find_entry(quantity_kinds(), name.substr(0, end));
  if (!kind) return {};
  name.remove_prefix(end);
  QuantityPlace place;
  const std::pair<bool, std::size_t*> places[kPlaces] = {
      {kind->of_example, &place.example}, {kind->of_layer, &place.layer}, {kind->of_unit, &place.unit}, {kind->of_index, &place.index}};
  for (const auto& [used, at] : places) {
    if (!used) continue;
    unsigned counted = 0;
    if (name.size() < 2 || name[0] != '/' || name[1] == '0') return {};
    const auto [rest, error] = std::from_chars(name.data() + 1, name.data() + name.size(), counted);
    if (error != std::errc() || counted > 255) return {};
    name.remove_prefix(static_cast<std::size_t>(rest - name.data()));
    *at = counted - 1;
  }
  return name.empty() ? std::optional(quantity_at(kind->kind, place)) : std::nullopt;
}

bool in_network(const Quantity& q, const BackpropSettings& s) {
  const QuantityKindEntry& kind = entry_of(q.kind);
  if (kind.of_example && q.example >= s.examples.size()) return false;
  if (kind.of_layer && q.layer >= s.layers.size()) return false;
  switch (q.kind) {
  case QuantityKind::input:
  case QuantityKind::d_input: return q.unit < inputs_of(s);
  case QuantityKind::input_path: return q.unit < inputs_of(s) && q.index < s.layers.front().units();
  case QuantityKind::target:
  case QuantityKind::term: return q.unit < outputs_of(s);
  case QuantityKind::probability: return q.unit < outputs_of(s) && entry_of(scalar_losses(), s.loss).of_logits;
  case QuantityKind::path: return q.layer + 1U < s.layers.size() && q.unit < s.layers[q.layer].units() && q.index < s.layers[q.layer + 1U].units();
  default: break;
  }
  if (kind.of_unit && q.unit >= s.layers[q.layer].units()) return false;
  return !kind.of_index || q.index < s.layers[q.layer].inputs;
}

std::optional<Quantity> quantity_named(std::string_view name, const BackpropSettings& settings) {
  const auto quantity = quantity_spelled(name);
  return quantity && in_network(*quantity, settings) ? quantity : std::nullopt;
}

// ---- symbols ----

namespace {

std::string lowered(std::size_t number) {
  static constexpr std::string_view kLow[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
  std::string text;
  for (const char digit : std::to_string(number)) text += kLow[digit - '0'];
  return text;
}

// Counted from 1 through all layers.
std::size_t weight_number(const BackpropSettings& s, std::size_t layer, std::size_t unit, std::size_t input) {
  std::size_t number = unit * s.layers[layer].inputs + input + 1;
  for (std::size_t l = 0; l < layer; ++l) number += s.layers[l].weight.size();
  return number;
}
std::size_t bias_number(const BackpropSettings& s, std::size_t layer, std::size_t unit) {
  std::size_t number = unit + 1;
  for (std::size_t l = 0; l < layer; ++l) number += s.layers[l].units();
  return number;
}

} // namespace

std::string unit_name(const BackpropSettings& settings, std::size_t layer, std::size_t unit) {
  static constexpr std::string_view kHidden[] = {"h", "k", "m"};
  static_assert(std::size(kHidden) + 1 >= 4, "a letter for each layer that a document may have");
  return std::string(layer + 1 == settings.layers.size() ? "o" : kHidden[layer]) + lowered(unit + 1);
}

std::string symbol_of(const BackpropSettings& s, const Quantity& q) {
  using enum QuantityKind;
  const bool several = s.examples.size() > 1;
  const std::string number = std::to_string(q.example + 1), of_one = several ? "(" + number + ")" : "";
  const auto of_unit = [&](const char* what, std::size_t layer) {
    return std::string(what) + "(" + unit_name(s, layer, q.unit) + (several ? ", " + number : "") + ")";
  };
  const auto symbol = [&](QuantityKind kind, QuantityPlace at) { return symbol_of(s, quantity_at(kind, at)); };
  const std::size_t last = s.layers.size() - 1;
  switch (q.kind) {
  case input: return "x" + lowered(q.unit + 1U) + of_one;
  case target: return "t" + lowered(q.unit + 1U) + of_one;
  case weight: return "w" + lowered(weight_number(s, q.layer, q.unit, q.index));
  case bias: return "b" + lowered(bias_number(s, q.layer, q.unit));
  case product: return symbol(weight, {0, q.layer, q.unit, q.index}) + "·" + symbol_of(s, input_of(q, q.index));
  case z: return of_unit("z", q.layer);
  case a: return of_unit("a", q.layer);
  case probability: return of_unit("p", last);
  case term: return of_unit("L", last);
  case loss: return "L" + of_one;
  case mean_loss: return "L";
  case path: return symbol(weight, {0, q.layer + 1U, q.index, q.unit}) + "·" + symbol(delta, {q.example, q.layer + 1U, q.index, 0});
  case d_a: return "∂L/∂" + symbol(a, {q.example, q.layer, q.unit, 0});
  case slope: return "f′(" + symbol(z, {q.example, q.layer, q.unit, 0}) + ")";
  case delta: return of_unit("δ", q.layer);
  case share: return symbol(delta, {q.example, q.layer, q.unit, 0}) + "·" + symbol_of(s, input_of(q, q.index));
  case d_weight: return "∂L/∂" + symbol(weight, {0, q.layer, q.unit, q.index});
  case d_bias: return "∂L/∂" + symbol(bias, {0, q.layer, q.unit, 0});
  case input_path: return symbol(weight, {0, 0, q.index, q.unit}) + "·" + symbol(delta, {q.example, 0, q.index, 0});
  case d_input: return "∂L/∂" + symbol(input, {q.example, 0, q.unit, 0});
  case new_weight: return symbol(weight, {0, q.layer, q.unit, q.index}) + "⁺";
  case new_bias: return symbol(bias, {0, q.layer, q.unit, 0}) + "⁺";
  }
  return {};
}

// ---- steps ----

namespace {

class Steps {
public:
  // `every`: with those that say the same twice.
  Steps(const BackpropSettings& settings, bool every) : s_(settings), every_(every) {}

  std::vector<Quantity> all() {
    if (every_) given();
    forward();
    losses();
    back();
    update();
    return std::move(steps_);
  }

private:
  using K = QuantityKind;
  void add(K kind, const QuantityPlace& place) { steps_.push_back(quantity_at(kind, place)); }
  std::size_t examples() const { return s_.examples.size(); }
  bool tell(std::size_t addends) const { return every_ || addends > 1; }

  void given() {
    for (std::size_t e = 0; e < examples(); ++e) {
      for (std::size_t i = 0; i < inputs_of(s_); ++i) add(K::input, {e, 0, i, 0});
      for (std::size_t u = 0; u < outputs_of(s_); ++u) add(K::target, {e, 0, u, 0});
    }
    for (std::size_t l = 0; l < s_.layers.size(); ++l)
      for (std::size_t u = 0; u < s_.layers[l].units(); ++u) {
        for (std::size_t i = 0; i < s_.layers[l].inputs; ++i) add(K::weight, {0, l, u, i});
        add(K::bias, {0, l, u, 0});
      }
  }
  void forward() {
    for (std::size_t e = 0; e < examples(); ++e)
      for (std::size_t l = 0; l < s_.layers.size(); ++l)
        for (std::size_t u = 0; u < s_.layers[l].units(); ++u) {
          for (std::size_t i = 0; i < s_.layers[l].inputs; ++i) add(K::product, {e, l, u, i});
          add(K::z, {e, l, u, 0});
          add(K::a, {e, l, u, 0});
        }
  }
  void losses() {
    const std::size_t outputs = outputs_of(s_);
    for (std::size_t e = 0; e < examples(); ++e) {
      if (entry_of(scalar_losses(), s_.loss).of_logits)
        for (std::size_t u = 0; u < outputs; ++u) add(K::probability, {e, 0, u, 0});
      if (tell(outputs))
        for (std::size_t u = 0; u < outputs; ++u) add(K::term, {e, 0, u, 0});
      add(K::loss, {e, 0, 0, 0});
    }
    if (tell(examples())) add(K::mean_loss, {});
  }
  void back() {
    for (std::size_t l = s_.layers.size(); l-- > 0;) {
      const BackpropLayer& layer = s_.layers[l];
      const std::size_t next = l + 1 < s_.layers.size() ? s_.layers[l + 1].units() : 0;
      for (std::size_t e = 0; e < examples(); ++e)
        for (std::size_t u = 0; u < layer.units(); ++u) {
          for (std::size_t k = 0; tell(next) && k < next; ++k) add(K::path, {e, l, u, k});
          for (const K kind : {K::d_a, K::slope, K::delta}) add(kind, {e, l, u, 0});
        }
      for (std::size_t u = 0; u < layer.units(); ++u) {
        for (std::size_t i = 0; i < layer.inputs; ++i) {
          for (std::size_t e = 0; tell(examples()) && e < examples(); ++e) add(K::share, {e, l, u, i});
          add(K::d_weight, {0, l, u, i});
        }
        add(K::d_bias, {0, l, u, 0});
      }
    }
    const std::size_t first = s_.layers.front().units();
    for (std::size_t e = 0; e < examples(); ++e)
      for (std::size_t i = 0; i < inputs_of(s_); ++i) {
        for (std::size_t k = 0; tell(first) && k < first; ++k) add(K::input_path, {e, 0, i, k});
        add(K::d_input, {e, 0, i, 0});
      }
  }
  void update() {
    for (std::size_t l = 0; l < s_.layers.size(); ++l)
      for (std::size_t u = 0; u < s_.layers[l].units(); ++u) {
        for (std::size_t i = 0; i < s_.layers[l].inputs; ++i) add(K::new_weight, {0, l, u, i});
        if (every_ || s_.train_bias) add(K::new_bias, {0, l, u, 0});
      }
  }

  const BackpropSettings& s_;
  bool every_;
  std::vector<Quantity> steps_;
};

// Steps of one group are done at one press.
struct Group {
  int part; // of the way
  std::size_t example, layer, unit;
  bool operator==(const Group&) const = default;
};
Group group_of(const Quantity& q, Grain grain) {
  using enum QuantityKind;
  const bool units = grain == Grain::unit;
  const std::size_t unit = units ? q.unit : 0;
  switch (q.kind) {
  case product:
  case z:
  case a: return {0, q.example, q.layer, unit};
  case probability:
  case term:
  case loss: return {1, units ? q.example : 0U, 0, 0};
  case mean_loss: return {units ? 2 : 1, 0, 0, 0};
  case path:
  case d_a:
  case slope:
  case delta: return {3, q.example, q.layer, unit};
  case share:
  case d_weight:
  case d_bias: return {4, 0, q.layer, unit};
  case input_path:
  case d_input: return {5, q.example, 0, unit};
  default: return {6, 0, q.layer, unit};
  }
}

} // namespace

std::vector<Quantity> backprop_steps(const BackpropSettings& settings) { return Steps(settings, false).all(); }

std::vector<Quantity> every_number(const BackpropSettings& settings) { return Steps(settings, true).all(); }

std::vector<std::size_t> stops(const std::vector<Quantity>& steps, Grain grain) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (i + 1 == steps.size() || grain == Grain::operation || group_of(steps[i], grain) != group_of(steps[i + 1], grain)) ends.push_back(i + 1);
  return ends;
}

// ---- numbers ----

Quantity input_of(const Quantity& of, std::size_t index) {
  if (of.layer == 0) return quantity_at(QuantityKind::input, {of.example, 0, index, 0});
  return quantity_at(QuantityKind::a, {of.example, of.layer - 1U, index, 0});
}

std::vector<Quantity> addends_of(const BackpropSettings& s, const Quantity& q) {
  std::vector<Quantity> addends;
  const auto add = [&](QuantityKind kind, std::size_t count, std::size_t QuantityPlace::* counted) {
    QuantityPlace at{q.example, q.layer, q.unit, q.index};
    for (at.*counted = 0; at.*counted < count; ++(at.*counted)) addends.push_back(quantity_at(kind, at));
  };
  switch (q.kind) {
  case QuantityKind::z: add(QuantityKind::product, s.layers[q.layer].inputs, &QuantityPlace::index); break;
  case QuantityKind::loss: add(QuantityKind::term, outputs_of(s), &QuantityPlace::unit); break;
  case QuantityKind::mean_loss: add(QuantityKind::loss, s.examples.size(), &QuantityPlace::example); break;
  case QuantityKind::d_a:
    if (q.layer + 1U < s.layers.size()) add(QuantityKind::path, s.layers[q.layer + 1U].units(), &QuantityPlace::index);
    break;
  case QuantityKind::d_weight: add(QuantityKind::share, s.examples.size(), &QuantityPlace::example); break;
  case QuantityKind::d_bias: add(QuantityKind::delta, s.examples.size(), &QuantityPlace::example); break;
  case QuantityKind::d_input: add(QuantityKind::input_path, s.layers.front().units(), &QuantityPlace::index); break;
  default: break;
  }
  return addends;
}

double moved_once(const Choice& optimizer, double number, double gradient) {
  double states[2] = {0, 0};
  entry_of(scalar_rules(), optimizer.name).move(number, gradient, states, optimizer.values, 1);
  return number;
}

double worked_out(const BackpropSettings& s, const Quantity& q, const NumberOf& of) {
  using enum QuantityKind;
  const auto at = [&](QuantityKind kind, const QuantityPlace& place) { return of(quantity_at(kind, place)); };
  const auto here = [&](QuantityKind kind) { return at(kind, {q.example, q.layer, q.unit, q.index}); };
  const auto sum = [&] {
    double all = 0;
    for (const Quantity& addend : addends_of(s, q)) all += of(addend);
    return all;
  };
  const auto activation = [&]() -> const ScalarActivation& { return entry_of(scalar_activations(), s.layers[q.layer].activation.name); };
  const auto row = [&] {
    std::vector<double> outputs;
    for (std::size_t u = 0; u < outputs_of(s); ++u) outputs.push_back(at(a, {q.example, s.layers.size() - 1, u, 0}));
    return entry_of(scalar_losses(), s.loss).of(outputs, s.examples[q.example].target);
  };
  const auto count = static_cast<double>(s.examples.size());
  switch (q.kind) {
  case input: return s.examples[q.example].input[q.unit];
  case target: return s.examples[q.example].target[q.unit];
  case weight: return s.layers[q.layer].weight_at(q.unit, q.index);
  case bias: return s.layers[q.layer].bias[q.unit];
  case product: return here(weight) * of(input_of(q, q.index));
  case z: return sum() + here(bias);
  case a: return activation().value(here(z), s.layers[q.layer].activation.values);
  case probability: return row().probabilities[q.unit];
  case term: return row().terms[q.unit];
  case loss: {
    const RowLoss right = row();
    for (std::size_t u = 0; u < right.terms.size(); ++u)
      if (at(term, {q.example, 0, u, 0}) != right.terms[u]) return sum(); // a mistake in one
    return right.value;
  }
  case mean_loss: return sum() / count;
  case path: return at(weight, {0, q.layer + 1U, q.index, q.unit}) * at(delta, {q.example, q.layer + 1U, q.index, 0});
  case d_a: return q.layer + 1U == s.layers.size() ? row().slopes[q.unit] / count : sum();
  case slope: return activation().slope(here(z), here(a), s.layers[q.layer].activation.values);
  case delta: return here(d_a) * here(slope);
  case share: return here(delta) * of(input_of(q, q.index));
  case d_weight:
  case d_bias:
  case d_input: return sum();
  case input_path: return at(weight, {0, 0, q.index, q.unit}) * at(delta, {q.example, 0, q.index, 0});
  case new_weight: return moved_once(s.optimizer, here(weight), here(d_weight));
  case new_bias: return s.train_bias ? moved_once(s.optimizer, here(bias), here(d_bias)) : here(bias);
  }
  return 0;
}

BackpropNumbers::BackpropNumbers(const BackpropSettings& settings, const std::optional<Mistake>& mistake) : settings_(settings), mistake_(mistake) {
  widest_ = inputs_of(settings_);
  for (const BackpropLayer& layer : settings_.layers) widest_ = std::max(widest_, layer.units());
  std::size_t all = 0;
  for (const QuantityKindEntry& kind : quantity_kinds()) {
    begins_.push_back(all);
    const std::size_t counts[kPlaces] = {settings_.examples.size(), settings_.layers.size(), widest_, widest_};
    const bool used[kPlaces] = {kind.of_example, kind.of_layer, kind.of_unit, kind.of_index};
    std::size_t count = 1;
    for (std::size_t i = 0; i < kPlaces; ++i) count *= used[i] ? counts[i] : 1;
    all += count;
  }
  values_.resize(all);
  for (const Quantity& quantity : every_number(settings_)) {
    const bool wrong = mistake_ && mistake_->at == quantity;
    const auto made = wrong ? entry_of(known_mistakes(), mistake_->id).made(*this, quantity) : std::vector<double>();
    values_[place_of(quantity)] = made.empty() ? worked_out(settings_, quantity, [this](const Quantity& q) { return of(q); }) : made.front();
  }
}

std::size_t BackpropNumbers::place_of(const Quantity& quantity) const {
  const std::size_t counts[kPlaces] = {settings_.examples.size(), settings_.layers.size(), widest_, widest_};
  const auto places = places_of(quantity);
  std::size_t at = 0;
  for (std::size_t i = 0; i < kPlaces; ++i)
    if (places[i].used) at = at * counts[i] + places[i].at;
  return begins_[static_cast<std::size_t>(quantity.kind)] + at;
}

} // namespace downhill
