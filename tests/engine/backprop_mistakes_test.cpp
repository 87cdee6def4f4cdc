// Mistakes in a pass: what comes of each, that planted ones can be told apart and are recognised, and when an answer is right.
#include "backprop/mistakes.hpp"
#include "backprop/quantity_rules.hpp"
#include "backprop/workings.hpp"
#include "random_backprop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace downhill;
using K = QuantityKind;

namespace {

Quantity named(const BackpropSettings& settings, const char* name) {
  const auto quantity = quantity_named(name, settings);
  REQUIRE(quantity.has_value());
  return *quantity;
}
std::string recognised_at(const BackpropSettings& settings, const char* name, double answer) {
  return std::string(recognised(BackpropNumbers(settings), named(settings, name), answer).value_or("none"));
}
// What is wrong with an answer, or its value.
std::string refusal(std::string_view text) {
  const auto answer = answer_from(text);
  if (answer) return "taken";
  for (const Language language : {Language::zh, Language::en}) CHECK(!answer.error().sentence(language).empty());
  return answer.error().code + " " + answer.error().with.front();
}

} // namespace

TEST_CASE("the mistakes of the known example, worked out by hand") {
  const BackpropSettings settings = patched_backprop(Json::object());
  const double d1 = 0.138498562, d2 = -0.0380982365, slope = 0.593269992 * (1 - 0.593269992);
  const std::pair<const char*, std::pair<const char*, double>> answers[] = {
      {"left_out", {"d_a/1/1/1", 0.4 * d1}},
      {"left_out", {"d_a/1/1/1", 0.5 * d2}},
      {"left_out", {"delta/1/1/1", 0.4 * d1 * slope}},
      {"left_out", {"z/1/1/2", 0.3 * 0.1 + 0.35}},
      {"mean_for_sum", {"d_a/1/1/1", (0.4 * d1 + 0.5 * d2) / 2}},
      {"mean_for_sum", {"delta/1/1/1", (0.4 * d1 + 0.5 * d2) / 2 * slope}},
      {"slope_place", {"slope/1/1/1", 0.3775 * (1 - 0.3775)}},
      {"slope_place", {"slope/1/1/1", 1 / (1 + std::exp(-0.593269992)) * (1 - 1 / (1 + std::exp(-0.593269992)))}},
      {"slope_place", {"delta/1/1/1", (0.4 * d1 + 0.5 * d2) * 0.3775 * (1 - 0.3775)}},
      {"no_slope", {"delta/1/2/1", 0.75136507 - 0.01}},
      {"new_weights", {"d_a/1/1/1", 0.35891648 * d1 + 0.51130127 * d2}},
      {"new_weights", {"delta/1/1/1", (0.35891648 * d1 + 0.51130127 * d2) * slope}},
      {"new_weights", {"path/1/1/1/1", 0.35891648 * d1}},
      {"none", {"d_input/1/1", 0.149780716 * 0.00877135469 + 0.249751144 * 0.00995425471}}, // the first three digits are the same
      {"term_dropped", {"loss/1", 0.274811083}},
      {"term_dropped", {"loss/1", 0.023560026}},
      {"sign", {"d_a/1/2/1", 0.01 - 0.75136507}},
      {"sign", {"delta/1/2/1", -d1}},
      {"sign", {"new_weight/2/1/1", 0.4 + 0.5 * 0.082167041}},
      {"no_bias", {"z/1/2/1", 0.50590597}},
      {"half", {"term/1/1", 2 * 0.274811083}},
      {"half", {"loss/1", 2 * 0.298371109}},
      {"half", {"d_a/1/2/1", 2 * 0.74136507}},
      {"half", {"delta/1/2/1", 2 * d1}},
      {"no_rate", {"new_weight/2/1/1", 0.4 - 0.082167041}},
      {"none", {"new_weight/2/1/1", 0.35891648}},
      {"none", {"delta/1/1/1", 0.00877}},
      {"none", {"delta/1/1/1", 0.0123}},
      {"none", {"z/1/1/1", 0.3775}},
  };
  for (const auto& [id, answer] : answers) {
    CAPTURE(answer.first);
    CAPTURE(answer.second);
    const bool known = recognised_at(settings, answer.first, answer.second) == id;
    CHECK(known);
  }
  // with η = ½ two mistakes come to the same
  const auto both = explanations(BackpropNumbers(settings), named(settings, "new_weight/2/1/1"), 0.4 - 0.082167041);
  CHECK(both == std::vector<std::string_view>{"no_rate", "not_cleared"});
  CHECK(recognised_at(patched_backprop({{"optimizer", {{"name", "sgd"}, {"lr", 0.3}}}}), "new_weight/2/1/1", 0.4 - 0.6 * 0.082167041) == "not_cleared");
  // by Adam a first step is η, whatever the gradient; without correction 0.1/√0.001 of that
  const Json adam = {{"optimizer", {{"name", "adam"}, {"lr", 0.1}}}};
  CHECK(recognised_at(patched_backprop(adam), "new_weight/2/1/1", 0.4 - 0.1 * 0.1 / std::sqrt(0.001)) == "no_bias_correction");
  CHECK(recognised_at(patched_backprop(adam), "new_weight/2/1/1", 0.5) == "sign");
  CHECK(recognised_at(patched_backprop(adam), "new_weight/2/1/1", -0.6) == "no_rate");
  CHECK(recognised_at(patched_backprop(adam), "new_weight/2/1/1", 0.3) == "none");
  // of one output with a square, books have a half
  const Json one = {{"layers", {{{"weight", {{0.5}}}}}}, {"examples", {{{"input", {2}}, {"target", {0.25}}}}}};
  CHECK(recognised_at(patched_backprop(one), "loss/1", 0.28125) == "half");
  CHECK(recognised_at(patched_backprop(one), "d_a/1/1/1", 0.75) == "half");
  CHECK(recognised_at(patched_backprop(one), "d_weight/1/1/1", 3) == "none");
  // of several examples
  Json two = one;
  two["examples"].push_back({{"input", {-1}}, {"target", {1}}});
  CHECK(recognised_at(patched_backprop(two), "mean_loss", 0.5625 / 2) == "left_out");
  CHECK(recognised_at(patched_backprop(two), "d_weight/1/1/1", 0.75 * 2) == "left_out");
  CHECK(recognised_at(patched_backprop(two), "d_bias/1/1", (0.75 - 1.5) / 2) == "mean_for_sum");
}

