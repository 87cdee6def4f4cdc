// A unit with a threshold (McCulloch and Pitts 1943) on inputs that are 0 or 1: what it says of every row of a truth table, what is
// wanted there, and which functions it can and can't compute. It fires where its sum is at least its threshold.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace downhill {

inline constexpr int kLogicInputsMost = 4;
/// A sum that misses the threshold by no more than this reaches it: 0.7 + 0.1 is 0.8, whatever float64 makes of it.
inline constexpr double kSumSlack = 1e-9;

/// A function of n inputs as bits: bit r says what is wanted in row r. Rows count as binary numbers do, x₁ being the first digit.
using TruthTable = std::uint32_t;
constexpr int row_count(int inputs) { return 1 << inputs; }
/// Input i (from 0) in a row.
constexpr bool input_in(int row, int inputs, int i) { return (row >> (inputs - 1 - i) & 1) != 0; }

struct Unit {
  std::array<double, kLogicInputsMost> weights{};
  double threshold = 0;
  bool operator==(const Unit&) const = default;
};

struct LogicSettings {
  int inputs = 2;
  bool veto = false; ///< as in 1943: excitatory inputs count 1 each, and an inhibitory one that is active forbids
  bool two_layers = false;
  Unit unit;
  std::array<bool, kLogicInputsMost> inhibits{};
  std::array<Unit, 2> hidden; ///< of two layers: each sees x₁ and x₂
  Unit output;                ///< sees the hidden ones
  std::string task;
  TruthTable own = 0; ///< wanted by the task `own`
};

/// A function that a unit is to compute. `least`: it takes so many inputs.
struct LogicTask {
  std::string_view id;
  int least;
  bool (*wanted)(int row, int inputs); ///< null: the settings' own table
};
const std::vector<LogicTask>& logic_tasks();
/// What is wanted in every row.
TruthTable wanted_table(const LogicSettings& settings);

struct LogicRow {
  double sum = 0;                      ///< of the unit, or of the output one
  bool vetoed = false;                 ///< an inhibitory input is active
  std::array<double, 2> hidden_sums{}; ///< of two layers
  std::array<bool, 2> hidden{};
  bool fires = false, wanted = false;
  bool right() const { return fires == wanted; }
};
/// Σ of weights whose inputs are 1, from 0, inputs ascending.
double sum_of(const Unit& unit, int row, int inputs);
bool reaches(double sum, double threshold);
LogicRow logic_row(const LogicSettings& settings, int row);
int wrong_rows(const LogicSettings& settings);

/// How many of the 2^2^n functions of n inputs (1 to 4) one unit computes: with any weights, or as in 1943. Found by a search over
/// all whole weights from −3 to 3, which is enough up to four inputs (a test proves it: contradiction_of has all others).
std::size_t possible_count(int inputs, bool veto);
/// Weights and a threshold that compute it, small ones; nullopt: there are none.
std::optional<Unit> unit_for(TruthTable table, int inputs);

/// Why no unit computes a function: two rows that shall fire hold the same inputs together as two that shall not, so both pairs of
/// sums come to the same; yet the first would be at least 2θ, the second less.
struct Contradiction {
  std::array<int, 2> fire{}, silent{}; ///< rows, ascending
};
/// nullopt: there is none; up to four inputs a unit computes it then.
std::optional<Contradiction> contradiction_of(TruthTable table, int inputs);

} // namespace downhill
