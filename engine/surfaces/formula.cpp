#include "surfaces/formula.hpp"

#include "core/elementary.hpp"
#include "document/json_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace downhill {
namespace {

// What keyboards and printed formulas have for the characters that are meant.
struct Alias {
  std::string_view written;
  char meant;
};
constexpr Alias kAliases[] = {{"\u2212", '-'}, {"\u2013", '-'}, {"\u00d7", '*'}, {"\u00b7", '*'}, {"\u22c5", '*'}, {"\u2217", '*'},
                              {"\u00f7", '/'}, {"\u3000", ' '}, {"\u00a0", ' '}, {"\u2009", ' '}, {"\u202f", ' '}, {"\u3002", '.'}};

struct Character {
  char meant;               // 0: none that a formula knows
  std::string_view written; // whole, as UTF-8
};

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> out;
  while (!text.empty()) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    const std::string_view written = text.substr(0, size);
    char meant = size == 1 && static_cast<unsigned char>(text[0]) < 0x80 ? text[0] : '\0';
    for (const Alias& alias : kAliases)
      if (written == alias.written) meant = alias.meant;
    // U+FF01 … U+FF5E are ASCII's characters, wide
    if (size == 3 && written[0] == '\xef' && (written[1] == '\xbc' || written[1] == '\xbd')) {
      const int wide = (written[1] == '\xbd' ? 0x40 : 0) + (static_cast<unsigned char>(written[2]) & 0x3f);
      if (wide >= 0x01 && wide <= 0x5e) meant = static_cast<char>(wide + 0x20);
    }
    out.push_back({meant, written});
    text.remove_prefix(size);
  }
  return out;
}

} // namespace

// Reads operands and operators in turn and keeps those that wait on a stack of its own (Dijkstra's shunting yard): no depth of
// brackets reaches the machine's stack.
class FormulaReader {
public:
  // `of_numbers`: x and y are not known, and ln is log.
  FormulaReader(std::string_view text, bool of_numbers) : text_(characters_of(text)), of_numbers_(of_numbers) {}

  Result<double> value() {
    if (const auto error = read_all()) return *error;
    return formula_.nodes_[operands_.back()].number; // numbers among themselves are worked out at once
  }

  Result<Formula> read() {
    if (const auto error = read_all()) return *error;
    if (constant(operands_.back())) return UserError{"formula_flat", "", {}};
    write_python();
    return std::move(formula_);
  }

private:
  std::optional<UserError> read_all() {
    for (bool operand_next = true;;) {
      while (at_ < text_.size() && text_[at_].meant == ' ') ++at_;
      if (at_ == text_.size()) {
        if (operand_next) return refused(operand_missing(), at_);
        break;
      }
      operand_next = operand_next ? !operand() : operation();
      if (error_) return error_;
    }
    while (!waiting_.empty() && !error_) {
      if (waiting_.back().bracket) return refused("formula_open", waiting_.back().at);
      apply();
    }
    return error_;
  }

  using Operation = Formula::Operation;
  struct Waiting {
    Operation operation; // of a bracket: what is applied to its content; number: nothing
    std::size_t at;      // character
    bool bracket;
  };
  struct Sign {
    std::string_view text;
    Operation operation;
    int binds;
  };
  static constexpr Sign kSigns[] = {{"+", Operation::add, 1},      {"-", Operation::subtract, 1}, {"**", Operation::power, 4},
                                    {"*", Operation::multiply, 2}, {"/", Operation::divide, 2},   {"^", Operation::power, 4}};
  static constexpr int kNegativeBinds = 3;
  static constexpr double kWholeMost = 1e6; // in Python
  struct Function {
    std::string_view name;
    Operation operation;
  };
  static constexpr Function kFunctions[] = {{"sin", Operation::sin},   {"cos", Operation::cos}, {"exp", Operation::exp},  {"log", Operation::log},
                                            {"sqrt", Operation::sqrt}, {"abs", Operation::abs}, {"tanh", Operation::tanh}};
  struct Constant {
    std::string_view name, python;
    double value;
  };
  static constexpr Constant kConstants[] = {{"pi", "math.pi", 3.141592653589793}, {"e", "math.e", 2.718281828459045}};
  friend std::vector<std::string_view> downhill::formula_functions();