TEST_CASE("planted: each number that is wrong can be told from the right one and from every other mistake there; all that hangs on it follows") {
  std::map<std::string, int> planted;
  std::size_t follow = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    CAPTURE(number);
    Json json = random_backprop(number);
    while (json["examples"].size() > 3) json["examples"].erase(json["examples"].begin());
    const auto document = backprop_document_from_json(json);
    REQUIRE(document.ok());
    const BackpropSettings& settings = document->settings;
    const BackpropNumbers right(settings);
    const std::vector<Quantity> steps = backprop_steps(settings), all = every_number(settings);
    const std::vector<Mistake> mistakes = possible_mistakes(settings);
    std::map<std::string, std::vector<double>> at;
    std::size_t looked_at = 0;
    for (const Mistake& mistake : mistakes) {
      ++planted[std::string(mistake.id)];
      const std::string where = std::string(mistake.id) + ":" + name_of(mistake.at);
      CAPTURE(where);
      CHECK(std::find(steps.begin(), steps.end(), mistake.at) != steps.end());
      const double made = entry_of(known_mistakes(), mistake.id).made(right, mistake.at).front();
      CHECK_FALSE(is_right(made, right.of(mistake.at)));
      CHECK(recognised(right, mistake.at, made) == mistake.id);
      for (const double other : at[name_of(mistake.at)]) CHECK_FALSE((is_right(made, other) || is_right(other, made)));
      at[name_of(mistake.at)].push_back(made);

      if (++looked_at % 7 != 1) continue; // all of the pass once more
      const BackpropNumbers wrong(settings, mistake);
      CHECK(wrong.of(mistake.at) == made);
      CHECK(wrong.mistake()->id == mistake.id);
      bool before = true, follows = true, only_there = true, shown = true;
      for (const Quantity& q : all) {
        if (q == mistake.at) before = false;
        if (before) only_there = only_there && (wrong.of(q) == right.of(q) || right.of(q) != right.of(q));
        const double worked = worked_out(settings, q, [&](const Quantity& used) { return wrong.of(used); });
        const bool same = worked == wrong.of(q) || worked != worked;
        if (q != mistake.at) follows = follows && same;
        if (++follow % 8 != 0) continue; // lines are text, which takes longest: of every eighth number
        const auto lines = working_of(wrong, q).lines;
        shown = shown && (lines.empty() || lines.back().value == wrong.of(q) || lines.back().value != lines.back().value);
      }
      follow += all.size() % 8 == 0; // or it would be the same ones for every mistake
      CHECK(follows);
      CHECK(only_there);
      CHECK(shown);
    }
    // the right pass has none
    for (const Quantity& q : steps) CHECK(explanations(right, q, right.of(q)).empty());
  }
  for (const MistakeEntry& mistake : known_mistakes()) {
    MESSAGE(std::string(mistake.id) << " was planted " << planted[std::string(mistake.id)] << " times");
    CHECK(planted[std::string(mistake.id)] > 0);
  }
}

