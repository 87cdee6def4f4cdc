#include "app/core/neuron_model.hpp"

#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

constexpr double kGrain = 100; // what is dragged is in hundredths
constexpr double kRun_s = 4;   // a whole run takes no longer
constexpr double kRow_s = 0.7, kStep_s = 0.2;

double rounded(double value) { return std::floor(value * kGrain + 0.5) / kGrain; }
double within(double value, double most) { return std::clamp(rounded(value), -most, most); }
double dot(const Unit& unit, Place at) { return unit.weights[0] * at.x + unit.weights[1] * at.y; }

constexpr double kLineReach = 0.95; // of a line's foot from the middle of the four rows: the plane that is shown reaches 1 far
constexpr double kThinnest = 0.71;  // a stroke of this radius leaves no gaps
constexpr double kTurn = 6.283185307179586;

// A threshold of such a unit, whose line then has its foot where it can be seen.
double threshold_of(const Unit& unit, double wanted) {
  const double a = unit.weights[0], b = unit.weights[1], larger = std::max(std::fabs(a), std::fabs(b));
  if (!(larger > 0)) return within(wanted, kLogicThresholdMost);
  const double middle = (a + b) / 2, most = kLineReach * (a * a + b * b) / larger;
  const double low = std::ceil((middle - most) * kGrain) / kGrain, high = std::floor((middle + most) * kGrain) / kGrain; // 0 lies between
  return within(std::clamp(wanted, low, high), kLogicThresholdMost);
}

// The weights of a line in the direction (x, y).
Unit turned_to(double x, double y, double size) {
  const double limited = std::min(size, kLogicWeightMost), length = std::hypot(x, y);
  return {{within(limited * y / length, kLogicWeightMost), within(-limited * x / length, kLogicWeightMost)}, 0};
}

// A whole number, as a form has it; nullopt: it is something else.
std::optional<int> whole_of(const Json& value) {
  double number = 0;
  if (value.is_number()) {
    number = value.get<double>();
  } else {
    const auto typed = value.is_string() ? read_number(value.get_ref<const std::string&>()) : std::nullopt;
    if (!typed || !typed->rest.empty()) return {};
    number = typed->value;
  }
  if (!(std::fabs(number) < 1e6) || std::floor(number) != number) return {};
  return static_cast<int>(number);
}

} // namespace

void NeuronModel::follow() {
  if (followed_ == document_.version()) return;
  followed_ = document_.version();
  const bool ended = transport() == Transport::finished; // what has been gone through to its end stays so: it can be watched while settings change
  const NeuronPart part = settings_.part;
  settings_ = neuron_settings(document_.now());
  rows_.clear();
  for (int row = 0; row < row_count(logic().inputs); ++row) rows_.push_back(logic_row(logic(), row));
  against_ = contradiction_of(wanted_table(logic()), logic().inputs);
  path_ = soft_path(soft());
  renew(ended && part == settings_.part);
}

int NeuronModel::steps() const {
  switch (settings_.part) {
  case NeuronPart::logic: return static_cast<int>(rows_.size());
  case NeuronPart::soft: return static_cast<int>(path_.size()) - 1;
  default: return 0;
  }
}

double NeuronModel::step_s() const { return std::min(settings_.part == NeuronPart::logic ? kRow_s : kStep_s, kRun_s / steps()); }

std::optional<UserError> NeuronModel::put(const Values& values, bool held) {
  auto error = document_.set_all(values, held);
  follow();
  return error;
}

std::optional<UserError> NeuronModel::choose_task(std::string_view id) {
  const LogicTask* task = find_entry(logic_tasks(), id);
  if (!task) return UserError{"not_a_choice", "/logic/task", {std::string(id), ""}};
  int inputs = std::max(logic().inputs, task->least);
  if (id == "majority" && !logic().two_layers) inputs = std::max(inputs, 3); // of two it is AND
  return put({{"/logic/task", task->id}, {"/logic/inputs", inputs}});
}