  UserError refused(const char* code, std::size_t at, std::vector<std::string> with = {}) const {
    with.insert(with.begin(), std::to_string(at + 1));
    return {code, "", std::move(with)};
  }
  bool refuse(const char* code, std::size_t at, std::vector<std::string> with = {}) {
    error_ = refused(code, at, std::move(with));
    return false;
  }
  const char* operand_missing() const { return of_numbers_ ? "number_operand" : "formula_operand"; }
  char meant(std::size_t at) const { return at < text_.size() ? text_[at].meant : '\0'; }
  bool constant(std::uint16_t node) const { return formula_.nodes_[node].operation == Operation::number; }

  std::uint16_t add(Formula::Node node) {
    formula_.nodes_.push_back(node);
    return static_cast<std::uint16_t>(formula_.nodes_.size() - 1);
  }
  void wait(Operation operation, std::size_t at, bool bracket) {
    if (bracket && ++brackets_ > kFormulaDepthMost) refuse("formula_deep", at_, {std::to_string(kFormulaDepthMost)});
    if (waiting_.size() >= 4 * kFormulaDepthMost) refuse("formula_deep", at_, {std::to_string(waiting_.size())});
    waiting_.push_back({operation, at, bracket});
  }

  // Whether an operand has been read whole; else more is needed.
  bool operand() {
    const char c = meant(at_);
    if (digit(c) || c == '.') return number();
    if (letter(c)) return name();
    if (c == '(') {
      wait(Operation::number, at_, true);
      say("(");
    } else if (c == '-') {
      wait(Operation::negative, at_, false);
      say("-");
    } else if (c == '+') {
      say("+");
    } else if (c == '\0' || std::string_view("*/^)").find(c) == std::string_view::npos)
      return refuse("formula_character", at_, {std::string(text_[at_].written)});
    else
      return refuse(operand_missing(), at_);
    ++at_;
    return false;
  }

  bool number() {
    std::string written;
    std::size_t end = at_;
    const auto digits = [&] {
      while (digit(meant(end))) written += meant(end++);
    };
    digits();
    if (meant(end) == '.') written += meant(end++);
    digits();
    const std::size_t sign = meant(end + 1) == '-' || meant(end + 1) == '+' ? 1 : 0;
    if ((meant(end) == 'e' || meant(end) == 'E') && digit(meant(end + 1 + sign))) {
      written += 'e';
      if (sign) written += meant(end + 1);
      end += 1 + sign;
      digits();
    }
    if (written == ".") return refuse("formula_character", at_, {"."});
    const double value = std::strtod(written.c_str(), nullptr); // correctly rounded in every C library here
    if (!std::isfinite(value)) return refuse("formula_constant", at_);
    operands_.push_back(add({.operation = Operation::number, .number = value}));
    words_.push_back({Word::Kind::number, "", value});
    at_ = end;
    return true;
  }

  bool name() {
    std::string name;
    std::size_t end = at_;
    while (letter(meant(end)) || digit(meant(end))) name += meant(end++);
    if (of_numbers_ && name == "ln") name = "log";
    for (const Function& function : kFunctions)
      if (name == function.name) {
        const std::size_t begin = at_;
        at_ = end;
        while (meant(at_) == ' ') ++at_;
        if (meant(at_) != '(') return refuse("formula_call", begin, {name});
        wait(function.operation, begin, true);
        words_.push_back({Word::Kind::function, function.name, 0});
        called_.push_back(words_.size() - 1);
        say("(");
        ++at_;
        return false;
      }
    for (const Constant& c : kConstants)
      if (name == c.name) {
        operands_.push_back(add({.operation = Operation::number, .number = c.value}));
        say(c.python);
        at_ = end;
        return true;
      }
    if (of_numbers_ || (name != "x" && name != "y")) {
      std::string known = of_numbers_ ? "" : "x, y";
      for (const Constant& c : kConstants) known += (known.empty() ? "" : ", ") + std::string(c.name);
      for (const Function& function : kFunctions) known += ", " + std::string(function.name);
      return refuse("formula_name", at_, {name, known});
    }
    operands_.push_back(add({.operation = name == "x" ? Operation::x : Operation::y}));
    say(name == "x" ? "x" : "y");
    at_ = end;
    return true;
  }