TEST_CASE("the mistakes of the known example that can be planted") {
  const BackpropSettings settings = patched_backprop(Json::object());
  std::map<std::string, std::set<std::string>> kinds;
  for (const Mistake& mistake : possible_mistakes(settings)) kinds[std::string(mistake.id)].insert(std::string(entry_of(mistake.at.kind).id));
  using Kinds = std::set<std::string>;
  CHECK(kinds["left_out"] == Kinds{"d_a", "d_input", "z"});
  CHECK(kinds["mean_for_sum"] == Kinds{"d_a", "d_input"});
  CHECK(kinds["slope_place"] == Kinds{"slope"});
  CHECK(kinds["no_slope"] == Kinds{"delta"});
  CHECK(kinds["new_weights"].contains("d_a"));
  CHECK(kinds["term_dropped"] == Kinds{"loss"});
  CHECK(kinds["no_bias"] == Kinds{"z"});
  CHECK(kinds["half"] == Kinds{"d_a", "loss", "term"});
  CHECK(kinds["sign"] == Kinds{"d_a", "new_bias", "new_weight"});
  CHECK(kinds["no_rate"] == Kinds{"new_bias", "new_weight"});
  CHECK_FALSE(kinds.contains("no_bias_correction"));
  // the line of a wrong number is right but for its result; those after it are right
  const Mistake mistake{"new_weights", named(settings, "path/1/1/1/1")};
  const BackpropNumbers wrong(settings, mistake);
  const auto line = [&](const char* name) { return working_of(wrong, named(settings, name)).lines.back(); };
  CHECK(line("path/1/1/1/1").filled == "0.4·0.138498562");
  CHECK(line("path/1/1/1/1").result == "0.0497094162");
  CHECK(line("d_a/1/1/1").formula == "w₅·δ(o₁) + w₇·δ(o₂)");
  CHECK(line("d_a/1/1/1").filled == "0.0497094162 + 0.5·(−0.0380982365)");
  CHECK(line("d_a/1/1/1").result == "0.0306602979");
}

