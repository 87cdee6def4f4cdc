#include "app/core/lane_look.hpp"

#include <algorithm>

namespace downhill {
namespace {

constexpr LaneLook kLooks[] = {
    {"bgd", &Tokens::bgd, Dash::dotted, Marker::circle, 0, 0.3, "sgd", 0},
    {"sgd1", &Tokens::sgd1, Dash::solid, Marker::square, 0, 0.005, "sgd", 1},
    {"sgd", &Tokens::sgd, Dash::dashed, Marker::triangle, 0, 0.1, "sgd"},
    {"momentum", &Tokens::momentum, Dash::solid, Marker::circle, 1, 0.03, "momentum"},
    {"nesterov", &Tokens::nesterov, Dash::dashed, Marker::square, 1, 0.03, "nesterov"},
    {"adagrad", &Tokens::adagrad, Dash::solid, Marker::triangle, 2, 0.01, "adagrad"},
    {"adadelta", &Tokens::adadelta, Dash::dashed, Marker::diamond, 2, 0.3, "adadelta"},
    {"rmsprop", &Tokens::rmsprop, Dash::dash_dot, Marker::cross, 2, 0.001, "rmsprop"},
    {"adam", &Tokens::adam, Dash::solid, Marker::diamond, 3, 0.001, "adam"},
    {"adamw", &Tokens::adamw, Dash::dashed, Marker::cross, 3, 0.001, "adamw"},
};

// For lanes that their method does not tell apart: the lane colours, those that differ most first.
struct ByPlace {
  std::uint32_t Tokens::* color;
  Dash dash;
  Marker marker;
};
constexpr ByPlace kByPlace[] = {
    {&Tokens::momentum, Dash::solid, Marker::circle}, {&Tokens::adadelta, Dash::dashed, Marker::square}, {&Tokens::adam, Dash::dash_dot, Marker::triangle},
    {&Tokens::adagrad, Dash::solid, Marker::diamond}, {&Tokens::rmsprop, Dash::dashed, Marker::cross},   {&Tokens::nesterov, Dash::dash_dot, Marker::circle},
    {&Tokens::sgd, Dash::dotted, Marker::square},     {&Tokens::adamw, Dash::solid, Marker::triangle},   {&Tokens::bgd, Dash::dashed, Marker::diamond},
    {&Tokens::sgd1, Dash::dotted, Marker::cross},     {&Tokens::violet, Dash::solid, Marker::square},    {&Tokens::brown, Dash::dashed, Marker::circle},
};

// Colours that are hard to tell apart.
int family(std::uint32_t Tokens::* color) {
  if (color == &Tokens::adamw) color = &Tokens::adam;
  if (color == &Tokens::nesterov) color = &Tokens::momentum;
  if (color == &Tokens::sgd || color == &Tokens::sgd1) color = &Tokens::bgd;
  int place = 0;
  while (kByPlace[place].color != color) ++place;
  return place;
}

// The look of the n-th lane whose method an earlier lane has: of a colour that no method among the lanes comes near, as
// long as there is one; then with another dash and marker than the method of that colour.
ByPlace look_of_repeat(const std::vector<Lane>& lanes, std::size_t n) {
  for (const ByPlace& look : kByPlace) {
    const bool near = std::any_of(lanes.begin(), lanes.end(), [&](const Lane& lane) { return family(lane_look(lane.settings).color) == family(look.color); });
    if (!near && n-- == 0) return look;
  }
  ByPlace look = kByPlace[n % std::size(kByPlace)];
  look.dash = static_cast<Dash>((static_cast<int>(look.dash) + 2) % 4);
  look.marker = static_cast<Marker>(1 + static_cast<int>(look.marker) % 5);
  return look;
}

} // namespace

std::span<const LaneLook> lane_looks() { return kLooks; }

LaneLook lane_look(const std::vector<Lane>& lanes, std::size_t i) {
  LaneLook look = lane_look(lanes[i].settings);
  const auto repeats = [&](std::size_t j) { // whether an earlier lane has its method
    return std::any_of(lanes.begin(), lanes.begin() + static_cast<std::ptrdiff_t>(j),
                       [&](const Lane& lane) { return lane_look(lane.settings).id == lane_look(lanes[j].settings).id; });
  };
  const bool one_method = lanes.size() > 1 && std::all_of(lanes.begin(), lanes.end(), [&](const Lane& lane) { return lane_look(lane.settings).id == look.id; });
  if (!one_method && !repeats(i)) return look;
  std::size_t before = 0;
  for (std::size_t j = 0; j < i; ++j) before += repeats(j);
  const ByPlace own = one_method ? kByPlace[i % std::size(kByPlace)] : look_of_repeat(lanes, before);
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