  // After an operand. Whether another one is needed.
  bool operation() {
    if (meant(at_) == ')') {
      while (!waiting_.empty() && !waiting_.back().bracket && !error_) apply();
      if (error_) return false;
      if (waiting_.empty()) return refuse("formula_close", at_);
      apply();
      --brackets_;
      say(")");
      ++at_;
      return false;
    }
    for (const Sign& sign : kSigns) {
      if (meant(at_) != sign.text[0] || (sign.text.size() > 1 && meant(at_ + 1) != sign.text[1])) continue;
      const bool to_the_right = sign.operation == Operation::power;
      while (!error_ && !waiting_.empty() && !waiting_.back().bracket && binds(waiting_.back().operation) >= sign.binds + (to_the_right ? 1 : 0)) apply();
      wait(sign.operation, at_, false);
      say(sign.operation == Operation::add ? " + " : sign.operation == Operation::subtract ? " - " : to_the_right ? "**" : sign.text);
      at_ += sign.text.size();
      return true;
    }
    const Character& found = text_[at_];
    if (found.meant == '(' || digit(found.meant) || found.meant == '.' || letter(found.meant))
      return refuse("formula_operator", at_, {std::string(found.written)});
    return refuse("formula_character", at_, {std::string(found.written)});
  }

  static int binds(Operation operation) {
    for (const Sign& sign : kSigns)
      if (sign.operation == operation) return sign.binds;
    return kNegativeBinds;
  }

  // Takes the last that waits. What hangs neither on x nor on y is worked out at once.
  void apply() {
    const Waiting last = waiting_.back();
    waiting_.pop_back();
    if (last.operation == Operation::number) return; // a bracket alone
    const std::uint16_t b = operands_.back();
    const bool two = last.operation >= Operation::add && last.operation <= Operation::power;
    if (two) operands_.pop_back();
    const std::uint16_t a = operands_.back();
    const bool function = last.bracket;
    if (constant(a) && constant(b)) {
      // they are the last nodes there are
      const double value = Formula::apply(last.operation, formula_.nodes_[a].number, formula_.nodes_[b].number);
      if (!std::isfinite(value)) {
        refuse("formula_constant", last.at);
        return;
      }
      formula_.nodes_.resize(a);
      operands_.back() = add({.operation = Operation::number, .number = value});
      folded_ = folded_ || last.operation == Operation::power || std::fabs(value) > kWholeMost;
      if (function) words_[called_.back()].constant = true;
    } else
      operands_.back() = add({.operation = last.operation, .a = a, .b = b});
    if (function) called_.pop_back();
  }

  // ---- the same in Python ----

  struct Word {
    enum class Kind : std::uint8_t { sign, number, function } kind;
    std::string_view text;
    double number;
    bool constant = false; // a function of a number: torch's take tensors only
  };
  void say(std::string_view text) { words_.push_back({Word::Kind::sign, text, 0}); }

  void write_python() {
    std::string& out = formula_.python_;
    for (const Word& word : words_) {
      if (word.kind == Word::Kind::number) {
        out += shortest_text(word.number);
        // whole numbers among themselves have no bounds in Python, and tensors refuse the large ones
        const bool whole = out.find_first_not_of("0123456789", out.size() - shortest_text(word.number).size()) == std::string::npos;
        if (whole && (folded_ || word.number > kWholeMost)) out += ".0";
      } else if (word.kind == Word::Kind::function)
        out += word.text == "abs" ? "abs" : (word.constant ? "math." : "torch.") + std::string(word.text);
      else
        out += word.text;
    }
  }

  std::vector<Character> text_;
  bool of_numbers_;
  std::size_t at_ = 0, brackets_ = 0;
  std::optional<UserError> error_;
  std::vector<Waiting> waiting_;
  std::vector<std::uint16_t> operands_;
  std::vector<Word> words_;
  std::vector<std::size_t> called_; // words of functions whose bracket is open
  bool folded_ = false;
  Formula formula_;
};

