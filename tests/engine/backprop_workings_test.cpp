// Every formula of every number of a pass, with its numbers filled in and worked out as a student reads it, gives what it says.
#include "backprop/quantity_rules.hpp"
#include "backprop/workings.hpp"
#include "core/worked_text.hpp"
#include "optimizers/list.hpp"
#include "random_backprop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

using namespace downhill;
using K = QuantityKind;

namespace {

using Exact = long double;

// Reads a line by its text alone: numbers, + − · / √ ² ^ ( ), e^, ln, max, min, tanh, |…| and Φ.
class LineReader {
public:
  explicit LineReader(std::string_view text) : rest_(text) {}
  Exact whole() {
    const Exact value = sum();
    if (!rest_.empty()) wrong_ = true;
    return value;
  }
  bool wrong() const { return wrong_; }

private:
  bool take(std::string_view sign) {
    while (rest_.starts_with(" ")) rest_.remove_prefix(1);
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(sign.size());
    return true;
  }
  void demand(std::string_view sign) {
    if (!take(sign)) wrong_ = true, rest_ = {};
  }
  Exact sum() {
    Exact value = take("−") ? -product() : product();
    for (;;) {
      if (take("+"))
        value += product();
      else if (take("−"))
        value -= product();
      else
        return value;
    }
  }
  Exact product() {
    Exact value = factor();
    for (;;) {
      if (take("·"))
        value *= factor();
      else if (take("/"))
        value /= factor();
      else
        return value;
    }
  }
  Exact factor() {
    if (take("e^")) return std::exp(operand());
    const Exact base = operand();
    if (take("²")) return base * base;
    return take("^") ? std::pow(base, operand()) : base;
  }
  Exact bracket() {
    demand("(");
    const Exact value = sum();
    demand(")");
    return value;
  }
  std::pair<Exact, Exact> pair() {
    demand("(");
    const Exact first = sum();
    demand(",");
    const Exact second = sum();
    demand(")");
    return {first, second};
  }
  Exact operand() {
    if (take("√")) return std::sqrt(operand());
    if (take("ln")) return std::log(bracket());
    if (take("tanh")) return std::tanh(bracket());
    if (take("Φ")) return 0.5L * std::erfc(-bracket() / std::sqrt(2.0L));
    if (take("max")) return std::apply([](Exact a, Exact b) { return std::max(a, b); }, pair());
    if (take("min")) return std::apply([](Exact a, Exact b) { return std::min(a, b); }, pair());
    if (take("|")) {
      const Exact value = sum();
      demand("|");
      return std::fabs(value);
    }
    if (rest_.starts_with("(")) return bracket();
    return number();
  }
  Exact number() {
    if (take("∞")) return HUGE_VALL;
    if (take("NaN")) return std::nan("");
    std::string text;
    const auto digits = [&] {
      while (!rest_.empty() && (std::isdigit(static_cast<unsigned char>(rest_[0])) != 0 || rest_[0] == '.')) text += rest_[0], rest_.remove_prefix(1);
    };
    digits();
    if (text.empty()) wrong_ = true, rest_ = {};
    if (rest_.starts_with("e") && !rest_.starts_with("e^")) {
      rest_.remove_prefix(1), text += 'e';
      if (take("−")) text += '-';
      digits();
    }
    return std::strtold(text.c_str(), nullptr);
  }

  std::string_view rest_;
  bool wrong_ = false;
};

struct Seen {
  std::map<std::string, int> lines, fewer, none; // by kind: results in fewer digits than wanted, or in none
};

// What is wrong with a line; empty: nothing.
std::string fault_of(const WorkedLine& line, int wanted, Seen& seen, const std::string& kind) {
  for (const std::string& text : {line.filled, line.result})
    for (const char* ugly : {"e+", "e0", "-", "·−", "/−", "+ −", "− −", "√−", "inf", "nan", "−0 ", "−0)"})
      if (text.find(ugly) != std::string::npos) return ugly;
  if (line.symbol.empty() || line.formula.empty()) return "empty";
  LineReader filled(line.filled), result(line.result);
  const Exact value = filled.whole(), told = result.whole(), number = line.value;
  if (filled.wrong() || result.wrong()) return "can't be read";
  ++seen.lines[kind];
  if (!std::isfinite(line.value)) return line.result == written(line.value) ? "" : "runs away";
  if (line.result == "0") {
    // nothing is left of it, or it is nothing
    seen.none[kind] += line.value != 0;
    return std::fabs(number) < 1e-8L && !(std::fabs(value) >= 1e-8L) ? "" : "no 0";
  }
  if (line.digits < 1 || line.digits > wanted || line.result != written(line.value, line.digits)) return "digits";
  seen.fewer[kind] += line.digits < wanted;
  const auto half = static_cast<Exact>(0.5 * last_unit(static_cast<double>(told), line.digits)) * 1.00001L;
  if (std::fabs(number - told) > half) return "the number";
  return std::fabs(value - told) <= half ? "" : "the text";
}

std::string text_of(const WorkedLine& line) {
  if (line.formula == line.filled) return line.symbol + " = " + line.formula;
  return line.symbol + " = " + line.formula + " = " + line.filled + " = " + line.result;
}
std::string line_of(const BackpropSettings& settings, const char* name) {
  const BackpropWorking working = working_of(BackpropNumbers(settings), *quantity_named(name, settings));
  std::string all;
  for (const WorkedLine& line : working.lines) all += (all.empty() ? "" : "; ") + text_of(line);
  return all;
}

} // namespace

