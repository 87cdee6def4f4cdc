#include "backprop/workings.hpp"

#include "backprop/quantity_rules.hpp"
#include "backprop/scalar_formulas.hpp"
#include "core/worked_text.hpp"
#include "network/activation.hpp"
#include "optimizers/list.hpp"
#include "surfaces/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace downhill {
namespace {

using P = const ParameterValues&;
using K = QuantityKind;

// The same in symbols and as it is filled in, whose names are bound to numbers (core/worked_text.hpp).
struct Form {
  std::string formula, filled;
  Form(std::string both) : formula(both), filled(std::move(both)) {}
  Form(const char* both) : Form(std::string(both)) {}
  Form(std::string symbols, std::string numbers) : formula(std::move(symbols)), filled(std::move(numbers)) {}
};

// ---- activations ----

// In z, a = f(z), n = −z and the activation's parameters; of scalar_activations() of the same ids, branch by branch.
struct ActivationForms {
  std::string_view id;
  std::vector<std::string_view> letters; // of its parameters
  Form (*value)(double z, P p);
  Form (*slope)(double z, P p);
};
const std::vector<ActivationForms>& activation_forms() {
  static const std::vector<ActivationForms> table{
      {"identity", {}, [](double, P) -> Form { return "z"; }, [](double, P) -> Form { return "1"; }},
      {"sigmoid", {}, [](double, P) -> Form { return {"σ(z)", "1/(1 + e^(n))"}; }, [](double, P) -> Form { return "a·(1 − a)"; }},
      {"tanh", {}, [](double, P) -> Form { return "tanh(z)"; }, [](double, P) -> Form { return "1 − a²"; }},
      {"relu", {}, [](double, P) -> Form { return "max(0, z)"; }, [](double z, P) -> Form { return z > 0 ? Form("1, z > 0", "1") : Form("0, z ≤ 0", "0"); }},
      {"leaky_relu",
       {"α"},
       [](double, P) -> Form { return "max(z, α·z)"; },
       [](double z, P) -> Form { return z > 0 ? Form("1, z > 0", "1") : Form("α, z ≤ 0", "α"); }},
      {"elu",
       {"α"},
       [](double z, P) -> Form { return z > 0 ? "z" : "α·(e^(z) − 1)"; },
       [](double z, P) -> Form { return z > 0 ? Form("1, z > 0", "1") : "α·e^(z)"; }},
      {"selu",
       {},
       [](double z, P) -> Form { return z > 0 ? "λ·z" : "λ·α·(e^(z) − 1)"; },
       [](double z, P) -> Form { return z > 0 ? Form("λ, z > 0", "λ") : "λ·α·e^(z)"; }},
      {"relu6",
       {},
       [](double, P) -> Form { return "min(max(0, z), 6)"; },
       [](double z, P) -> Form {
         if (z > 0 && z < 6) return {"1, 0 < z < 6", "1"};
         return {z <= 0 ? "0, z ≤ 0" : "0, z ≥ 6", "0"};
       }},
      {"softplus",
       {"β", "θ"},
       [](double z, P p) -> Form {
         if (p[0] * z > p[1]) return {"z, β·z > θ", "z"};
         return p[0] == 1 ? "ln(1 + e^(z))" : "ln(1 + e^(β·z))/β";
       },
       [](double z, P p) -> Form {
         if (p[0] * z > p[1]) return {"1, β·z > θ", "1"};
         return p[0] == 1 ? Form("σ(z)", "1/(1 + e^(n))") : Form("σ(β·z)", "1/(1 + e^(β·n))");
       }},
      {"softsign", {}, [](double, P) -> Form { return "z/(1 + |z|)"; }, [](double, P) -> Form { return "1/(1 + |z|)²"; }},
      {"gelu", {}, [](double, P) -> Form { return "z·Φ(z)"; }, [](double, P) -> Form { return {"Φ(z) + z·φ(z)", "Φ(z) + z·0.3989422804014327·e^(−z²/2)"}; }},
      {"silu",
       {},
       [](double, P) -> Form { return {"z·σ(z)", "z/(1 + e^(n))"}; },
       [](double, P) -> Form { return {"a + (1 − a)·σ(z)", "a + (1 − a)/(1 + e^(n))"}; }},
      {"step", {}, [](double z, P) -> Form { return z >= 0 ? Form("1, z ≥ 0", "1") : Form("0, z < 0", "0"); }, [](double, P) -> Form { return "0"; }},
  };
  return table;
}

// ---- a line ----

std::string joined(const std::vector<std::string>& texts, const char* sign) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : sign) + text;
  return all;
}
// "1/3·", "2/3·", "2·"; nothing for 1
std::string factor(std::size_t above, std::size_t below) {
  if (above == 2 && below % 2 == 0) above = 1, below /= 2;
  if (below == 1) return above == 1 ? "" : std::to_string(above) + "·";
  return std::to_string(above) + "/" + std::to_string(below) + "·";
}

