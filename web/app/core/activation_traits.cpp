#include "app/core/activation_traits.hpp"

#include <vector>

namespace downhill {

namespace {

struct Row {
  std::string_view id;
  std::vector<Trait> list;
};
const std::vector<Row>& traits() {
  using enum Highlight;
  static const std::vector<Row> table{
      {"identity", {{true, steepest}, {false, none}}},
      {"sigmoid", {{true, range}, {true, none}, {false, mean}, {false, steepest}, {false, none}}},
      {"tanh", {{true, range}, {true, mean}, {false, saturation}}},
      {"relu", {{true, none}, {true, steepest}, {true, zero}, {false, mean}, {false, saturation}}},
      {"leaky_relu", {{true, kink}, {false, mean}}},
      {"elu", {{true, mean}, {true, range}, {false, saturation}}},
      {"crelu", {{true, range}, {false, none}}},
      {"selu", {{true, mean}, {false, none}}},
      {"relu6", {{true, range}, {false, saturation}}},
      {"softplus", {{true, kink}, {false, mean}}},
      {"softsign", {{true, saturation}, {true, mean}}},
      {"gelu", {{true, kink}, {true, range}, {false, none}}},
      {"silu", {{true, kink}, {true, range}, {false, none}}},
      {"step", {{true, range}, {false, steepest}}},
  };
  return table;
}

} // namespace

std::span<const Trait> traits_of(std::string_view activation) {
  for (const Row& row : traits())
    if (row.id == activation) return row.list;
  return {};
}

} // namespace downhill