std::optional<UserError> NeuronModel::set_inputs(int inputs) {
  Values values{{"/logic/inputs", inputs}};
  if (inputs != 2) values.push_back({"/logic/layers", 1});
  if (inputs < entry_of(logic_tasks(), logic().task).least) values.push_back({"/logic/task", "not"});
  if (logic().task == "own") { // of the inputs that stay; new ones make no difference, and those that go are 0
    const TruthTable before = wanted_table(logic());
    const int more = inputs - logic().inputs;
    TruthTable table = 0;
    for (int row = 0; row < row_count(inputs); ++row) table |= (before >> (more > 0 ? row >> more : row << -more) & 1U) << row;
    values.push_back({"/logic/table", table});
  }
  return put(values);
}

std::optional<UserError> NeuronModel::set_layers(int layers) {
  Values values{{"/logic/layers", layers}};
  if (layers == 2) values.push_back({"/logic/inputs", 2});
  return put(values);
}

std::optional<UserError> NeuronModel::turn_wanted(int row) { return put({{"/logic/task", "own"}, {"/logic/table", wanted_table(logic()) ^ 1U << row}}); }

std::string_view NeuronModel::pointer_of(Which which) {
  constexpr std::string_view kPointers[] = {"/logic", "/logic/h1", "/logic/h2", "/logic/out"};
  return kPointers[static_cast<std::size_t>(which)];
}

const Unit& NeuronModel::unit(Which which) const {
  const LogicSettings& s = logic();
  return which == Which::unit ? s.unit : which == Which::first ? s.hidden[0] : which == Which::second ? s.hidden[1] : s.output;
}

std::optional<UnitLine> NeuronModel::line_of(const Unit& unit) {
  const double a = unit.weights[0], b = unit.weights[1], size = std::hypot(a, b);
  if (!(size > 0)) return {};
  const double off = (unit.threshold - (a + b) / 2) / size; // of the middle, along the weights
  return UnitLine{{0.5 + off * a / size, 0.5 + off * b / size}, {-b / size, a / size}, {a / size, b / size}};
}

std::optional<UserError> NeuronModel::move_line(Which which, Place through, bool held) {
  return put({{std::string(pointer_of(which)) + "/threshold", threshold_of(unit(which), dot(unit(which), through))}}, held);
}

std::optional<UserError> NeuronModel::turn_line(Which which, Place pivot, Place through, double size, bool held) {
  const double x = through.x - pivot.x, y = through.y - pivot.y;
  if (!(std::hypot(x, y) > 1e-6)) return {};
  Unit turned = turned_to(x, y, size);
  if (turned.weights[0] == 0 && turned.weights[1] == 0) return {};
  turned.threshold = threshold_of(turned, dot(turned, pivot));
  return put_unit(which, turned, held);
}

std::optional<UserError> NeuronModel::put_unit(Which which, const Unit& unit, bool held) {
  const std::string at(pointer_of(which));
  return put({{at + "/w1", unit.weights[0]}, {at + "/w2", unit.weights[1]}, {at + "/threshold", unit.threshold}}, held);
}

std::optional<UserError> NeuronModel::put_back(Which which, const Unit& before, bool turned) {
  if (turned) return put_unit(which, before, true);
  return put({{std::string(pointer_of(which)) + "/threshold", before.threshold}}, true);
}

std::optional<UserError> NeuronModel::nudge_line(Which which, double by) {
  const Unit& now = unit(which);
  const double far = by * std::hypot(now.weights[0], now.weights[1]);
  const double step = std::copysign(std::max(std::fabs(far), 1 / kGrain), by);
  return put({{std::string(pointer_of(which)) + "/threshold", threshold_of(now, now.threshold + step)}});
}