TEST_CASE("every number of 500 random networks: its formula, evaluated as it is written, gives what it says") {
  Seen seen;
  std::set<std::string> activations, losses, rules;
  for (std::uint64_t number = 0; number < 500; ++number) {
    CAPTURE(number);
    const auto document = backprop_document_from_json(random_backprop(number));
    REQUIRE(document.ok());
    const BackpropSettings& settings = document->settings;
    for (const BackpropLayer& layer : settings.layers) activations.insert(layer.activation.name);
    losses.insert(settings.loss);
    rules.insert(settings.optimizer.name);
    const BackpropNumbers numbers(settings);
    for (const Quantity& q : every_number(settings)) {
      const BackpropWorking working = working_of(numbers, q);
      if (entry_of(q.kind).stage == Stage::given) {
        CHECK(working.lines.empty());
        continue;
      }
      REQUIRE_FALSE(working.lines.empty());
      const WorkedLine& last = working.lines.back();
      const bool its_own = (last.value == numbers.of(q) || last.value != last.value) && last.symbol == symbol_of(settings, q);
      const bool as_many = working.lines.size() == 1 || entry_of(q.kind).stage == Stage::update;
      CHECK((its_own && as_many));
      for (const WorkedLine& line : working.lines)
        if (const std::string fault = fault_of(line, kBackpropDigits, seen, std::string(entry_of(q.kind).id)); !fault.empty())
          FAIL_CHECK(fault << ": " << text_of(line));
      const std::vector<Quantity> addends = addends_of(settings, q);
      CHECK((working.parts.size() == addends.size() || (addends.size() == 1 && working.parts.empty())));
      for (std::size_t i = 0; i < working.parts.size(); ++i) {
        const bool same = working.parts[i].symbol == symbol_of(settings, addends[i]) && working.parts[i].value == numbers.of(addends[i]);
        CHECK((same || working.parts[i].value != working.parts[i].value));
      }
      // what stands in the formula is there before, each once
      bool fit = true;
      for (const Quantity& used : working.uses)
        fit = fit && in_network(used, settings) && entry_of(used.kind).stage <= entry_of(q.kind).stage &&
              std::count(working.uses.begin(), working.uses.end(), used) == 1;
      CHECK(fit);
    }
  }
  CHECK(activations.size() == scalar_activations().size());
  CHECK(losses.size() == scalar_losses().size());
  CHECK(rules.size() == optimizers().size());
  for (const auto& [kind, lines] : seen.lines) {
    MESSAGE(kind << ": " << lines << " lines, fewer digits in " << seen.fewer[kind] << ", none in " << seen.none[kind]);
    CHECK(seen.fewer[kind] <= lines / 20);
  }
}

