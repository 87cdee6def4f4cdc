#include "app/core/lane_look.hpp"

namespace downhill {
namespace {

constexpr LaneLook kLooks[] = {
    {"bgd", &Tokens::bgd, Dash::dotted, Marker::circle, 0, 0.3},
    {"sgd1", &Tokens::sgd1, Dash::solid, Marker::square, 0, 0.005},
    {"sgd", &Tokens::sgd, Dash::dashed, Marker::triangle, 0, 0.1},
    {"momentum", &Tokens::momentum, Dash::solid, Marker::circle, 1, 0.03},
    {"nesterov", &Tokens::nesterov, Dash::dashed, Marker::square, 1, 0.03},
    {"adagrad", &Tokens::adagrad, Dash::solid, Marker::triangle, 2, 0.01},
    {"adadelta", &Tokens::adadelta, Dash::dashed, Marker::diamond, 2, 0.3},
    {"rmsprop", &Tokens::rmsprop, Dash::dash_dot, Marker::cross, 2, 0.001},
    {"adam", &Tokens::adam, Dash::solid, Marker::diamond, 3, 0.001},
    {"adamw", &Tokens::adamw, Dash::dashed, Marker::cross, 3, 0.001},
};

} // namespace

const LaneLook& lane_look(const LaneSettings& settings) {
  std::string_view id = settings.optimizer.name;
  if (id == "sgd" && (settings.batch == 0 || settings.batch == settings.data.train)) id = "bgd";
  if (id == "sgd" && settings.batch == 1) id = "sgd1";
  for (const LaneLook& look : kLooks)
    if (look.id == id) return look;
  return kLooks[2];
}

} // namespace downhill
