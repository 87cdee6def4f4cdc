#include "neuron/neuron_csv.hpp"

#include "core/nine_digits.hpp"

namespace downhill {

std::string truth_table_csv(const LogicSettings& s) {
  std::string out;
  for (int i = 0; i < s.inputs; ++i) out += "x" + std::to_string(i + 1) + ",";
  out += std::string(s.two_layers ? "h1,h2," : "") + "sum,fires,wanted\n";
  const auto bit = [](bool on) { return on ? "1," : "0,"; };
  for (int row = 0; row < row_count(s.inputs); ++row) {
    const LogicRow it = logic_row(s, row);
    for (int i = 0; i < s.inputs; ++i) out += bit(input_in(row, s.inputs, i));
    if (s.two_layers)
      for (const bool h : it.hidden) out += bit(h);
    out += nine_digits(it.sum) + "," + bit(it.fires) + (it.wanted ? "1\n" : "0\n");
  }
  return out;
}

std::string soft_path_csv(const SoftSettings& settings) {
  std::string out = "step,weight,loss,slope\n";
  std::size_t step = 0;
  for (const SoftStand& stand : soft_path(settings))
    out += std::to_string(step++) + "," + nine_digits(stand.weight) + "," + nine_digits(stand.loss) + "," + nine_digits(stand.slope) + "\n";
  return out;
}

} // namespace downhill
