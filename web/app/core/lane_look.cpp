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

// For lanes that their method does not tell apart: the lane colours, those that differ most first.
constexpr struct {
  std::uint32_t Tokens::* color;
  Dash dash;
  Marker marker;
} kByPlace[] = {
    {&Tokens::momentum, Dash::solid, Marker::circle}, {&Tokens::adadelta, Dash::dashed, Marker::square}, {&Tokens::adam, Dash::dash_dot, Marker::triangle},
    {&Tokens::adagrad, Dash::solid, Marker::diamond}, {&Tokens::rmsprop, Dash::dashed, Marker::cross},   {&Tokens::nesterov, Dash::dash_dot, Marker::circle},
    {&Tokens::sgd, Dash::dotted, Marker::square},     {&Tokens::adamw, Dash::solid, Marker::triangle},   {&Tokens::bgd, Dash::dashed, Marker::diamond},
    {&Tokens::sgd1, Dash::dotted, Marker::cross},
};

} // namespace

LaneLook lane_look(const std::vector<Lane>& lanes, std::size_t i) {
  LaneLook look = lane_look(lanes[i].settings);
  const auto id_of = [&](std::size_t j) { return lane_look(lanes[j].settings).id; };
  std::size_t before = 0, different = 0;
  for (std::size_t j = 0; j < lanes.size(); ++j) {
    before += j < i && id_of(j) == look.id;
    different += id_of(j) != look.id;
  }
  const bool one_method = different == 0 && lanes.size() > 1;
  if (before == 0 && !one_method) return look;
  // the next one that no method of the race has; of one method, simply the place
  std::size_t place = one_method ? i : before - 1;
  std::size_t k = 0;
  for (; !one_method && k < std::size(kByPlace); ++k) {
    bool taken = false;
    for (std::size_t j = 0; j < lanes.size(); ++j) taken = taken || lane_look(lanes[j].settings).color == kByPlace[k].color;
    if (!taken && place-- == 0) break;
  }
  const auto& own = kByPlace[(one_method ? place : k) % std::size(kByPlace)];
  look.color = own.color, look.dash = own.dash, look.marker = own.marker;
  return look;
}

const LaneLook& lane_look(const LaneSettings& settings) {
  std::string_view id = settings.optimizer.name;
  if (id == "sgd" && (settings.batch == 0 || settings.batch == settings.data.train)) id = "bgd";
  if (id == "sgd" && settings.batch == 1) id = "sgd1";
  for (const LaneLook& look : kLooks)
    if (look.id == id) return look;
  return kLooks[2];
}

} // namespace downhill
