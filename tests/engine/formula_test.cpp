// Formulas as students type them: read or refused with the place, right in value and gradient, bounded in size.
#include "core/philox.hpp"
#include "surfaces/formula.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdio>

using namespace downhill;

namespace {

std::string refusal(std::string_view text) {
  const auto read = Formula::read(text);
  if (read) return "taken";
  for (const Language language : {Language::zh, Language::en}) CHECK(!read.error().sentence(language).empty()); // asserts that all gaps are filled
  return read.error().code + (read.error().with.empty() ? "" : " " + read.error().with[0]);
}

double value(std::string_view text, double x = 0, double y = 0) {
  const auto read = Formula::read(text);
  REQUIRE_MESSAGE(read.ok(), text);
  return read->at(x, y).f;
}

std::string python(std::string_view text) { return Formula::read(text)->python(); }

// Whether the gradient is that of differences; places where the function is steep or bent too much to tell are left out.
bool gradient_holds(const Formula& formula, double x, double y) {
  const Slope at = formula.at(x, y);
  const double step = 1e-5;
  const auto difference = [&](double dx, double dy) { return (formula.at(x + dx, y + dy).f - formula.at(x - dx, y - dy).f) / 2; };
  const double by_x = difference(step, 0) / step, by_y = difference(0, step) / step;
  const double size = 1 + std::fabs(at.f) + std::fabs(by_x) + std::fabs(by_y);
  return std::fabs(by_x - at.dx) < 2e-5 * size && std::fabs(by_y - at.dy) < 2e-5 * size;
}

// A formula drawn at random, with what it is worth at (x, y); all of it stays finite.
struct Drawn {
  std::string text;
  double value;
};
Drawn drawn(PhiloxStream& stream, int depth, double x, double y) {
  const auto among = [&](std::uint64_t count) { return stream.next_word() % count; };
  if (depth == 0 || among(6) == 0) switch (among(4)) {
    case 0: return {"x", x};
    case 1: return {"y", y};
    case 2: return {"pi", 3.141592653589793};
    default: {
      const double number = static_cast<double>(among(400)) / 100;
      char text[32];
      std::snprintf(text, sizeof text, "%g", number);
      return {text, number};
    }
    }
  const Drawn a = drawn(stream, depth - 1, x, y);
  switch (among(10)) {
  case 0: return {"(-" + ("(" + a.text + ")") + ")", -a.value};
  case 1: return {"sin(" + a.text + ")", std::sin(a.value)};
  case 2: return {"cos( " + a.text + " )", std::cos(a.value)};
  case 3: return {"tanh(" + a.text + ")", std::tanh(a.value)};
  case 4: return {"sqrt(1 + (" + a.text + ")^2)", std::sqrt(1 + a.value * a.value)};
  case 5: return {"log(2+abs(" + a.text + "))", std::log(2 + std::fabs(a.value))};
  default: break;
  }
  const Drawn b = drawn(stream, depth - 1, x, y);
  switch (among(4)) {
  case 0: return {"(" + a.text + ") + " + b.text, a.value + b.value};
  case 1: return {a.text + " - (" + b.text + ")", a.value - b.value};
  case 2: return {"(" + a.text + ")*(" + b.text + ")", a.value * b.value};
  default: return {"(" + a.text + ")/(1 + exp(-abs(" + b.text + ")))", a.value / (1 + std::exp(-std::fabs(b.value)))};
  }
}

} // namespace

TEST_CASE("a formula is read as mathematics has it") {
  CHECK(value("x + 2*y", 3, 4) == 11);
  CHECK(value("2 - 3 - x", 4) == -5);
  CHECK(value("24/4/x", 2) == 3);
  CHECK(value("2^3^x", 2) == 512);
  CHECK(value("-x^2", 3) == -9);
  CHECK(value("(-x)^2", 3) == 9);
  CHECK(value("x^-1", 4) == 0.25);
  CHECK(value("2^-x*3", 1) == 1.5);
  CHECK(value("-x*-y", 2, 3) == 6);
  CHECK(value("x--y", 2, 3) == 5);
  CHECK(value("+x", 2) == 2);
  CHECK(value("x**2", 3) == 9);
  CHECK(value("pi*x", 1) == 3.141592653589793);
  CHECK(value("e + 0*x") == 2.718281828459045);
  CHECK(value("1e-3*x + .5 + 2.", 1000) == 3.5);
}