std::vector<std::string_view> formula_functions() {
  std::vector<std::string_view> names;
  for (const auto& function : FormulaReader::kFunctions) names.push_back(function.name);
  return names;
}

namespace {

std::optional<UserError> too_long(std::string_view text) {
  const std::size_t length = characters(text);
  if (length <= kFormulaMost) return {};
  return UserError{"too_long", "", {std::to_string(length), std::to_string(kFormulaMost)}};
}

} // namespace

Result<Formula> Formula::read(std::string_view text) {
  if (const auto error = too_long(text)) return *error;
  return FormulaReader(text, false).read();
}

Result<double> formula_value(std::string_view text) {
  if (const auto error = too_long(text)) return *error;
  return FormulaReader(text, true).value();
}

std::string Formula::python() const { return python_; }

double Formula::apply(Operation operation, double a, double b) {
  switch (operation) {
  case Operation::negative: return -a;
  case Operation::add: return a + b;
  case Operation::subtract: return a - b;
  case Operation::multiply: return a * b;
  case Operation::divide: return a / b;
  case Operation::power: return exact::pow(a, b);
  case Operation::sin: return exact::sin(a);
  case Operation::cos: return exact::cos(a);
  case Operation::exp: return exact::exp(a);
  case Operation::log: return exact::log(a);
  case Operation::sqrt: return std::sqrt(a);
  case Operation::abs: return std::fabs(a);
  case Operation::tanh: return exact::tanh(a);
  case Operation::number:
  case Operation::x:
  case Operation::y: break;
  }
  return a;
}

// Every node's value, in their order; `value` has room for them.
void Formula::forward(double x, double y, double* value) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& n = nodes_[i];
    value[i] = n.operation == Operation::number ? n.number
               : n.operation == Operation::x    ? x
               : n.operation == Operation::y    ? y
                                                : apply(n.operation, value[n.a], value[n.b]);
  }
}

double Formula::value(double x, double y) const {
  std::array<double, kFormulaMost> value; // NOLINT(cppcoreguidelines-pro-type-member-init): as below
  forward(x, y, value.data());
  return value[nodes_.size() - 1];
}

Slope Formula::at(double x, double y) const {
  // a node has a character at least; not set: only the first ones are used
  std::array<double, kFormulaMost> value, slope; // NOLINT(cppcoreguidelines-pro-type-member-init)
  const std::size_t count = nodes_.size();
  forward(x, y, value.data());
  std::fill_n(slope.begin(), count, 0.0);
  Slope out{value[count - 1], 0, 0};
  slope[count - 1] = 1;
  for (std::size_t i = count; i-- > 0;) {
    const Node& n = nodes_[i];
    const double s = slope[i], v = value[i], a = value[n.a], b = value[n.b];
    switch (n.operation) {
    case Operation::number: break;
    case Operation::x: out.dx += s; break;
    case Operation::y: out.dy += s; break;
    case Operation::negative: slope[n.a] -= s; break;
    case Operation::add:
      slope[n.a] += s;
      slope[n.b] += s;
      break;
    case Operation::subtract:
      slope[n.a] += s;
      slope[n.b] -= s;
      break;
    case Operation::multiply:
      slope[n.a] += s * b;
      slope[n.b] += s * a;
      break;
    case Operation::divide:
      slope[n.a] += s / b;
      slope[n.b] -= s * (v / b);
      break;
    case Operation::power:
      if (b != 0) slope[n.a] += s * (b * exact::pow(a, b - 1));
      if (nodes_[n.b].operation != Operation::number && !(a == 0 && b >= 0)) slope[n.b] += s * (v * exact::log(a));
      break;
    case Operation::sin: slope[n.a] += s * exact::cos(a); break;
    case Operation::cos: slope[n.a] -= s * exact::sin(a); break;
    case Operation::exp: slope[n.a] += s * v; break;
    case Operation::log: slope[n.a] += s / a; break;
    case Operation::sqrt: slope[n.a] += s / (2 * v); break;
    case Operation::abs: slope[n.a] += a > 0 ? s : a < 0 ? -s : 0.0 * a; break;
    case Operation::tanh: slope[n.a] += s * (1 - v * v); break;
    }
  }
  return out;
}

} // namespace downhill
