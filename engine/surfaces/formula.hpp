// A function of x and y as a student types it, and its gradient by automatic differentiation.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>

namespace downhill {

/// A function's value at a point and its gradient there.
struct Slope {
  double f = 0, dx = 0, dy = 0;
};

inline constexpr std::size_t kFormulaMost = 1000;     ///< characters
inline constexpr std::size_t kFormulaDepthMost = 100; ///< brackets within brackets

/// Numbers, x, y, pi, e, + − * / ^ (also **), brackets, and the functions of formula_functions(). ^ binds to the right and before
/// a sign: −x^2 is −(x²), 2^−1 is one half. × · ÷ − and the wide characters of Chinese keyboards （＋） are taken for what they
/// look like. Products are written out: 2x is refused, since 1/2x could be read in two ways.
class Formula {
public:
  /// Errors, with the character counted from 1 instead of a place: formula_character, formula_name, formula_operator,
  /// formula_operand, formula_open, formula_close, formula_call, formula_constant, formula_deep; formula_flat and too_long.
  static Result<Formula> read(std::string_view text);

  /// In float64, each operation rounded once (core/elementary.hpp); NaN and ∞ as IEEE 754 has them: log and sqrt of a negative
  /// number are NaN. Backwards through the operations, as PyTorch's autograd does it, with its slopes at kinks: of abs 0 at 0.
  Slope at(double x, double y) const;
  /// The value alone, the same to the bit.
  double value(double x, double y) const;
  std::size_t size() const { return nodes_.size(); } ///< operations
  bool uses_x() const { return uses(Operation::x); }
  bool uses_y() const { return uses(Operation::y); }
  /// The same in Python, of tensors x and y; needs torch and math.
  std::string python() const;

private:
  friend class FormulaReader;
  enum class Operation : std::uint8_t { number, x, y, negative, add, subtract, multiply, divide, power, sin, cos, exp, log, sqrt, abs, tanh };
  static double apply(Operation operation, double a, double b);
  void forward(double x, double y, double* value) const;
  struct Node {
    Operation operation;
    std::uint16_t a = 0, b = 0; // the nodes it works on, all before it
    double number = 0;
  };
  bool uses(Operation operation) const {
    for (const Node& node : nodes_)
      if (node.operation == operation) return true;
    return false;
  }
  std::vector<Node> nodes_; // the last is the whole
  std::string python_;
};

/// The value of a formula of numbers alone, which also knows ln. Errors as Formula::read, with number_operand for formula_operand and without
/// formula_flat; x and y are names that are not known.
Result<double> formula_value(std::string_view text);

/// Their names, as listed in refusals.
std::vector<std::string_view> formula_functions();

} // namespace downhill