TEST_CASE("signs of other keyboards are taken for what they look like") {
  CHECK(value("x − 2×y", 9, 4) == 1);
  CHECK(value("3·x÷y", 4, 6) == 2);
  CHECK(value("（x＋１）＊２", 3) == 8);
  CHECK(refusal("x“+y") == "formula_character 2");
}

TEST_CASE("a formula that can't be read is refused with the character") {
  CHECK(refusal("x^2 + 3y") == "formula_operator 8");
  CHECK(refusal("2x") == "formula_operator 2");
  CHECK(refusal("2e*x") == "formula_operator 2");
  CHECK(refusal("3(x+1)") == "formula_operator 2");
  CHECK(refusal("(x)(y)") == "formula_operator 4");
  CHECK(refusal("x y") == "formula_operator 3");
  CHECK(refusal("x # 2") == "formula_character 3");
  CHECK(refusal("x = 2") == "formula_character 3");
  CHECK(refusal("，x") == "formula_character 1");
  CHECK(refusal("x + z") == "formula_name 5");
  CHECK(refusal("X") == "formula_name 1");
  CHECK(refusal("xy") == "formula_name 1");
  CHECK(refusal("ln(x)") == "formula_name 1");
  CHECK(refusal("") == "formula_operand 1");
  CHECK(refusal("   ") == "formula_operand 4");
  CHECK(refusal("x +") == "formula_operand 4");
  CHECK(refusal("x * / y") == "formula_operand 5");
  CHECK(refusal("()") == "formula_operand 2");
  CHECK(refusal("^2*x") == "formula_operand 1");
  CHECK(refusal("(x + (y)") == "formula_open 1");
  CHECK(refusal("x + (y") == "formula_open 5");
  CHECK(refusal("x)") == "formula_close 2");
  CHECK(refusal("sin x") == "formula_call 1");
  CHECK(refusal("x + sin") == "formula_call 5");
  CHECK(refusal("1.2.3*x") == "formula_operator 4");
  CHECK(refusal(".*x") == "formula_character 1");
  CHECK(refusal("1e999*x") == "formula_constant 1");
  CHECK(refusal("x + 1/0") == "formula_constant 6");
  CHECK(refusal("x + log(0-1)") == "formula_constant 5");
  CHECK(refusal("x*(-8)^(1/3)") == "formula_constant 7");
  CHECK(refusal("3") == "formula_flat");
  CHECK(refusal("sin(2)^2") == "formula_flat");
}

TEST_CASE("a formula's size is bounded, and no depth exhausts the stack") {
  CHECK(refusal(std::string(10000, '-') + "x") == "too_long 10001");
  CHECK(refusal(std::string(1000, '(') + "x" + std::string(1000, ')')) == "too_long 2001");
  CHECK(refusal(std::string(499, '(') + "x" + std::string(499, ')')) == "formula_deep 101");
  CHECK(refusal(std::string(100, '(') + "x" + std::string(100, ')')) == "taken");
  CHECK(refusal(std::string(101, '(') + "x" + std::string(101, ')')) == "formula_deep 101");
  CHECK(refusal(std::string(900, '-') + "x") == "formula_deep 401");
  CHECK(value(std::string(400, '-') + "x", 3) == 3);
  std::string sum = "x", tower = "x";
  for (int i = 0; i < 499; ++i) sum += "+x", tower += "^x";
  CHECK(value(sum, 2) == 1000);
  CHECK(Formula::read(sum)->at(2, 0).dx == 500);
  CHECK(refusal(tower) == "formula_deep 802");
  CHECK(refusal("(" + sum + ")") == "too_long 1001");
}

