#include "neuron/logic.hpp"

#include "core/parameters.hpp"

#include <algorithm>
#include <cstdlib>

namespace downhill {
namespace {

constexpr int kWholeMost = 3;

int active(int row, int inputs) {
  int count = 0;
  for (int i = 0; i < inputs; ++i) count += input_in(row, inputs, i);
  return count;
}

// Calls `use` with every unit of whole weights that tells some rows from others, small weights first, and its function.
template <class Use> void for_each_unit(int inputs, const Use& use) {
  for (int size = 0; size <= kWholeMost * inputs; ++size) {
    std::array<int, kLogicInputsMost> weights{};
    const auto visit = [&](const auto& self, int i, int left) -> void {
      if (i < inputs) {
        // what the other inputs can't use up is this one's
        for (int w = 0; w <= std::min(left, kWholeMost); ++w)
          for (const int sign : {1, -1})
            if (w > 0 || sign > 0) weights[static_cast<std::size_t>(i)] = sign * w, self(self, i + 1, left - w);
        return;
      }
      if (left > 0) return;
      Unit unit;
      for (std::size_t k = 0; k < weights.size(); ++k) unit.weights[k] = static_cast<int>(k) < inputs ? weights[k] : 0;
      std::vector<double> thresholds;
      for (int row = 0; row < row_count(inputs); ++row) thresholds.push_back(sum_of(unit, row, inputs));
      std::sort(thresholds.begin(), thresholds.end());
      thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
      thresholds.push_back(thresholds.back() + 1);
      for (const double threshold : thresholds) {
        unit.threshold = threshold;
        TruthTable table = 0;
        for (int row = 0; row < row_count(inputs); ++row)
          if (reaches(sum_of(unit, row, inputs), threshold)) table |= 1U << row;
        use(unit, table);
      }
    };
    visit(visit, 0, size);
  }
}

// The functions that one unit computes, each with the first unit found for it; searched for once.
struct Possible {
  std::vector<std::int16_t> unit_of; // by function: a place in `units`, −1: none
  std::vector<Unit> units;
};
const Possible& possible(int inputs) {
  static std::array<Possible, kLogicInputsMost + 1> known;
  Possible& it = known[static_cast<std::size_t>(inputs)];
  if (!it.units.empty()) return it;
  it.unit_of.assign(std::size_t{1} << row_count(inputs), -1);
  for_each_unit(inputs, [&](const Unit& unit, TruthTable table) {
    if (it.unit_of[table] >= 0) return;
    it.unit_of[table] = static_cast<std::int16_t>(it.units.size());
    it.units.push_back(unit);
  });
  return it;
}

} // namespace

const std::vector<LogicTask>& logic_tasks() {
  static const std::vector<LogicTask> table{
      {"not", 1, [](int row, int n) { return !input_in(row, n, 0); }},
      {"and", 1, [](int row, int n) { return active(row, n) == n; }},
      {"or", 1, [](int row, int n) { return active(row, n) > 0; }},
      {"nand", 1, [](int row, int n) { return active(row, n) < n; }},
      {"and_not", 2, [](int row, int n) { return input_in(row, n, 0) && !input_in(row, n, 1); }},
      {"majority", 1, [](int row, int n) { return 2 * active(row, n) > n; }},
      {"xor", 2, [](int row, int n) { return active(row, n) % 2 == 1; }},
      {"own", 1, nullptr},
  };
  return table;
}

TruthTable wanted_table(const LogicSettings& settings) {
  const LogicTask& task = entry_of(logic_tasks(), settings.task);
  TruthTable table = 0;
  for (int row = 0; row < row_count(settings.inputs); ++row)
    if (task.wanted ? task.wanted(row, settings.inputs) : (settings.own >> row & 1U) != 0) table |= 1U << row;
  return table;
}

double sum_of(const Unit& unit, int row, int inputs) {
  double sum = 0;
  for (int i = 0; i < inputs; ++i)
    if (input_in(row, inputs, i)) sum += unit.weights[static_cast<std::size_t>(i)];
  return sum;
}

bool reaches(double sum, double threshold) { return sum >= threshold - kSumSlack; }

LogicRow logic_row(const LogicSettings& s, int row) {
  LogicRow out;
  out.wanted = (wanted_table(s) >> row & 1U) != 0;
  if (s.two_layers) {
    int between = 0; // the row of hidden outputs
    for (std::size_t h = 0; h < 2; ++h) {
      out.hidden_sums[h] = sum_of(s.hidden[h], row, s.inputs);
      out.hidden[h] = reaches(out.hidden_sums[h], s.hidden[h].threshold);
      between = 2 * between + (out.hidden[h] ? 1 : 0);
    }
    out.sum = sum_of(s.output, between, 2);
    out.fires = reaches(out.sum, s.output.threshold);
    return out;
  }
  if (!s.veto) {
    out.sum = sum_of(s.unit, row, s.inputs);
    out.fires = reaches(out.sum, s.unit.threshold);
    return out;
  }
  for (int i = 0; i < s.inputs; ++i)
    if (input_in(row, s.inputs, i)) s.inhibits[static_cast<std::size_t>(i)] ? void(out.vetoed = true) : void(out.sum += 1);
  out.fires = !out.vetoed && reaches(out.sum, s.unit.threshold);
  return out;
}

int wrong_rows(const LogicSettings& settings) {
  int wrong = 0;
  for (int row = 0; row < row_count(settings.inputs); ++row) wrong += !logic_row(settings, row).right();
  return wrong;
}

namespace {

std::size_t count_as_in_1943(int inputs) {
  std::vector<bool> found(std::size_t{1} << row_count(inputs));
  LogicSettings s;
  s.inputs = inputs, s.veto = true, s.task = "own";
  for (int signs = 0; signs < row_count(inputs); ++signs)
    for (int threshold = 0; threshold <= inputs + 1; ++threshold) {
      for (int i = 0; i < inputs; ++i) s.inhibits[static_cast<std::size_t>(i)] = input_in(signs, inputs, i);
      s.unit.threshold = threshold;
      TruthTable table = 0;
      for (int row = 0; row < row_count(inputs); ++row)
        if (logic_row(s, row).fires) table |= 1U << row;
      found[table] = true;
    }
  return static_cast<std::size_t>(std::count(found.begin(), found.end(), true));
}

} // namespace

std::size_t possible_count(int inputs, bool veto) {
  if (!veto) return possible(inputs).units.size();
  static std::array<std::size_t, kLogicInputsMost + 1> known{}; // counted once; there is always one
  std::size_t& count = known[static_cast<std::size_t>(inputs)];
  return count > 0 ? count : count = count_as_in_1943(inputs);
}

std::optional<Unit> unit_for(TruthTable table, int inputs) {
  const Possible& it = possible(inputs);
  const std::int16_t place = it.unit_of[table];
  return place < 0 ? std::nullopt : std::optional(it.units[static_cast<std::size_t>(place)]);
}

std::optional<Contradiction> contradiction_of(TruthTable table, int inputs) {
  const int rows = row_count(inputs);
  const auto fires = [&](int row) { return (table >> row & 1U) != 0; };
  for (int a = 0; a < rows; ++a)
    for (int b = a + 1; b < rows; ++b)
      for (int c = 0; fires(a) && fires(b) && c < rows; ++c)
        for (int d = c + 1; !fires(c) && d < rows; ++d)
          // the same inputs together: those of both, and those of at least one
          if (!fires(d) && (a & b) == (c & d) && (a | b) == (c | d)) return Contradiction{{a, b}, {c, d}};
  return {};
}

} // namespace downhill