std::optional<UserError> NeuronModel::nudge_turn(Which which, double turns) {
  const Unit now = unit(which);
  const auto line = line_of(now);
  if (!line || turns == 0) return {};
  const double size = std::hypot(now.weights[0], now.weights[1]), angle = std::atan2(line->along.y, line->along.x);
  const double share = std::max(std::fabs(turns), 1e-4);
  for (double turned = share; turned <= 1; turned += share) { // short weights have few directions
    const double to = angle + std::copysign(turned, turns) * kTurn, x = std::cos(to), y = std::sin(to);
    const Unit next = turned_to(x, y, size);
    if (next.weights[0] == now.weights[0] && next.weights[1] == now.weights[1]) continue;
    return turn_line(which, line->foot, {line->foot.x + x, line->foot.y + y}, size, false);
  }
  return {};
}

std::optional<UserError> NeuronModel::stroke(std::array<double, 2> from, std::array<double, 2> to, const Brush& brush, bool held) {
  Painting painting = image().painting;
  const auto weight = static_cast<std::int8_t>(brush.sign * std::clamp(static_cast<int>(std::lround(brush.strength * kPaintParts)), 1, kPaintMost));
  constexpr int kSide = static_cast<int>(kNeuronSide);
  const double dx = to[0] - from[0], dy = to[1] - from[1], length = dx * dx + dy * dy;
  const double radius = length > 0 ? std::max(brush.radius, kThinnest) : brush.radius;
  for (int row = 0; row < kSide; ++row)
    for (int column = 0; column < kSide; ++column) {
      // how far the pixel's middle is from the stroke
      const double x = column + 0.5 - from[0], y = row + 0.5 - from[1];
      const double along = length > 0 ? std::clamp((x * dx + y * dy) / length, 0.0, 1.0) : 0;
      const bool inside = std::floor(to[0]) == column && std::floor(to[1]) == row; // however thin the brush
      if (inside || std::hypot(x - along * dx, y - along * dy) <= radius) painting[static_cast<std::size_t>(row * kSide + column)] = weight;
    }
  return put({{"/image/weights", text_of(painting)}}, held);
}

std::optional<UserError> NeuronModel::paint(const Painting& painting, bool held) { return put({{"/image/weights", text_of(painting)}}, held); }

std::optional<UserError> NeuronModel::invert() {
  Painting painting = image().painting;
  for (std::int8_t& w : painting) w = static_cast<std::int8_t>(-w);
  return paint(painting);
}

std::optional<UserError> NeuronModel::swap_classes() { return put({{"/image/quiet", image().fires}, {"/image/fires", image().quiet}}); }

std::optional<UserError> NeuronModel::choose_class(bool fires, int label) {
  if (label == (fires ? image().fires : image().quiet)) return {};
  if (label == (fires ? image().quiet : image().fires)) return swap_classes();
  return put({{fires ? "/image/fires" : "/image/quiet", label}});
}

std::optional<UserError> NeuronModel::set_field(const FieldId& id, const Json& value) {
  const auto whole = whole_of(value);
  if (!id.lane) {
    if (id.pointer == "/logic/task" && value.is_string()) return choose_task(value.get_ref<const std::string&>());
    if (id.pointer == "/logic/inputs" && whole && *whole >= 1 && *whole <= kLogicInputsMost) return set_inputs(*whole);
    if (id.pointer == "/logic/layers" && whole) return set_layers(*whole);
    if (id.pointer == "/image/fires" && whole) return choose_class(true, *whole);
    if (id.pointer == "/image/quiet" && whole) return choose_class(false, *whole);
  }
  auto error = document_.set(id, value);
  follow();
  return error;
}

std::optional<UserError> NeuronModel::reset_field(const FieldId& id) {
  for (const char* pointer : {"/logic/task", "/logic/inputs", "/image/fires", "/image/quiet"})
    if (!id.lane && id.pointer == pointer) return set_field(id, document_.field(id).standard);
  auto error = document_.reset(id);
  follow();
  return error;
}

} // namespace downhill