TEST_CASE("each operation's gradient is that of differences, at 1,000 places") {
  for (const char* text : {"x + y", "x - y", "-x", "x*y", "x/(3 + y)", "(3 + x)^y", "x^3", "(x + 3)^-2", "(3 + x)^2.5", "2^x", "sin(x*y)", "cos(x - 2*y)",
                           "exp(x*y)", "log(3 + x)", "sqrt(3 + x*y/2)", "abs(x + y)", "tanh(2*x - y)", "x*x*x*y - sin(x)/exp(y)"}) {
    CAPTURE(text);
    const auto formula = Formula::read(text);
    REQUIRE(formula.ok());
    PhiloxStream stream({3, 1});
    int wrong = 0;
    for (int i = 0; i < 1000; ++i) {
      const double x = 4 * stream.next_uniform() - 2, y = 4 * stream.next_uniform() - 2;
      if (std::string_view(text) == "abs(x + y)" && std::fabs(x + y) < 1e-4) continue;
      wrong += !gradient_holds(*formula, x, y);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("random formulas have the value that std gives them, and its gradient") {
  PhiloxStream stream({4, 1});
  int wrong = 0, wrong_gradients = 0, flat = 0, apart = 0;
  for (int i = 0; i < 3000; ++i) {
    const double x = 4 * stream.next_uniform() - 2, y = 4 * stream.next_uniform() - 2;
    const Drawn expected = drawn(stream, 5, x, y);
    const auto formula = Formula::read(expected.text);
    if (!formula) {
      CHECK(formula.error().code == (expected.text.size() > kFormulaMost ? "too_long" : "formula_flat"));
      ++flat;
      continue;
    }
    const bool right = std::fabs(formula->at(x, y).f - expected.value) <= 1e-11 * (1 + std::fabs(expected.value));
    if (!right) MESSAGE(expected.text << " " << formula->at(x, y).f << " " << expected.value);
    wrong += !right;
    apart += std::bit_cast<std::uint64_t>(formula->value(x, y)) != std::bit_cast<std::uint64_t>(formula->at(x, y).f);
    wrong_gradients += !gradient_holds(*formula, x, y);
  }
  CHECK(wrong == 0);
  CHECK(apart == 0); // the value alone is the one beside the gradient
  CHECK(flat < 1000);
  CHECK(wrong_gradients < 20); // near a kink of abs, or where it is bent within a step of the difference
}

TEST_CASE("what has no value has none, and slopes at kinks are autograd's") {
  CHECK(std::isnan(value("log(x)", -1)));
  CHECK(std::isnan(value("sqrt(x)", -1)));
  CHECK(std::isnan(value("x^0.5", -1)));
  CHECK(std::isnan(value("sin(x)", 1e30)));
  CHECK(value("1/x", 0) == INFINITY);
  CHECK(value("exp(x)", 1000) == INFINITY);
  CHECK(Formula::read("abs(x)")->at(0, 0).dx == 0);
  CHECK(Formula::read("sqrt(x)")->at(0, 0).dx == INFINITY);
  CHECK(Formula::read("x^2")->at(0, 0).dx == 0);
  CHECK(Formula::read("x^y")->at(0, 2).dy == 0);
  CHECK(Formula::read("x^0.5 + y")->at(0, 1).dy == 1); // what y hangs on is another way
}

TEST_CASE("a formula in Python: tensors through torch, numbers through math, none that Python would work out without bounds") {
  CHECK(python("(1 - x)^2 + 100*(y - x^2)^2") == "(1 - x)**2 + 100*(y - x**2)**2");
  CHECK(python("20 − 10×cos(2*pi*x)") == "20 - 10*torch.cos(2*math.pi*x)");
  CHECK(python("abs(x) + abs(3) + exp(2)*y + sin(x*exp(1))") == "abs(x) + abs(3) + math.exp(2)*y + torch.sin(x*math.exp(1))");
  CHECK(python("9^99*x") == "9.0**99.0*x");
  CHECK(python("20000000*x^007") == "20000000.0*x**7");
  CHECK(python("1e20*x + .5*y") == "1e+20*x + 0.5*y");
}