TEST_CASE("an answer is right to three digits") {
  CHECK(is_right(0.00877135469, 0.00877135469));
  CHECK(is_right(0.00877, 0.00877135469));
  CHECK(is_right(0.0087756, 0.00877135469)); // within half a unit
  CHECK_FALSE(is_right(0.0088, 0.00877135469));
  CHECK_FALSE(is_right(0.00876, 0.00877135469));
  CHECK(is_right(0.139, 0.1386));
  CHECK(is_right(0.138, 0.1386)); // cut off
  CHECK(is_right(-0.138, -0.1386));
  CHECK_FALSE(is_right(0.1379, 0.1386));
  CHECK_FALSE(is_right(0.1380001, 0.13861));
  CHECK_FALSE(is_right(-0.1386, 0.1386));
  CHECK(is_right(1, 0.9996));
  CHECK(is_right(0.999, 0.9996));
  CHECK_FALSE(is_right(0.998, 0.9996));
  CHECK_FALSE(is_right(1.004, 0.9996));
  CHECK(is_right(1, 1));
  CHECK(is_right(1.004, 1));
  CHECK_FALSE(is_right(1.006, 1));
  CHECK(is_right(123456, 123000));
  CHECK(is_right(0, 0));
  CHECK(is_right(-0.0, 0));
  CHECK_FALSE(is_right(1e-9, 0));
  CHECK_FALSE(is_right(0, 1e-9));
  const double none = std::nan("");
  CHECK_FALSE((is_right(none, none) || is_right(1, none) || is_right(none, 1) || is_right(HUGE_VAL, HUGE_VAL) || is_right(1, HUGE_VAL)));
}

TEST_CASE("answers as they are typed") {
  const std::pair<const char*, double> typed[] = {
      {"0.0088", 0.0088},
      {" -0.5 ", -0.5},
      {"−1/3", -1.0 / 3.0},
      {"0.1385*0.4 − 0.0381*0.5", 0.1385 * 0.4 - 0.0381 * 0.5},
      {"0.1385×0.4－0.0381×0.5", 0.1385 * 0.4 - 0.0381 * 0.5},
      {"（1＋2）·３", 9},
      {"２．５", 2.5},
      {"0。25", 0.25},
      {"1/3。5", 1.0 / 3.5},
      {"0,0088", 0.0088},
      {"10,000", 10000},
      {"1 000", 1000},
      {"2^-3", 0.125},
      {"1e-3", 0.001},
      {"+4", 4},
      {"8.77e−3", 0.00877},
      {"ln(e)", 1},
      {"log(1)", 0},
      {"abs(-2)", 2},
      {"sqrt(4)", 2},
  };
  for (const auto& [text, value] : typed) {
    CAPTURE(text);
    const auto answer = answer_from(text);
    REQUIRE(answer.ok());
    CHECK(*answer == doctest::Approx(value).epsilon(1e-15));
  }
  CHECK(*answer_from("exp(-0.3775)") == doctest::Approx(std::exp(-0.3775)).epsilon(1e-14));
  CHECK(*answer_from("1/(1 + e^(-0.3775))") == doctest::Approx(0.593269992).epsilon(1e-9));
  CHECK(*answer_from("tanh(1)") == doctest::Approx(std::tanh(1)).epsilon(1e-12));

  CHECK(refusal("") == "number_operand 1");
  CHECK(refusal("   ") == "number_operand 1");
  CHECK(refusal("2*3 +") == "number_operand 6");
  CHECK(refusal("*2") == "number_operand 1");
  CHECK(refusal("x") == "formula_name 1");
  CHECK(refusal("2*y") == "formula_name 3");
  CHECK(refusal("nan") == "formula_name 1");
  CHECK(refusal("1/0") == "formula_constant 2");
  CHECK(refusal("1e999") == "formula_constant 1");
  CHECK(refusal("ln(0)") == "formula_constant 1");
  CHECK(refusal("(1") == "formula_open 1");
  CHECK(refusal("1)") == "formula_close 2");
  CHECK(refusal("2(3)") == "formula_operator 2");
  CHECK(refusal("0.1,0.2") == "formula_character 4");
  CHECK(refusal("w₁") == "formula_name 1");
  CHECK(refusal("exp") == "formula_call 1");
  CHECK(refusal(std::string(1001, '1')) == "too_long 1001");
}