struct Bound {
  std::string name, symbol;
  double value;
  std::optional<WrittenNumber> exact; // given ones are written in all their digits
  std::optional<Quantity> of;
};

class Board {
public:
  Board(const BackpropNumbers& numbers, const Quantity& q, int digits) : numbers_(numbers), s_(numbers.settings()), q_(q), digits_(digits) {}

  BackpropWorking working() {
    BackpropWorking out{q_, {}, {}, {}};
    if (entry_of(q_.kind).stage == Stage::given) return out;
    if (q_.kind == K::new_weight || q_.kind == K::new_bias)
      update();
    else
      line(symbol_of(s_, q_), forms(), numbers_.of(q_));
    out.lines = std::move(lines_);
    out.uses = std::move(uses_);
    return out;
  }

private:
  Quantity at(K kind, QuantityPlace place) const { return quantity_at(kind, place); }
  Quantity here(K kind) const { return quantity_at(kind, {q_.example, q_.layer, q_.unit, q_.index}); }

  // ---- names ----

  std::string bind(std::string name, const Quantity& of) {
    const double value = numbers_.of(of);
    const bool given = entry_of(of.kind).stage == Stage::given;
    add({name, symbol_of(s_, of), value, given ? std::optional(exact_number(value)) : std::nullopt, of});
    return name;
  }
  std::string bind(std::string name, std::string symbol, double value, bool exact) {
    add({name, std::move(symbol), value, exact ? std::optional(exact_number(value)) : std::nullopt, {}});
    return name;
  }
  void add(Bound bound) {
    std::erase_if(bound_, [&](const Bound& b) { return b.name == bound.name; });
    bound_.push_back(std::move(bound));
  }
  NamedNumbers names(int digits) const {
    NamedNumbers all;
    for (const Bound& b : bound_) all.set({b.name, b.symbol, b.value, b.exact ? *b.exact : written_number(b.value, digits)});
    return all;
  }
  void use(std::string_view text) {
    for (const std::string_view word : words_of(text))
      for (const Bound& b : bound_)
        if (b.name == word && b.of && std::find(uses_.begin(), uses_.end(), *b.of) == uses_.end()) uses_.push_back(*b.of);
  }

  // ---- lines ----

  // How many digits of a number a form gives, up to those wanted.
  int held(const Form& form, const NamedNumbers& names, double truth) const {
    const Estimate estimate = worked(form.filled, names, NamesAre::shown);
    for (int digits = digits_; digits > 0; --digits) {
      const double shown = written_number(truth, digits).value;
      if (std::fabs(estimate.value - shown) + estimate.error <= 0.5 * (1 + 1e-6) * last_unit(shown, digits) || (shown == 0 && estimate.value == 0))
        return digits;
    }
    return 0;
  }

  // The first form that gives all digits, else the one that gives most, with numbers as short as do.
  void line(std::string symbol, const std::vector<Form>& forms, double truth) {
    const Form* best = &forms.front();
    int best_digits = digits_, best_held = 0;
    const bool wrong = numbers_.mistake() && numbers_.mistake()->at == q_ && symbol == symbol_of(s_, q_);
    const bool told = std::isfinite(truth) && !wrong;
    for (const Form& form : forms)
      for (int digits = digits_; told && digits <= kMostDigits && best_held < digits_; ++digits)
        if (const int now = held(form, names(digits), truth); now > best_held) best = &form, best_digits = digits, best_held = now;
    const NamedNumbers shown = names(best_digits);
    const bool lost = told && best_held == 0 && std::isfinite(worked(best->filled, shown, NamesAre::shown).value);
    use(best->formula);
    use(best->filled);
    const int told_digits = lost ? 0 : told && best_held > 0 ? best_held : digits_;
    lines_.push_back({std::move(symbol), with_symbols(best->formula, shown), filled_in(best->filled, shown),
                      lost ? "0" : written_number(truth, told_digits).text, truth, told_digits});
  }

  // ---- formulas ----

  std::string output_sum_of_targets() {
    std::vector<std::string> all;
    for (std::size_t u = 0; u < s_.layers.back().units(); ++u) all.push_back(bind("t" + std::to_string(u), at(K::target, {q_.example, 0, u, 0})));
    return joined(all, " + ");
  }
  bool one_in_all() const {
    double sum = 0;
    for (const double target : s_.examples[q_.example].target) sum += target;
    return std::fabs(sum - 1.0) < 1e-12;
  }

