#include "core/worked_text.hpp"

#include "core/elementary.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace downhill {

// ---- numbers ----

namespace {

constexpr int kPlainDigits = 6; // whole numbers up to so many are written out however few digits are asked for

// −1234.5 as "1.2345" and 3: a decimal of so many digits.
struct Decimal {
  std::string figures; // without the point
  int exponent;
  double told; // of the absolute value
};
Decimal decimal_of(double value, int digits) {
  char written[40];
  std::snprintf(written, sizeof written, "%.*e", digits - 1, std::fabs(value));
  Decimal out{"", 0, std::strtod(written, nullptr)}; // both are correctly rounded in every C library here
  const char* c = written;
  for (; *c != 'e'; ++c)
    if (*c != '.') out.figures += *c;
  out.exponent = static_cast<int>(std::strtol(c + 1, nullptr, 10));
  return out;
}

} // namespace

WrittenNumber written_number(double value, int digits) {
  if (value != value) return {"NaN", value};
  if (std::isinf(value)) return {value < 0 ? "−∞" : "∞", value};
  auto [figures, exponent, told] = decimal_of(value, digits);
  while (figures.size() > 1 && figures.back() == '0') figures.pop_back();
  if (figures == "0") return {"0", 0};

  std::string text = value < 0 ? "−" : "";
  if (exponent < -4 || exponent >= std::max(digits, kPlainDigits)) {
    text += figures.substr(0, 1) + (figures.size() > 1 ? "." + figures.substr(1) : "");
    text += std::string("e") + (exponent < 0 ? "−" : "") + std::to_string(std::abs(exponent));
  } else if (exponent < 0)
    text += "0." + std::string(static_cast<std::size_t>(-1 - exponent), '0') + figures;
  else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (figures.size() < whole) figures.resize(whole, '0');
    text += figures.substr(0, whole) + (figures.size() > whole ? "." + figures.substr(whole) : "");
  }
  return {text, value < 0 ? -told : told};
}

WrittenNumber exact_number(double value) {
  WrittenNumber shown = written_number(value, 1);
  for (int digits = 2; digits <= 17 && shown.value != value; ++digits) shown = written_number(value, digits);
  return shown;
}

double last_unit(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return 0;
  return std::strtod(("1e" + std::to_string(decimal_of(value, digits).exponent - digits + 1)).c_str(), nullptr);
}

// ---- words ----

void NamedNumbers::set(NamedNumber number) {
  std::erase_if(all_, [&](const NamedNumber& n) { return n.name == number.name; });
  all_.push_back(std::move(number));
}
const NamedNumber* NamedNumbers::find(std::string_view name) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const NamedNumber& n) { return n.name == name; });
  return found == all_.end() ? nullptr : &*found;
}

namespace {

constexpr std::string_view kSigns[] = {" ", "+", "−", "·", "/", "(", ")", "√", "²", "^", ",", "|"};

} // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  const char* name = nullptr; // where the name began that goes on
  while (!text.empty()) {
    const auto* sign = std::find_if(std::begin(kSigns), std::end(kSigns), [&](std::string_view s) { return text.starts_with(s); });
    const std::size_t size = sign == std::end(kSigns) ? 1 : sign->size();
    if (sign != std::end(kSigns)) {
      words.push_back(text.substr(0, size));
      name = nullptr;
    } else if (name)
      words.back() = {name, words.back().size() + 1};
    else {
      words.push_back(text.substr(0, 1));
      name = text.data();
    }
    text.remove_prefix(size);
  }
  return words;
}

std::string with_symbols(std::string_view formula, const NamedNumbers& names) {
  std::string out;
  for (const std::string_view word : words_of(formula)) {
    const NamedNumber* number = names.find(word);
    out += number ? std::string_view(number->symbol) : word;
  }
  return out;
}

std::string filled_in(std::string_view formula, const NamedNumbers& names) {
  const std::vector<std::string_view> words = words_of(formula);
  const auto begins = [&](std::size_t i) {
    while (i > 0 && words[i - 1] == " ") --i;
    return i == 0 || words[i - 1] == "(" || words[i - 1] == "," || words[i - 1] == "|";
  };
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const NamedNumber* number = names.find(words[i]);
    if (!number) {
      out += words[i];
      continue;
    }
    const std::string& shown = number->shown.text;
    const bool negative = shown.starts_with("−");
    const bool raised = i + 1 < words.size() && (words[i + 1] == "²" || words[i + 1] == "^");
    const bool brackets = (negative && !begins(i)) || (raised && (negative || shown.find('e') != std::string::npos));
    out += brackets ? "(" + shown + ")" : shown;
  }
  return out;
}

// ---- values ----

