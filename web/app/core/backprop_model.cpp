#include "app/core/backprop_model.hpp"

#include "app/core/number_text.hpp"
#include "backprop/quantity_rules.hpp"
#include "backprop/scalar_formulas.hpp"
#include "document/json_text.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace downhill {
namespace {

constexpr double kDecadesLeast = -13, kPerDecade = 3;

bool is_update(const Quantity& q) { return entry_of(q.kind).stage == Stage::update; }
bool is_gradient(const Quantity& q) { return q.kind == QuantityKind::d_weight || q.kind == QuantityKind::d_bias; }

// Which of the possible mistakes a number of the document stands for: neighbours are far apart.
std::size_t scattered(std::uint64_t number, std::size_t count) { return static_cast<std::size_t>(number * 2654435761U % 4294967296U % count); }

std::uint64_t key_of(const Quantity& q) {
  return static_cast<std::uint64_t>(q.kind) << 32 | static_cast<std::uint64_t>(q.example) << 24 | static_cast<std::uint64_t>(q.layer) << 16 |
         static_cast<std::uint64_t>(q.unit) << 8 | q.index;
}

// Pictures and tables show them whatever the grain, so a mistake in them can be pressed.
bool is_pressable(const Quantity& q) {
  return q.kind != QuantityKind::product && q.kind != QuantityKind::path && q.kind != QuantityKind::share && q.kind != QuantityKind::input_path;
}
std::vector<Mistake> plantable(const BackpropSettings& settings) {
  auto all = possible_mistakes(settings);
  std::erase_if(all, [](const Mistake& mistake) { return !is_pressable(mistake.at); });
  return all;
}

std::string found_name(const Mistake& mistake) { return std::string(mistake.id) + ":" + name_of(mistake.at); }

Json names_of(const std::vector<Quantity>& quantities) {
  Json names = Json::array();
  for (const Quantity& q : quantities) names.push_back(name_of(q));
  return names;
}

bool holds(const std::vector<Quantity>& all, const Quantity& q) { return std::find(all.begin(), all.end(), q) != all.end(); }

} // namespace

const std::vector<HidingEntry>& hidings() {
  static const std::vector<HidingEntry> table{
      {"none", [](const Quantity&) { return false; }},
      {"forward", [](const Quantity& q) { return q.kind == QuantityKind::z || q.kind == QuantityKind::a; }},
      {"losses", [](const Quantity& q) { return entry_of(q.kind).stage == Stage::loss; }},
      {"deltas", [](const Quantity& q) { return q.kind == QuantityKind::delta; }},
      {"gradients", is_gradient},
      {"updates", is_update},
      {"all",
       [](const Quantity& q) {
         return q.kind == QuantityKind::z || q.kind == QuantityKind::a || q.kind == QuantityKind::delta || entry_of(q.kind).stage == Stage::loss ||
                is_gradient(q) || is_update(q);
       }},
  };
  return table;
}

BackpropModel::BackpropModel(LabDocument& document) : document_(document) { read(); }

void BackpropModel::read() {
  if (read_version_ == document_.version()) return;
  auto read = backprop_document_from_json(document_.json());
  assert(read && "a lab's document is a valid one");
  settings_ = std::move(read->settings);
  truth_.emplace(settings_);
  wrong_.reset(), planted_.reset(), planted_found_ = false;
  found_ = read->found.size();
  if (const auto number = document_.at("/mistake").get<std::uint64_t>(); number > 0)
    if (const auto possible = plantable(settings_); !possible.empty()) {
      planted_ = possible[scattered(number, possible.size())];
      wrong_.emplace(settings_, planted_);
      planted_found_ = std::find(read->found.begin(), read->found.end(), *planted_) != read->found.end();
    }
  const bool whole = done_ == steps_.size() && done_ > 0;
  steps_ = backprop_steps(settings_);
  places_.clear();
  for (std::size_t i = 0; i < steps_.size(); ++i) places_.emplace(key_of(steps_[i]), i);
  stops_ = stops(steps_, grain_);
  stops_.insert(stops_.begin(), 0);
  done_ = whole ? steps_.size() : *std::lower_bound(stops_.begin(), stops_.end(), std::min(done_, steps_.size()));
  hidden_ = std::move(read->hidden);
  std::erase_if(hidden_, [this](const Quantity& q) { return !std::isfinite(truth_->of(q)); }); // what has run away is no answer
  solved_ = std::move(read->solved);
  std::erase_if(solved_, [this](const Quantity& q) { return !holds(hidden_, q); });
  find_blocked();
  if (chosen_ && (is_given(*chosen_) ? !quantity_named(name_of(*chosen_), settings_) : !place_of(*chosen_))) chosen_.reset();
  reply_.reset();
  if (hinted_ && !quantity_named(name_of(*hinted_), settings_)) hinted_.reset();
  working_.reset(), difference_of_.reset(), with_new_.reset();
  descent_.emplace(settings_);
  losses_ = {backprop_loss(settings_, settings_.layers)};
  read_version_ = document_.version();
  ++news_;
}