  // w·x, w·δ or δ·x
  std::string product(const Quantity& of, const std::string& number) {
    const auto make = [&](const Quantity& left, const Quantity& right) { return bind("l" + number, left) + "·" + bind("r" + number, right); };
    switch (of.kind) {
    case K::product: return make(at(K::weight, {0, of.layer, of.unit, of.index}), input_of(of, of.index));
    case K::path: return make(at(K::weight, {0, of.layer + 1U, of.index, of.unit}), at(K::delta, {of.example, of.layer + 1U, of.index, 0}));
    case K::input_path: return make(at(K::weight, {0, 0, of.index, of.unit}), at(K::delta, {of.example, 0, of.index, 0}));
    default: return make(at(K::delta, {of.example, of.layer, of.unit, 0}), input_of(of, of.index));
    }
  }
  // An addend of a sum, as a product where it is one. One that was worked out wrongly stands as it is.
  std::string addend(const Quantity& of, const std::string& number) {
    const bool wrong = numbers_.mistake() && numbers_.mistake()->at == of;
    const bool is_product = of.kind == K::product || of.kind == K::path || of.kind == K::input_path || of.kind == K::share;
    return is_product && !wrong ? product(of, number) : bind("s" + number, of);
  }
  std::string sum() {
    const std::vector<Quantity> all = addends_of(s_, q_);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < all.size(); ++i) texts.push_back(addend(all[i], std::to_string(i)));
    return joined(texts, " + ");
  }

  std::vector<Form> term() {
    const std::size_t last = s_.layers.size() - 1, outputs = s_.layers.back().units();
    const Quantity out = at(K::a, {q_.example, last, q_.unit, 0});
    bind("a", out);
    bind("t", at(K::target, {q_.example, 0, q_.unit, 0}));
    const ScalarLoss& loss = entry_of(scalar_losses(), s_.loss);
    if (!loss.of_logits) return {factor(1, outputs) + "(a − t)²"};
    bind("p", at(K::probability, {q_.example, 0, q_.unit, 0}));
    if (!loss.one_of_many) return {"−" + factor(1, outputs) + "(t·ln(p) + (1 − t)·ln(1 − p))", factor(1, outputs) + "(max(a, 0) − t·a + ln(1 + e^(−|a|)))"};
    return {"−t·ln(p)", "t·ln(" + odds() + ")", "t·(" + bind("m", largest_output()) + " − a)"};
  }
  // 1/p: 1 + e^(a₂ − a₁) + …
  std::string odds() {
    std::string text = "1";
    for (std::size_t u = 0; u < s_.layers.back().units(); ++u)
      if (u != q_.unit) text += " + e^(" + bind("a" + std::to_string(u), at(K::a, {q_.example, s_.layers.size() - 1, u, 0})) + " − a)";
    return text;
  }
  Quantity largest_output() const {
    Quantity most = at(K::a, {q_.example, s_.layers.size() - 1, 0, 0});
    for (std::size_t u = 1; u < s_.layers.back().units(); ++u)
      if (const Quantity one = at(K::a, {q_.example, s_.layers.size() - 1, u, 0}); numbers_.of(one) > numbers_.of(most)) most = one;
    return most;
  }

  std::vector<Form> probability() {
    const std::size_t last = s_.layers.size() - 1;
    const Quantity out = at(K::a, {q_.example, last, q_.unit, 0});
    bind("a", out);
    bind("n", "−" + symbol_of(s_, out), -numbers_.of(out), false);
    if (!entry_of(scalar_losses(), s_.loss).one_of_many) return {{"σ(a)", "1/(1 + e^(n))"}};
    std::vector<std::string> all;
    for (std::size_t u = 0; u < s_.layers.back().units(); ++u) all.push_back("e^(" + bind("a" + std::to_string(u), at(K::a, {q_.example, last, u, 0})) + ")");
    return {"e^(a)/(" + joined(all, " + ") + ")", "1/(" + odds() + ")"};
  }

  // ∂L/∂a of an output
  Form from_loss() {
    const std::size_t outputs = s_.layers.back().units(), count = s_.examples.size();
    const ScalarLoss& loss = entry_of(scalar_losses(), s_.loss);
    bind("a", here(K::a));
    bind("t", at(K::target, {q_.example, 0, q_.unit, 0}));
    if (!loss.of_logits) {
      const std::string share = factor(2, outputs * count);
      return share.empty() ? "a − t" : share + "(a − t)";
    }
    bind("p", at(K::probability, {q_.example, 0, q_.unit, 0}));
    const std::size_t below = loss.one_of_many ? count : outputs * count;
    const std::string error = loss.one_of_many && !one_in_all() ? "p·(" + output_sum_of_targets() + ") − t" : "p − t";
    return below == 1 ? error : "(" + error + ")/" + std::to_string(below);
  }

  std::vector<Form> of_activation(bool slope) {
    const Quantity z = here(K::z);
    const Choice& choice = s_.layers[q_.layer].activation;
    const ActivationForms& forms = entry_of(activation_forms(), choice.name);
    bind("z", z);
    bind("n", "−" + symbol_of(s_, z), -numbers_.of(z), false);
    bind("a", here(K::a));
    for (std::size_t i = 0; i < forms.letters.size(); ++i) bind(std::string(forms.letters[i]), std::string(forms.letters[i]), choice.values[i], true);
    if (choice.name == "selu") {
      bind("λ", "λ", kSeluScale, true);
      bind("α", "α", kSeluAlpha, true);
    }
    return {(slope ? forms.slope : forms.value)(numbers_.of(z), choice.values)};
  }

  std::vector<Form> forms() {
    switch (q_.kind) {
    case K::product:
    case K::path:
    case K::share:
    case K::input_path: return {product(q_, "")};
    case K::z: return {sum() + " + " + bind("b", here(K::bias))};
    case K::a: return of_activation(false);
    case K::probability: return probability();
    case K::term: return term();
    case K::loss: return s_.layers.back().units() > 1 ? std::vector<Form>{sum()} : term();
    case K::mean_loss: return {s_.examples.size() > 1 ? "(" + sum() + ")/" + std::to_string(s_.examples.size()) : sum()};
    case K::d_a: return {q_.layer + 1U == s_.layers.size() ? from_loss() : Form(sum())};
    case K::slope: return of_activation(true);
    case K::delta: return {bind("d", here(K::d_a)) + "·" + bind("f", here(K::slope))};
    default: return {sum()};
    }
  }

  // ---- the update ----

  void update() {
    const bool bias = q_.kind == K::new_bias;
    const Quantity number = here(bias ? K::bias : K::weight), gradient = here(bias ? K::d_bias : K::d_weight);
    bind("θ", number);
    if (bias && !s_.train_bias) return line(symbol_of(s_, q_), {"θ"}, numbers_.of(q_));
    const Recipe recipe = recipe_of(s_.optimizer);
    const OptimizerEntry& rule = entry_of(optimizers(), s_.optimizer.name);
    bind("η", "η", s_.optimizer.values[0], true);
    for (std::size_t i = 1; i < rule.parameters.size(); ++i)
      if (const std::string name(letter_of(rule.parameters[i].name)); !name.empty()) bind(name, lettered(name), s_.optimizer.values[i], true);
    bind("t", "t", 1, true);
    bind("g", gradient);
    if (!recipe.lines.empty()) {
      line("g", {"g"}, numbers_.of(gradient));
      add({"g", "g", numbers_.of(gradient), {}, gradient});
    }
    for (const RecipeLine& kept : recipe.lines)
      if (std::find(rule.state.begin(), rule.state.end(), kept.id) != rule.state.end()) bind(std::string(kept.target), std::string(kept.target), 0, true);
    for (const RecipeLine& each : recipe.lines) {
      const std::string target(each.target), symbol = target == "θ′" ? symbol_of(s_, number) + "′" : target;
      const double truth = worked(each.text, names(digits_), NamesAre::true_numbers).value;
      line(symbol, {std::string(each.text)}, truth);
      bind(target, symbol, truth, false);
    }
    line(symbol_of(s_, q_), {std::string(recipe.from) + " − η·" + std::string(recipe.direction)}, numbers_.of(q_));
  }
  // "β1" as "β₁"
  static std::string lettered(const std::string& name) {
    if (name.back() == '1') return name.substr(0, name.size() - 1) + "₁";
    return name.back() == '2' ? name.substr(0, name.size() - 1) + "₂" : name;
  }

  static constexpr int kMostDigits = 17; // tell every float64

  const BackpropNumbers& numbers_;
  const BackpropSettings& s_;
  Quantity q_;
  int digits_;
  std::vector<Bound> bound_;
  std::vector<WorkedLine> lines_;
  std::vector<Quantity> uses_;
};

} // namespace

BackpropWorking working_of(const BackpropNumbers& numbers, const Quantity& quantity, int digits) {
  BackpropWorking out = Board(numbers, quantity, digits).working();
  const std::vector<Quantity> addends = addends_of(numbers.settings(), quantity);
  if (addends.size() < 2 && quantity.kind != K::z) return out; // else it is the addend itself
  for (const Quantity& addend : addends) {
    const BackpropWorking part = Board(numbers, addend, digits).working();
    out.parts.push_back(part.lines.back());
  }
  return out;
}

std::string written(double value, int digits) { return written_number(value, digits).text; }

} // namespace downhill
