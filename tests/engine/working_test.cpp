// Inside a step: every line of every rule, evaluated as it is written, gives what it says, and the last the engine's next place.
#include "surfaces/working.hpp"

#include "core/philox.hpp"
#include "optimizers/list.hpp"
#include "surface_runs.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <cmath>
#include <cstdlib>

using namespace downhill;

namespace {

// Reads what a line shows as a student would: numbers, + − · / √ ² ^ and brackets, in float64.
class Reader {
public:
  struct Value {
    double value, scale; // scale: of the largest of the terms that were added up last
  };
  explicit Reader(const std::string& text) : rest_(text) {}
  Value whole() {
    const Value value = sum();
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
  Value sum() {
    double value = product(), scale = std::fabs(value);
    for (;;) {
      const bool plus = take("+"), minus = !plus && take("−");
      if (!plus && !minus) return {value, scale};
      const double term = product();
      value += plus ? term : -term;
      scale = std::max(scale, std::fabs(term));
    }
  }
  double product() {
    double value = factor();
    for (;;) {
      if (take("·"))
        value *= factor();
      else if (take("/"))
        value /= factor();
      else
        return value;
    }
  }
  double factor() {
    const bool negative = take("−"); // only where nothing is raised: checked by the text's shape
    const double base = operand(), value = take("²") ? base * base : take("^") ? std::pow(base, operand()) : base;
    return negative ? -value : value;
  }
  double operand() {
    if (take("√")) return std::sqrt(operand());
    if (take("(")) {
      const double value = sum().value;
      if (!take(")")) wrong_ = true;
      return value;
    }
    if (take("∞")) return HUGE_VAL;
    if (take("NaN")) return std::nan("");
    std::string number;
    const auto digits = [&] {
      while (!rest_.empty() && (std::isdigit(static_cast<unsigned char>(rest_[0])) != 0 || rest_[0] == '.')) number += rest_[0], rest_.remove_prefix(1);
    };
    digits();
    if (number.empty()) wrong_ = true, rest_ = {};
    if (rest_.starts_with("e")) {
      rest_.remove_prefix(1), number += 'e';
      if (take("−")) number += '-';
      digits();
    }
    return std::strtod(number.c_str(), nullptr);
  }

  std::string_view rest_;
  bool wrong_ = false;
};

// Half of one in the last of so many digits.
double half_unit(double value, int digits) { return value == 0 ? 0 : 0.5 * std::pow(10.0, std::floor(std::log10(std::fabs(value)) + 1e-12) - digits + 1); }
bool agree(double a, double b, double within) { return (a != a && b != b) || a == b || std::fabs(a - b) <= within * (1 + 1e-6); }
bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// What was seen of many steps.
struct Seen {
  int lines = 0, short_of = 0; // results that have fewer digits than were wanted
  int places = 0, short_places = 0;
};

// Checks every line of a step against its own text and against the engine's numbers.
void check_working(const Working& working, const OptimizerEntry& rule, int wanted, Seen& seen) {
  REQUIRE(working.lines.size() >= 2);
  CHECK(working.lines.front().id == "gradient");
  CHECK(working.lines.back().id == "place");
  CHECK(working.rates.has_value() == (rule.effective_rate != nullptr));
  for (std::size_t i = 0; i < working.accumulators.size(); ++i) CHECK(working.accumulators[i].name == rule.state.at(i));

  for (std::size_t axis = 0; axis < 2; ++axis)
    for (const WorkingLine& line : working.lines) {
      const Filled& filled = line.filled[axis];
      const std::string shown = line.symbolic() + ":  " + filled.formula + " = " + filled.result;
      CAPTURE(shown);
      bool readable = true;
      for (const std::string& text : {filled.formula, filled.result})
        for (const char* ugly : {"e+", "e0", "-", "·−", "/−", "+ −", "− −", "√−", "inf", "nan", "−0 "}) readable = readable && !holds(text, ugly);
      CHECK(readable);
      Reader formula(filled.formula), result(filled.result);
      const auto [evaluated, scale] = formula.whole();
      const bool says_its_value = agree(result.whole().value, filled.value, 0);
      CHECK(says_its_value);
      CHECK_FALSE((formula.wrong() || result.wrong()));

      std::optional<double> engine;
      if (line.id == "place") engine = static_cast<double>(working.next[axis]);
      if (line.id == "gradient") engine = static_cast<double>(working.gradient[axis]);
      for (const Accumulator& state : working.accumulators)
        if (state.name == line.id) engine = static_cast<double>(state.after[axis]);
      const double engines = engine.value_or(filled.value);

      ++seen.lines;
      seen.short_of += filled.digits < wanted;
      seen.places += line.id == "place";
      seen.short_places += line.id == "place" && filled.digits < wanted;
      const bool tiny = filled.result == "0" && std::fabs(evaluated) < static_cast<double>(kTiny) && std::fabs(engines) < static_cast<double>(kTiny);
      const bool beyond = std::isinf(filled.value) && !(std::fabs(evaluated) < 3.4e38) && engines == filled.value;
      if (tiny || beyond) continue; // counts as 0; is no float32
      if (filled.digits == 0) {     // nothing is left of the digits shown
        CHECK(filled.result == "0");
        CHECK((std::fabs(evaluated) <= 2e-6 * scale && std::fabs(engines) <= 2e-6 * scale));
        continue;
      }
      // the text gives the result, and so does the engine, in all digits shown
      const double within = half_unit(filled.value, filled.digits);
      const bool by_hand = agree(evaluated, filled.value, within), by_engine = agree(engines, filled.value, within);
      CHECK(by_hand);
      CHECK(by_engine);
      // which are few only where the result is small beside what it is the sum of
      const bool enough = filled.digits >= std::min(3, wanted - 1) || std::fabs(evaluated) <= 1e-3 * scale;
      CHECK(enough);
    }

  // what a line has worked out is in the lines after it as it was written there
  for (std::size_t i = 0; i < working.lines.size(); ++i)
    for (std::size_t j = i + 1; j < working.lines.size(); ++j) {
      const std::string &target = working.lines[i].target, &formula = working.lines[j].formula;
      const std::size_t at = formula.find(target);
      const std::string after = at == std::string::npos ? "" : formula.substr(at + target.size());
      if (at == std::string::npos || after.starts_with("\u0302") || after.starts_with("′")) continue; // v̂ is not v
      for (std::size_t axis = 0; axis < 2; ++axis) CHECK(holds(working.lines[j].filled[axis].formula, working.lines[i].filled[axis].result));
    }
}

// The step of a rule from a random state: after none, a few or thousands of others, by its standard or random parameters, with
// gradients of any size.
struct Step {
  Choice choice;
  std::int64_t number;
  Stand before, after;
};
Step random_step(const OptimizerEntry& rule, PhiloxStream& stream, int i) {
  const auto between = [&](double least, double most) { return least + (most - least) * stream.next_uniform(); };
  const auto log_between = [&](double least, double most) { return std::pow(10.0, between(std::log10(least), std::log10(most))); };
  Step out{{std::string(rule.id), standard_values(rule)}, 1, {}, {}};
  for (std::size_t p = 0; i % 2 == 1 && p < rule.parameters.size(); ++p) {
    const ParameterSpec& spec = rule.parameters[p];
    double& value = out.choice.values[p];
    if (spec.whole)
      value = stream.next_uniform() < 0.5 ? spec.least : spec.most;
    else if (spec.name == "lr")
      value = log_between(1e-4, 10);
    else if (spec.name == "eps")
      value = log_between(1e-10, 1e-2);
    else
      value = std::round(between(0, 0.999) * 1000) / 1000;
  }
  const double size = i % 5 == 0 ? log_between(1e-25, 1e25) : log_between(1e-4, 100);
  out.after.lr = out.choice.values[0] * (i % 3 == 0 ? stream.next_uniform() : 1);
  for (float& coordinate : out.after.place) coordinate = static_cast<float>(i % 7 == 0 ? 0 : between(-1, 1) * log_between(1e-3, 100));
  out.number = i % 4 == 0 ? 1 : 1 + static_cast<std::int64_t>(log_between(1, i % 4 == 1 ? 10000 : 40));
  for (std::int64_t step = std::max<std::int64_t>(1, out.number - 60); step <= out.number; ++step) {
    for (float& g : out.after.gradient) g = flush_product(static_cast<float>(stream.next_uniform() < 0.1 ? 0 : between(-1, 1) * size));
    out.before = out.after;
    const auto kept = [&](std::array<float, 2>& state, std::size_t n) { return rule.state.size() > n ? std::span<float>(state) : std::span<float>(); };
    const Update update{out.after.place, out.before.gradient, kept(out.after.state0, 0), kept(out.after.state1, 1), step, out.before.lr};
    rule.update(update, out.choice.values);
    OptimizerEntry::settle(update);
  }
  return out;
}

Walk walk_of(const Json& json) {
  const auto document = surface_document_from_json(json);
  REQUIRE(document.ok());
  return {make_surface(document->surface), document->lanes[0].settings};
}
std::vector<std::string> shown(const Working& working, std::size_t axis) {
  std::vector<std::string> lines;
  for (const WorkingLine& line : working.lines) lines.push_back(line.symbolic() + ": " + line.filled[axis].formula + " = " + line.filled[axis].result);
  return lines;
}
using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("every line of every rule, evaluated as it is written, gives what it says, and the engine says so too") {
  for (const OptimizerEntry& rule : optimizers()) {
    CAPTURE(std::string(rule.id));
    REQUIRE(has_working(rule.id)); // a new rule needs its lines in engine/surfaces/recipe.cpp
    const Stand none;
    CHECK(working_between(none, none, 1, {std::string(rule.id), standard_values(rule)}).accumulators.size() == rule.state.size());
    for (const int wanted : {kWorkingDigits, kWorkingDigitsLeast, kWorkingDigitsMost}) {
      CAPTURE(wanted);
      PhiloxStream stream({41, static_cast<std::uint64_t>(wanted)});
      Seen seen;
      int finite = 0;
      const int steps = wanted == kWorkingDigits ? 500 : 200;
      for (int i = 0; i < steps; ++i) {
        CAPTURE(i);
        const Step step = random_step(rule, stream, i);
        const Working working = working_between(step.before, step.after, step.number, step.choice, wanted);
        check_working(working, rule, wanted, seen);
        finite += std::isfinite(working.next[0]);
      }
      CHECK(finite > steps * 9 / 10);
      MESSAGE(std::string(rule.id) << ", " << wanted << " digits: fewer in " << seen.short_of << " of " << seen.lines << " lines, in " << seen.short_places
                                   << " of " << seen.places << " last ones");
      if (wanted < kWorkingDigitsMost) CHECK(seen.short_places <= seen.places / 20); // more than float32 has is no wish to be met
    }
  }
}

TEST_CASE("on every surface the last line gives the walk's next place, and arrows belong together") {
  Seen seen;
  for (const auto& [name, json] : surface_runs()) {
    CAPTURE(name);
    Walk walk = walk_of(json);
    const OptimizerEntry& rule = entry_of(optimizers(), walk.settings().optimizer.name);
    for (std::int64_t step = 0;; ++step) {
      CAPTURE(step);
      const Stand before = walk.here();
      const bool looked_at = step < 20 || step % 16 == 15 || step % 10 == 0; // every 16th settles
      const auto working = looked_at ? next_working(walk) : std::nullopt;
      CHECK(walk.step() == step);
      const bool more = walk.advance();
      if (looked_at) REQUIRE(working.has_value() == more);
      if (!more) break;
      if (!looked_at) continue;
      CHECK((working->step == step + 1 && working->lr == before.lr && working->place == before.place && working->gradient == before.gradient));
      CHECK(working->next == walk.here().place);
      check_working(*working, rule, kWorkingDigits, seen);
      for (std::size_t i = 0; i < rule.state.size(); ++i) {
        CHECK(working->accumulators[i].before == (i == 0 ? before.state0 : before.state1));
        CHECK(working->accumulators[i].after == (i == 0 ? walk.here().state0 : walk.here().state1));
      }
      for (std::size_t axis = 0; axis < 2; ++axis) {
        const auto place = static_cast<double>(before.place[axis]), next = static_cast<double>(walk.here().place[axis]);
        const double decay = rule.id == "adamw" ? before.lr * walk.settings().optimizer.values[4] * place : 0;
        CHECK(working->step_taken[axis] == next - place);
        const double by_direction = -before.lr * working->direction[axis];
        const double rounding = 1e-6 * (std::fabs(place) + std::fabs(next)) + 1e-18;
        CHECK(std::fabs(by_direction - decay - working->step_taken[axis]) < rounding);
        if (!working->rates) continue;
        const float moved = working->velocity ? (*working->velocity)[axis] : working->gradient[axis];
        CHECK(std::fabs(by_direction + static_cast<double>((*working->rates)[axis]) * static_cast<double>(moved)) < rounding + 1e-3 * std::fabs(by_direction));
      }
    }
  }
  MESSAGE("fewer than 6 digits in " << seen.short_of << " of " << seen.lines << " lines, in " << seen.short_places << " of " << seen.places << " last ones");
  CHECK(seen.short_places <= seen.places / 10);
}

TEST_CASE("how a step reads") {
  const auto step = [](const Json& optimizer, int number, std::size_t axis) {
    Walk walk = walk_of({{"downhill", 1},
                         {"lab", "surface"},
                         {"surface", {{"name", "formula"}, {"formula", "0.1*x^2 + 2*y^2"}}},
                         {"start", {-5, -2}},
                         {"optimizer", optimizer},
                         {"lanes", {Json::object()}}});
    for (int i = 1; i < number; ++i) walk.advance();
    return shown(*next_working(walk), axis);
  };
  CHECK(step({{"name", "sgd"}, {"lr", 0.4}}, 1, 1) == Lines{"g ← ∇f(θ): −8 = −8", "θ ← θ − η·g: −2 − 0.4·(−8) = 1.2"});
  CHECK(step({{"name", "momentum"}, {"lr", 0.6}, {"momentum", 0.5}}, 2, 0) ==
        Lines{"g ← ∇f(θ): −0.88 = −0.88", "v ← μ·v + g: 0.5·(−1) + (−0.88) = −1.38", "θ ← θ − η·v: −4.4 − 0.6·(−1.38) = −3.572"});
  CHECK(step({{"name", "nesterov"}, {"lr", 0.1}, {"momentum", 0.5}}, 1, 0) ==
        Lines{"g ← ∇f(θ): −1 = −1", "v ← μ·v + g: 0.5·0 + (−1) = −1", "θ ← θ − η·(g + μ·v): −5 − 0.1·(−1 + 0.5·(−1)) = −4.85"});
  CHECK(step({{"name", "adamw"}, {"lr", 0.1}, {"weight_decay", 0.5}}, 1, 1) ==
        Lines{"g ← ∇f(θ): −8 = −8", "θ′ ← θ − η·λ·θ: −2 − 0.1·0.5·(−2) = −1.9", "m ← β1·m + (1 − β1)·g: 0.9·0 + (1 − 0.9)·(−8) = −0.8",
              "v ← β2·v + (1 − β2)·g²: 0.999·0 + (1 − 0.999)·(−8)² = 0.064", "m̂ ← m/(1 − β1^t): −0.8/(1 − 0.9^1) = −8",
              "v̂ ← v/(1 − β2^t): 0.064/(1 − 0.999^1) = 64", "θ ← θ′ − η·m̂/(√v̂ + ε): −1.9 − 0.1·(−8)/(√64 + 1e−8) = −1.8"});
  // a decay of 0 is left out: that is Adam
  CHECK(step({{"name", "adamw"}, {"lr", 0.1}, {"weight_decay", 0}}, 3, 0) == step({{"name", "adam"}, {"lr", 0.1}}, 3, 0));
  CHECK(step({{"name", "adadelta"}, {"lr", 0.1}, {"stage", 1}}, 1, 0).size() == 3);
}

TEST_CASE("a step out of what floats can say is told as it is") {
  const auto step = [](const Choice& choice, float g, float state) {
    Step out{choice, 1, {}, {}};
    out.before.place = {1, 1}, out.before.gradient = {g, g}, out.before.state0 = {state, state}, out.before.lr = choice.values[0];
    out.after = out.before;
    const OptimizerEntry& rule = entry_of(optimizers(), choice.name);
    rule.update({out.after.place, out.before.gradient, out.after.state0, {}, 1, out.before.lr}, choice.values);
    return shown(working_between(out.before, out.after, 1, choice), 0);
  };
  CHECK(step({"adagrad", {0.1, 0}}, 0, 0) == Lines{"g ← ∇f(θ): 0 = 0", "s ← s + g²: 0 + 0² = 0", "θ ← θ − η·g/(√s + ε): 1 − 0.1·0/(√0 + 0) = NaN"});
  CHECK(step({"adagrad", {0.1, 1e-10}}, 1e25F, 0) ==
        Lines{"g ← ∇f(θ): 1e25 = 1e25", "s ← s + g²: 0 + (1e25)² = ∞", "θ ← θ − η·g/(√s + ε): 1 − 0.1·1e25/(√∞ + 1e−10) = 1"});
  CHECK(step({"momentum", {100, 1}}, -3e38F, -3e38F) ==
        Lines{"g ← ∇f(θ): −3e38 = −3e38", "v ← μ·v + g: 1·(−3e38) + (−3e38) = −∞", "θ ← θ − η·v: 1 − 100·(−∞) = ∞"});
  // too small to be squared, and what cancels to less than a digit
  CHECK(step({"rmsprop", {0.1, 0.9, 0}}, 1e-19F, 4) ==
        Lines{"g ← ∇f(θ): 0 = 0", "s ← α·s + (1 − α)·g²: 0.9·4 + (1 − 0.9)·0² = 3.6", "θ ← θ − η·g/(√s + ε): 1 − 0.1·0/(√3.6 + 0) = 1"});
  CHECK(step({"sgd", {0.1}}, 10, 0).back() == "θ ← θ − η·g: 1 − 0.1·10 = 0");

  Walk ended = walk_of({{"downhill", 1}, {"lab", "surface"}, {"surface", "bowl"}, {"steps", 1}, {"lanes", {Json::object()}}});
  CHECK(next_working(ended).has_value());
  ended.advance();
  CHECK_FALSE(next_working(ended).has_value());
}
