// Formulas as texts whose names stand for numbers: filled in, and worked out as they are read.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace downhill {

struct WrittenNumber {
  std::string text;
  double value = 0; ///< what the text says
};
/// In so many significant digits, 1 to 17, zeros at the end left out: 0.05, −11.5358, 1.2e−5, 1.5e7; ∞ and NaN.
WrittenNumber written_number(double value, int digits);
/// In as few digits as tell it from all others.
WrittenNumber exact_number(double value);
/// One in the last of so many digits of it; 0 of 0.
double last_unit(double value, int digits);

/// What stands for a name of a formula.
struct NamedNumber {
  std::string name;
  std::string symbol; ///< as it is shown in formulas
  double truth = 0;   ///< the engine's
  WrittenNumber shown;
};
class NamedNumbers {
public:
  /// In the place of the one of that name, if there is one.
  void set(NamedNumber number);
  const NamedNumber* find(std::string_view name) const;

private:
  std::vector<NamedNumber> all_;
};

/// Signs (+ − · / ( ) √ ² ^ , | and spaces) and what stands between them: names, numbers, and the functions e^, ln, max, min, tanh
/// and Φ.
std::vector<std::string_view> words_of(std::string_view formula);

/// With each name that has a number as its symbol, others as they are.
std::string with_symbols(std::string_view formula, const NamedNumbers& names);
/// With each name's number as it is shown: a negative one in brackets but at the beginning, and whatever is no plain figure where it is
/// raised to a power.
std::string filled_in(std::string_view formula, const NamedNumbers& names);

/// A value and how far it may be from what the text says, exactly worked out.
struct Estimate {
  double value = 0, error = 0;
};
enum class NamesAre : std::uint8_t { shown, true_numbers };
/// In float64, as it is read: roots and powers, products from left to right, sums from left to right. Every name must have a number.
Estimate worked(std::string_view formula, const NamedNumbers& names, NamesAre which);

} // namespace downhill