namespace {

constexpr double kHalfUlp = 0x1p-53;
double rounding(double value) { return std::fabs(value) * kHalfUlp; }

// Each value with the error that its operation and those before have made.
class Reader {
public:
  Reader(std::string_view formula, const NamedNumbers& names, NamesAre which) : words_(words_of(formula)), names_(names), which_(which) {
    std::erase(words_, " ");
  }
  Estimate sum() {
    const bool negative = take("−");
    Estimate value = product();
    if (negative) value.value = -value.value;
    for (;;) {
      const bool plus = take("+"), minus = !plus && take("−");
      if (!plus && !minus) return value;
      const Estimate term = product();
      value.value = plus ? value.value + term.value : value.value - term.value;
      value.error += term.error + rounding(value.value);
    }
  }

private:
  bool take(std::string_view sign) {
    if (at_ == words_.size() || words_[at_] != sign) return false;
    ++at_;
    return true;
  }
  Estimate product() {
    Estimate value = power();
    for (;;) {
      const bool times = take("·"), by = !times && take("/");
      if (!times && !by) return value;
      const Estimate factor = power();
      value = times ? product_of(value, factor) : quotient_of(value, factor);
    }
  }
  static Estimate product_of(const Estimate& a, const Estimate& b) {
    const double value = a.value * b.value;
    return {value, std::fabs(a.value) * b.error + std::fabs(b.value) * a.error + a.error * b.error + rounding(value)};
  }
  static Estimate quotient_of(const Estimate& a, const Estimate& b) {
    const double value = a.value / b.value, room = std::fabs(b.value) - b.error;
    return {value, room > 0 ? (a.error + std::fabs(value) * b.error) / room + rounding(value) : HUGE_VAL};
  }
  Estimate power() {
    if (take("e")) {
      take("^");
      const Estimate exponent = operand();
      const double value = exact::exp(exponent.value);
      return {value, value * (exact::exp(exponent.error) - 1.0) + 8 * rounding(value)};
    }
    const Estimate base = operand();
    if (take("²")) return product_of(base, base);
    if (!take("^")) return base;
    const Estimate exponent = operand();
    const double value = exact::power(base.value, static_cast<std::int64_t>(exponent.value));
    const double share = base.value == 0 ? 0 : base.error / std::fabs(base.value) + 2 * kHalfUlp;
    return {value, std::fabs(value) * share * exponent.value};
  }
  Estimate bracket() {
    take("(");
    const Estimate value = sum();
    take(")");
    return value;
  }
  Estimate operand() {
    if (take("√")) {
      const Estimate of = operand();
      const double value = std::sqrt(of.value);
      return {value, (of.value > of.error ? of.error / value : std::sqrt(of.error)) + rounding(value)};
    }
    if (take("|")) {
      const Estimate of = sum();
      take("|");
      return {std::fabs(of.value), of.error};
    }
    if (at_ < words_.size() && words_[at_] == "(") return bracket();
    for (const bool largest : {true, false}) {
      if (!take(largest ? "max" : "min")) continue;
      take("(");
      const Estimate a = sum();
      take(",");
      const Estimate b = sum();
      take(")");
      return {(a.value > b.value) == largest ? a.value : b.value, std::max(a.error, b.error)};
    }
    if (take("ln")) {
      const Estimate of = bracket();
      const double value = exact::log(of.value);
      return {value, of.value > of.error ? of.error / (of.value - of.error) + 8 * rounding(value) : HUGE_VAL};
    }
    if (take("tanh")) {
      const Estimate of = bracket();
      return {exact::tanh(of.value), of.error + 4e-13 * std::fabs(of.value)};
    }
    if (take("Φ")) {
      const Estimate of = bracket();
      return {0.5 * (1.0 + exact::erf(of.value * 0.7071067811865476)), 0.4 * of.error + 4e-15};
    }
    return number();
  }
  Estimate number() {
    assert(at_ < words_.size() && "a formula has an operand wherever one is due");
    const std::string_view word = words_[at_++];
    double value = 0;
    if (const NamedNumber* named = names_.find(word)) {
      if (which_ == NamesAre::true_numbers) return {named->truth, 0};
      value = named->shown.value;
    } else {
      assert(word[0] >= '0' && word[0] <= '9' && "a formula's names have numbers");
      value = std::strtod(std::string(word).c_str(), nullptr);
    }
    return {value, value == std::floor(value) ? 0 : rounding(value)}; // few decimals are float64s
  }

  std::vector<std::string_view> words_;
  const NamedNumbers& names_;
  NamesAre which_;
  std::size_t at_ = 0;
};

} // namespace

Estimate worked(std::string_view formula, const NamedNumbers& names, NamesAre which) { return Reader(formula, names, which).sum(); }

} // namespace downhill