// ---- where it stands ----

std::optional<std::size_t> BackpropModel::place_of(const Quantity& quantity) const {
  const auto found = places_.find(key_of(quantity));
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

void BackpropModel::set_grain(Grain grain) {
  if (grain == grain_) return;
  grain_ = grain;
  stops_ = stops(steps_, grain_);
  stops_.insert(stops_.begin(), 0);
  // a unit that was half worked out is worked out whole
  done_ = *std::lower_bound(stops_.begin(), stops_.end(), done_);
  ++news_;
}

std::size_t BackpropModel::stop() const { return static_cast<std::size_t>(std::upper_bound(stops_.begin(), stops_.end(), done_) - stops_.begin()) - 1; }

void BackpropModel::seek(std::size_t done) {
  done = std::min(done, steps_.size());
  chosen_.reset();
  reply_.reset();
  if (done == done_) return void(++news_);
  done_ = done;
  if (const auto last = lit(); !last.empty() && entry_of(last.back().kind).of_example) example_ = last.back().example;
  ++news_;
}
void BackpropModel::seek_stop(std::size_t stop) { seek(stops_[std::min(stop, stops_.size() - 1)]); }
void BackpropModel::seek_to(const Quantity& quantity) {
  if (const auto place = place_of(quantity)) seek(*std::lower_bound(stops_.begin(), stops_.end(), *place + 1));
}
void BackpropModel::step(std::int64_t count) {
  const auto to = static_cast<std::int64_t>(stop()) + std::clamp<std::int64_t>(count, -100000, 100000);
  seek_stop(static_cast<std::size_t>(std::clamp<std::int64_t>(to, 0, static_cast<std::int64_t>(stops_.size()) - 1)));
}

Transport BackpropModel::transport() const {
  if (running_) return Transport::running;
  return done_ == steps_.size() ? Transport::finished : done_ == 0 ? Transport::ready : Transport::paused;
}
void BackpropModel::start() {
  if (done_ == steps_.size()) seek(0);
  running_ = true, ticked_s_ = -1, waited_s_ = 0;
  step(1); // something happens at once
  stand_still();
}
void BackpropModel::stand_still() {
  if (done_ == steps_.size()) running_ = false;
}

bool BackpropModel::tick(double now_s, const std::function<double()>& clock_s, double budget_s) {
  read();
  if (running_) {
    if (ticked_s_ >= 0) waited_s_ += std::min(now_s - ticked_s_, 0.5);
    ticked_s_ = now_s;
    if (const double each_s = 1 / stops_per_s; waited_s_ >= each_s) waited_s_ = std::min(waited_s_ - each_s, each_s), step(1), stand_still();
  }
  const double until = clock_s() + budget_s;
  const auto steps = settings_.steps;
  for (int since_clock = 0; descent_->step() < steps; ++since_clock) {
    if (since_clock == 8 && clock_s() > until) break;
    if (since_clock == 8) since_clock = 0;
    descent_->advance();
    losses_.push_back(backprop_loss(settings_, descent_->layers()));
    if (descent_->step() == steps) ++news_;
  }
  return running_ || descent_->step() < steps;
}

std::span<const Quantity> BackpropModel::lit() const {
  if (done_ == 0) return {};
  const std::size_t from = *(std::lower_bound(stops_.begin(), stops_.end(), done_) - 1);
  return std::span(steps_).subspan(from, done_ - from);
}
bool BackpropModel::is_lit(const Quantity& quantity) const {
  const auto place = done_ == 0 ? std::nullopt : place_of(quantity);
  return place && *place < done_ && *place >= done_ - lit().size();
}

std::optional<Quantity> BackpropModel::focus() const { return chosen_ ? chosen_ : done_ > 0 ? std::optional(steps_[done_ - 1]) : std::nullopt; }
void BackpropModel::choose(const Quantity& quantity) {
  if (reply_ && reply_->of != quantity) reply_.reset();
  chosen_ = quantity;
  ++news_;
}

Sight BackpropModel::sight(const Quantity& quantity) const {
  if (is_given(quantity)) return Sight::seen;
  if (is_hidden(quantity)) return is_solved(quantity) ? Sight::seen : Sight::asked;
  const auto place = place_of(quantity);
  return place && *place < done_ && !blocked_by(quantity) ? Sight::seen : Sight::ahead;
}

// Along the steps: what is worked out from a number that is asked for, or from one that waits for such a number.
void BackpropModel::find_blocked() {
  blocked_.clear();
  if (all_solved()) return;
  std::unordered_map<std::uint64_t, Quantity> waiting;
  for (const Quantity& q : hidden_)
    if (!is_solved(q)) waiting.emplace(key_of(q), q);
  blocked_.resize(steps_.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (is_solved(steps_[i])) continue;
    std::optional<Quantity> first;
    // through those that are no steps of their own, too, such as δ·x with one example
    const std::function<double(const Quantity&)> look = [&](const Quantity& used) {
      if (const auto found = waiting.find(key_of(used)); found != waiting.end() && !first) first = found->second;
      if (!is_given(used) && !place_of(used)) worked_out(settings_, used, look);
      return truth_->of(used);
    };
    worked_out(settings_, steps_[i], look);
    if (!first) continue;
    blocked_[i] = first;
    waiting.emplace(key_of(steps_[i]), *first);
  }
}

std::optional<Quantity> BackpropModel::secret_in(const Quantity& quantity) const {
  if (all_solved()) return {};
  for (const Quantity& used : working(quantity).uses)
    if ((is_hidden(used) && !is_solved(used)) || blocked_by(used)) return used;
  return {};
}

std::optional<Quantity> BackpropModel::blocked_by(const Quantity& quantity) const {
  const auto place = blocked_.empty() ? std::nullopt : place_of(quantity);
  return place ? blocked_[*place] : std::nullopt;
}

const BackpropWorking& BackpropModel::working(const Quantity& quantity) const {
  if (!working_ || working_->of != quantity) working_ = working_of(shown(), quantity);
  return *working_;
}

// ---- do it yourself ----

bool BackpropModel::is_hidden(const Quantity& quantity) const { return holds(hidden_, quantity); }
bool BackpropModel::is_solved(const Quantity& quantity) const { return holds(solved_, quantity); }

std::optional<UserError> BackpropModel::keep_lists(const std::vector<Quantity>& hidden, const std::vector<Quantity>& solved) {
  return edit([&](Json& json) {
    json["hidden"] = names_of(hidden), json["solved"] = names_of(solved);
    if (!hidden.empty()) json["mistake"] = 0; // answers go by what is right
  });
}

std::optional<UserError> BackpropModel::hide(std::string_view hiding) {
  const HidingEntry& entry = *std::find_if(hidings().begin(), hidings().end(), [&](const HidingEntry& each) { return each.id == hiding; });
  std::vector<Quantity> hidden;
  for (const Quantity& q : steps_)
    if (entry.takes(q) && hidden.size() < kBackpropAskedMost && std::isfinite(truth_->of(q))) hidden.push_back(q);
  hinted_.reset();
  return keep_lists(hidden, {});
}

std::optional<UserError> BackpropModel::hide_one(const Quantity& quantity, bool hidden) {
  if (!place_of(quantity) || hidden == is_hidden(quantity) || (hidden && !std::isfinite(truth_->of(quantity)))) return {};
  std::vector<Quantity> all = hidden_, solved = solved_;
  if (hidden)
    all.push_back(quantity);
  else
    std::erase(all, quantity), std::erase(solved, quantity);
  return keep_lists(all, solved);
}

double BackpropModel::before_update(const Quantity& q) const {
  Quantity before = q;
  before.kind = q.kind == QuantityKind::new_weight ? QuantityKind::weight : QuantityKind::bias;
  return truth_->of(before);
}

std::optional<UserError> BackpropModel::answer(const Quantity& quantity, const std::string& typed) {
  Reply reply{.kind = Reply::Kind::wrong, .of = quantity, .typed = typed};
  const auto number = answer_from(typed);
  ++news_;
  if (!number) {
    reply.kind = Reply::Kind::unreadable, reply.problem = number.error();
    reply_ = reply;
    return number.error();
  }
  // an update that is small beside its number must be told from none
  const double value = truth_->of(quantity), before = is_update(quantity) ? before_update(quantity) : HUGE_VAL;
  const bool right = is_right(*number, value), told_apart = value == before || std::fabs(*number - value) < std::fabs(*number - before);
  if (right)
    reply.kind = told_apart ? Reply::Kind::right : Reply::Kind::more_digits;
  else if (const auto mistake = recognised(*truth_, quantity, *number))
    reply.kind = Reply::Kind::known_mistake, reply.mistake = *mistake;
  chosen_ = quantity;
  reply_ = reply;
  if (reply.kind != Reply::Kind::right || !is_hidden(quantity) || is_solved(quantity)) return {};
  std::vector<Quantity> solved = solved_;
  solved.push_back(quantity);
  auto error = keep_lists(hidden_, solved);
  reply_ = reply; // an edit may forget it
  return error;
}

void BackpropModel::take_hint(const Quantity& quantity) {
  hints_ = std::min(hints(quantity) + 1, 3);
  hinted_ = quantity;
  ++news_;
}

std::optional<UserError> BackpropModel::plant(bool mistake) {
  const auto now = document_.at("/mistake").get<int>();
  const auto possible = plantable(settings_);
  // another one than stands there now
  int next = mistake && !possible.empty() ? now % kMistakesMost + 1 : 0;
  while (next > 0 && now > 0 && possible.size() > 1 &&
         scattered(static_cast<std::uint64_t>(next), possible.size()) == scattered(static_cast<std::uint64_t>(now), possible.size()))
    next = next % kMistakesMost + 1;
  auto error = edit([&](Json& json) {
    json["mistake"] = next;
    if (next > 0) json["hidden"] = json["solved"] = Json::array(); // it is looked for among numbers that are seen
  });
  if (next > 0) seek(steps_.size());
  return error;
}

std::optional<UserError> BackpropModel::accuse(const Quantity& quantity) {
  if (!planted_) return {};
  ++news_;
  chosen_ = quantity;
  const bool right = planted_->at == quantity;
  const Reply reply{.kind = right ? Reply::Kind::found : Reply::Kind::innocent, .of = quantity, .mistake = right ? planted_->id : std::string_view()};
  std::optional<UserError> error;
  if (right && !planted_found_) {
    const std::string name = found_name(*planted_);
    error = edit([&](Json& json) {
      if (!json.contains("found")) json["found"] = Json::array();
      json["found"].push_back(name);
      if (json["found"].size() > kBackpropAskedMost) json["found"].erase(0);
    });
  }
  reply_ = reply;
  return error;
}

// ---- is it so? ----

bool BackpropModel::has_difference(QuantityKind kind) {
  return kind == QuantityKind::d_weight || kind == QuantityKind::d_bias || kind == QuantityKind::delta || kind == QuantityKind::d_input;
}

const std::vector<DifferencePoint>& BackpropModel::differences(const Quantity& q) const {
  if (difference_of_ == q) return differences_;
  difference_of_ = q;
  differences_.clear();
  const double gradient = shown().of(q);
  const auto by_difference = [&](double h) {
    if (q.kind == QuantityKind::d_input) {
      BackpropSettings moved = settings_;
      double& x = moved.examples[q.example].input[q.unit];
      const double at = x;
      x = at + h;
      const double above = backprop_loss(moved, moved.layers);
      x = at - h;
      return (above - backprop_loss(moved, moved.layers)) / (2.0 * h);
    }
    GradientPlace place{GradientPlace::Of::weight, q.layer, q.unit, q.index};
    if (q.kind == QuantityKind::d_bias) place.of = GradientPlace::Of::bias;
    if (q.kind == QuantityKind::delta) place.of = GradientPlace::Of::z, place.index = q.example;
    return gradient_by_difference(settings_, settings_.layers, place, h);
  };
  for (int i = static_cast<int>(kDecadesLeast * kPerDecade); i <= static_cast<int>(-kPerDecade); ++i) {
    const double h = std::pow(10.0, i / kPerDecade), difference = by_difference(h);
    differences_.push_back({h, difference, std::fabs(difference - gradient)});
  }
  return differences_;
}

const BackpropPass& BackpropModel::with_new_weights() const {
  if (!with_new_) {
    BackpropDescent descent(settings_);
    descent.advance();
    with_new_ = backprop_pass(settings_, settings_.layers, &descent.layers());
  }
  return *with_new_;
}

double BackpropModel::loss_with_new_weights() const {
  const BackpropPass& pass = with_new_weights();
  BackpropLayers layers = settings_.layers;
  const ScalarRule& rule = entry_of(scalar_rules(), settings_.optimizer.name);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (std::size_t i = 0; i < layers[l].weight.size(); ++i) {
      double state[2] = {0, 0};
      rule.move(layers[l].weight[i], pass.gradients[l].weight[i], state, settings_.optimizer.values, 1);
    }
    for (std::size_t o = 0; settings_.train_bias && o < layers[l].units(); ++o) {
      double state[2] = {0, 0};
      rule.move(layers[l].bias[o], pass.gradients[l].bias[o], state, settings_.optimizer.values, 1);
    }
  }
  return backprop_loss(settings_, layers);
}

std::string numbers_csv(const BackpropModel& model) {
  std::string out = "name,symbol,formula,numbers,value\n";
  for (const Quantity& q : model.steps()) {
    const Sight sight = model.sight(q);
    if (sight == Sight::ahead) continue;
    const BackpropWorking working = working_of(model.shown(), q);
    const WorkedLine& last = working.lines.back();
    const bool told = sight == Sight::seen, filled = told && !model.secret_in(q);
    out += name_of(q) + "," + csv_text(last.symbol) + "," + csv_text(told ? last.formula : "") + "," + csv_text(filled ? last.filled : "") + "," +
           (told && std::isfinite(model.shown().of(q)) ? shortest_text(model.shown().of(q)) : "") + "\n";
  }
  return out;
}

} // namespace downhill