TEST_CASE("the known example as it is worked out by hand") {
  const BackpropSettings settings = patched_backprop(Json::object());
  // the digits that are printed everywhere
  const std::pair<const char*, const char*> lines[] = {
      {"z/1/1/1", "z(h₁) = w₁·x₁ + w₂·x₂ + b₁ = 0.15·0.05 + 0.2·0.1 + 0.35 = 0.3775"},
      {"z/1/1/2", "z(h₂) = w₃·x₁ + w₄·x₂ + b₂ = 0.25·0.05 + 0.3·0.1 + 0.35 = 0.3925"},
      {"a/1/1/1", "a(h₁) = σ(z(h₁)) = 1/(1 + e^(−0.3775)) = 0.593269992"},
      {"a/1/1/2", "a(h₂) = σ(z(h₂)) = 1/(1 + e^(−0.3925)) = 0.596884378"},
      {"z/1/2/1", "z(o₁) = w₅·a(h₁) + w₆·a(h₂) + b₃ = 0.4·0.593269992 + 0.45·0.596884378 + 0.6 = 1.10590597"},
      {"z/1/2/2", "z(o₂) = w₇·a(h₁) + w₈·a(h₂) + b₄ = 0.5·0.593269992 + 0.55·0.596884378 + 0.6 = 1.2249214"},
      {"a/1/2/1", "a(o₁) = σ(z(o₁)) = 1/(1 + e^(−1.10590597)) = 0.75136507"},
      {"a/1/2/2", "a(o₂) = σ(z(o₂)) = 1/(1 + e^(−1.2249214)) = 0.772928465"},
      {"term/1/1", "L(o₁) = 1/2·(a(o₁) − t₁)² = 1/2·(0.7513650696 − 0.01)² = 0.274811083"},
      {"term/1/2", "L(o₂) = 1/2·(a(o₂) − t₂)² = 1/2·(0.7729284653 − 0.99)² = 0.0235600256"},
      {"loss/1", "L = L(o₁) + L(o₂) = 0.274811083 + 0.0235600256 = 0.298371109"},
      {"d_a/1/2/1", "∂L/∂a(o₁) = a(o₁) − t₁ = 0.75136507 − 0.01 = 0.74136507"},
      {"slope/1/2/1", "f′(z(o₁)) = a(o₁)·(1 − a(o₁)) = 0.75136507·(1 − 0.75136507) = 0.186815602"},
      {"delta/1/2/1", "δ(o₁) = ∂L/∂a(o₁)·f′(z(o₁)) = 0.74136507·0.186815602 = 0.138498562"},
      {"delta/1/2/2", "δ(o₂) = ∂L/∂a(o₂)·f′(z(o₂)) = −0.2170715347·0.1755100528 = −0.0380982365"},
      {"path/1/1/1/1", "w₅·δ(o₁) = w₅·δ(o₁) = 0.4·0.13849856163 = 0.0553994247"},
      {"path/1/1/1/2", "w₇·δ(o₂) = w₇·δ(o₂) = 0.5·(−0.0380982365) = −0.0190491183"},
      {"d_a/1/1/1", "∂L/∂a(h₁) = w₅·δ(o₁) + w₇·δ(o₂) = 0.4·0.1384985616 + 0.5·(−0.03809823652) = 0.0363503064"},
      {"d_a/1/1/2", "∂L/∂a(h₂) = w₆·δ(o₁) + w₈·δ(o₂) = 0.45·0.1384985616 + 0.55·(−0.03809823652) = 0.0413703226"},
      {"delta/1/1/1", "δ(h₁) = ∂L/∂a(h₁)·f′(z(h₁)) = 0.03635030639·0.2413007086 = 0.00877135469"},
      {"delta/1/1/2", "δ(h₂) = ∂L/∂a(h₂)·f′(z(h₂)) = 0.041370322649·0.24061341725 = 0.00995425471"},
      {"d_weight/1/1/1", "∂L/∂w₁ = δ(h₁)·x₁ = 0.00877135469·0.05 = 0.000438567734"},
      {"d_weight/1/1/2", "∂L/∂w₂ = δ(h₁)·x₂ = 0.00877135469·0.1 = 0.000877135469"},
      {"d_weight/1/2/1", "∂L/∂w₃ = δ(h₂)·x₁ = 0.00995425471·0.05 = 0.000497712735"},
      {"d_weight/1/2/2", "∂L/∂w₄ = δ(h₂)·x₂ = 0.00995425471·0.1 = 0.000995425471"},
      {"d_weight/2/1/1", "∂L/∂w₅ = δ(o₁)·a(h₁) = 0.13849856163·0.59326999211 = 0.0821670406"},
      {"d_weight/2/1/2", "∂L/∂w₆ = δ(o₁)·a(h₂) = 0.1384985616·0.5968843783 = 0.0826676278"},
      {"d_weight/2/2/1", "∂L/∂w₇ = δ(o₂)·a(h₁) = −0.0380982365·0.593269992 = −0.0226025405"},
      {"d_weight/2/2/2", "∂L/∂w₈ = δ(o₂)·a(h₂) = −0.0380982365·0.596884378 = −0.0227402422"},
      {"d_bias/2/1", "∂L/∂b₃ = δ(o₁) = 0.138498562 = 0.138498562"},
      {"d_input/1/1", "∂L/∂x₁ = w₁·δ(h₁) + w₃·δ(h₂) = 0.15·0.00877135469 + 0.25·0.00995425471 = 0.00380426688"},
      {"new_weight/1/1/1", "w₁⁺ = w₁ − η·∂L/∂w₁ = 0.15 − 0.5·0.000438567734 = 0.149780716"},
      {"new_weight/1/1/2", "w₂⁺ = w₂ − η·∂L/∂w₂ = 0.2 − 0.5·0.000877135469 = 0.199561432"},
      {"new_weight/1/2/1", "w₃⁺ = w₃ − η·∂L/∂w₃ = 0.25 − 0.5·0.000497712735 = 0.249751144"},
      {"new_weight/1/2/2", "w₄⁺ = w₄ − η·∂L/∂w₄ = 0.3 − 0.5·0.000995425471 = 0.299502287"},
      {"new_weight/2/1/1", "w₅⁺ = w₅ − η·∂L/∂w₅ = 0.4 − 0.5·0.0821670406 = 0.35891648"},
      {"new_weight/2/1/2", "w₆⁺ = w₆ − η·∂L/∂w₆ = 0.45 − 0.5·0.0826676278 = 0.408666186"},
      {"new_weight/2/2/1", "w₇⁺ = w₇ − η·∂L/∂w₇ = 0.5 − 0.5·(−0.0226025405) = 0.51130127"},
      {"new_weight/2/2/2", "w₈⁺ = w₈ − η·∂L/∂w₈ = 0.55 − 0.5·(−0.0227402422) = 0.561370121"},
      {"new_bias/2/2", "b₄⁺ = b₄ − η·∂L/∂b₄ = 0.6 − 0.5·(−0.0380982365) = 0.619049118"},
  };
  for (const auto& [name, text] : lines) CHECK(line_of(settings, name) == text);
}
