#include "worker/looks.hpp"

#include "data/toys.hpp"
#include "inspect/course.hpp"
#include "inspect/layers.hpp"
#include "inspect/paths.hpp"
#include "inspect/predictions.hpp"
#include "inspect/trace.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

constexpr std::size_t kBins = 40;
constexpr std::uint32_t kUnitsMost = 1024, kCoursePointsMost = 200;

Spread spread_of(std::span<const float> values) {
  Spread spread;
  spread.bins.resize(kBins);
  if (values.empty()) return spread;
  float low = values[0], high = values[0];
  double sum = 0;
  for (const float v : values) {
    low = std::min(low, v);
    high = std::max(high, v);
    sum += static_cast<double>(v);
  }
  spread.low = static_cast<double>(low);
  spread.high = static_cast<double>(high);
  spread.mean = sum / static_cast<double>(values.size());
  spread.norm = norm(values);
  const double scale = spread.high > spread.low ? kBins / (spread.high - spread.low) : 0;
  for (const float v : values) {
    const double at = (static_cast<double>(v) - spread.low) * scale;
    if (at == at) ++spread.bins[std::min(kBins - 1, static_cast<std::size_t>(at))];
  }
  return spread;
}

// Rows of the first layer's units, inputs by inputs, out of an array that lies as Network::parameters() does (I×O).
std::vector<float> rows_of(const Network::LayerShape& shape, std::span<const float> values, std::uint32_t from, std::uint32_t count) {
  std::vector<float> rows;
  rows.reserve(static_cast<std::size_t>(count) * static_cast<std::size_t>(shape.inputs));
  for (auto o = static_cast<Index>(from); o < static_cast<Index>(from) + static_cast<Index>(count); ++o)
    for (Index i = 0; i < shape.inputs; ++i) rows.push_back(values[shape.weight + static_cast<std::size_t>(i * shape.outputs + o)]);
  return rows;
}

// The units that were asked for, as far as there are any.
struct Shown {
  std::uint32_t units, from, count, inputs;
};
Shown shown(const Network::LayerShape& shape, std::uint32_t from, std::uint32_t count) {
  const auto units = static_cast<std::uint32_t>(shape.outputs);
  from = std::min(from, units);
  return {units, from, std::min({count, units - from, kUnitsMost}), static_cast<std::uint32_t>(shape.inputs)};
}

ToApp weights(const Trainer& trainer, const ask::Weights& ask, const LookHead& head) {
  const Network& network = trainer.network();
  const auto shape = network.shape(0);
  const Shown s = shown(shape, ask.from, ask.count);
  WeightsLook out{head, s.units, s.from, s.count, s.inputs, rows_of(shape, network.parameters(), s.from, s.count), {}};
  for (Index l = 0; l < network.layer_count(); ++l) {
    const auto layer = network.shape(l);
    out.layers.push_back(spread_of(network.parameters().subspan(layer.weight, static_cast<std::size_t>(layer.inputs * layer.outputs))));
  }
  return out;
}

std::optional<ToApp> predictions(const Trainer& trainer, const LookHead& head) {
  const std::int64_t classes = trainer.data().classes;
  if (classes == 0) return {};
  PredictionsLook out;
  out.head = head;
  out.classes = static_cast<std::uint32_t>(classes);
  for (const Prediction& p : predict_first(trainer, false, trainer.data().test.size())) {
    out.labels.push_back(static_cast<std::uint8_t>(p.label));
    out.predicted.push_back(static_cast<std::uint8_t>(p.predicted));
    out.losses.push_back(static_cast<float>(p.loss));
    for (const double v : p.probabilities) out.probabilities.push_back(static_cast<float>(v));
  }
  return out;
}

ToApp units(const Trainer& trainer, const LookHead& head) {
  const std::int64_t examples = examples_to_look_at(trainer);
  UnitsLook out{head, static_cast<std::uint32_t>(examples), static_cast<std::uint32_t>(trainer.data().test.size()), {}};
  const NextStep next = next_step(trainer, false);
  const auto last_norms = trainer.verdict() == Verdict::finished ? gradient_norms(trainer) : std::vector<double>{}; // no step comes
  for (const LayerView& v : layer_views(trainer, kBins, examples)) {
    UnitsRow row;
    row.mean_in = v.mean_in, row.mean = v.mean, row.deviation = v.deviation, row.zero_share = v.zero_share, row.dead_share = v.dead_share;
    row.saturated_share = v.saturated_share, row.low = v.low, row.high = v.high;
    row.bins.assign(v.histogram.begin(), v.histogram.end());
    out.layers.push_back(std::move(row));
  }
  out.layers.emplace_back();
  for (std::size_t l = 0; l < out.layers.size(); ++l) {
    out.layers[l].units = static_cast<std::uint32_t>(trainer.network().shape(static_cast<Index>(l)).given);
    if (l < last_norms.size()) out.layers[l].gradient_norm = last_norms[l];
    if (l >= next.layers.size()) continue;
    out.layers[l].gradient_norm = next.layers[l].gradient_norm;
    out.layers[l].update_norm = next.layers[l].update_norm;
    out.layers[l].weight_norm = next.layers[l].weight_norm;
  }
  return out;
}

std::optional<ToApp> optimizer(const Trainer& trainer, const ask::Optimizer& ask, const LookHead& head) {
  const NextStep next = next_step(trainer);
  if (next.update.empty()) return {};
  const auto shape = trainer.network().shape(0);
  const Shown s = shown(shape, 0, ask.count);
  OptimizerLook out{head, s.units, s.from, s.count, s.inputs, trainer.lr(), {}};
  const auto add = [&](std::string_view id, std::span<const float> values) {
    out.planes.push_back({std::string(id), rows_of(shape, values, s.from, s.count), spread_of(values)});
  };
  add("gradient", next.gradient);
  const auto& names = trainer.optimizer().state;
  if (!names.empty()) add(names[0], next.state0);
  if (names.size() > 1) add(names[1], next.state1);
  if (trainer.optimizer().effective_rate) {
    // seen as the power of ten by which it exceeds lr: it spans many of them
    Vector powers = next.effective_rate;
    for (float& r : powers) r = r > 0 ? static_cast<float>(std::log10(static_cast<double>(r) / trainer.lr())) : 0.0F;
    add("rate", powers);
  }
  add("update", next.update);
  return out;
}

ToApp batch(const Trainer& trainer, const LookHead& head) {
  BatchLook out;
  out.head = head;
  const std::int64_t step = std::min(trainer.step(), trainer.steps() - 1); // after the last step: its own batch
  out.places = trainer.batch_of(step);
  out.size = static_cast<std::uint32_t>(out.places.size());
  if (out.places.size() > kBatchShown) out.places.resize(kBatchShown);
  const Network& network = trainer.network();
  for (Index l = 0; l + 1 < network.layer_count(); ++l) {
    const auto shape = network.shape(l);
    MaskLayer layer{static_cast<std::uint32_t>(shape.given), shape.dropout, {}};
    if (shape.dropout > 0) {
      DropoutPlace place = trainer.dropout_place(step);
      Vector mask(static_cast<std::size_t>(shape.given));
      for (std::size_t r = 0; r < out.places.size(); ++r, ++place.position) {
        fill_mask(place, static_cast<std::uint32_t>(l), shape.dropout, mask);
        for (const float m : mask) layer.kept.push_back(m != 0.0F);
      }
    }
    out.masks.push_back(std::move(layer));
  }
  return out;
}

std::optional<ToApp> own(const Trainer& trainer, const ask::Own& ask, const LookHead& head) {
  if (trainer.data().classes == 0 || static_cast<std::int64_t>(ask.image.size()) != trainer.data().features()) return {};
  OwnLook out{head, {}};
  for (const double v : predict_pixels(trainer, ask.image)) out.probabilities.push_back(static_cast<float>(v));
  return out;
}

// Generated points reach about 1.5 from the origin with the noise that is usual.
Extent about_origin(std::span<const float> points) {
  double reach = 0;
  for (const float v : points) reach = std::max(reach, std::fabs(static_cast<double>(v)));
  reach = std::clamp(reach * 1.08, 0.5, 10.0);
  return {-reach, reach, -reach, reach};
}

// A user's own points are anywhere, and each feature has a scale of its own.
Extent taken_up(const Subset& data) {
  const auto axis = [&](std::size_t feature, double& least, double& most) {
    least = HUGE_VAL, most = -HUGE_VAL;
    for (const std::size_t row : data.train.rows) {
      const auto v = static_cast<double>(data.source->train.values[2 * row + feature]);
      least = std::min(least, v), most = std::max(most, v);
    }
    const double margin = most > least ? 0.08 * (most - least) : 0.5 * std::max(1.0, std::fabs(most)); // of one value, some room around it
    least -= margin, most += margin;
  };
  Extent view;
  axis(0, view.x_least, view.x_most), axis(1, view.y_least, view.y_most);
  return view;
}

std::optional<ToApp> boundary(const Trainer& trainer, const LookHead& head) {
  const Subset& data = trainer.data();
  const Examples& examples = data.source->train;
  if (data.features() != 2 || examples.values.empty() || data.classes < 2 || data.classes > static_cast<std::int64_t>(kPlaneClassesMost)) return {};
  BoundaryLook out;
  out.head = head;
  out.side = 72, out.classes = static_cast<std::uint32_t>(data.classes);
  for (std::size_t i = 0; i < std::min(kPointsShown, data.train.rows.size()); ++i) {
    const std::size_t row = data.train.rows[i];
    out.points.insert(out.points.end(), {examples.values[2 * row], examples.values[2 * row + 1]});
    out.labels.push_back(data.train.labels[i]);
  }
  out.view = entry_of(sources(), trainer.settings().data.source).generated ? about_origin(out.points) : taken_up(data);
  Matrix places(static_cast<Index>(out.side * out.side), 2);
  for (Index i = 0; i < places.rows(); ++i) {
    places(i, 0) = static_cast<float>(out.x_of(static_cast<std::size_t>(i) % out.side));
    places(i, 1) = static_cast<float>(out.y_of(static_cast<std::size_t>(i) / out.side));
  }
  const Matrix p = predict_values(trainer, places);
  for (Index i = 0; i < p.rows(); ++i)
    for (Index c = 0; c < p.cols(); ++c) out.probabilities.push_back(p(i, c));

  const Network& network = trainer.network();
  bool plain = true;
  for (Index l = 0; l < network.layer_count(); ++l) {
    const auto shape = network.shape(l);
    plain = plain && shape.given == shape.outputs;
    const Vector all = network.torch_parameters(l);
    const auto weights = all.begin() + shape.outputs * shape.inputs;
    out.layers.push_back({static_cast<std::uint32_t>(shape.inputs), static_cast<std::uint32_t>(shape.outputs), {all.begin(), weights}, {weights, all.end()}});
  }
  if (plain) {
    const LinearMap map = collapsed(network);
    out.product = {2, out.layers.back().outputs, {}, {}};
    for (const double v : map.weight) out.product.weight.push_back(static_cast<float>(v));
    for (const double v : map.bias) out.product.bias.push_back(static_cast<float>(v));
  }
  return out;
}

std::optional<ToApp> fitted(const Trainer& trainer, const LookHead& head) {
  const ToyEntry* toy = find_entry(toys(), trainer.settings().data.source);
  if (!toy || toy->classes != 0) return {};
  constexpr std::size_t kPlaces = 240;
  FittedLook out;
  out.head = head, out.low = -1, out.high = 1;
  Matrix places(static_cast<Index>(kPlaces), 1);
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const double x = out.low + (out.high - out.low) * (static_cast<double>(i) + 0.5) / kPlaces;
    out.x.push_back(places(static_cast<Index>(i), 0) = static_cast<float>(x));
    out.target.push_back(static_cast<float>(toy_target(*toy, x)));
  }
  const Matrix given = outputs_for_values(trainer, places);
  out.given.assign(given.data(), given.data() + given.size());
  const Part& part = trainer.data().train;
  for (std::size_t i = 0; i < std::min(kPointsShown, part.rows.size()); ++i)
    out.points.insert(out.points.end(), {trainer.data().source->train.values[part.rows[i]], part.targets[i]});
  return out;
}

constexpr std::uint32_t kMasksMost = 200;

class EnsembleJob final : public LookJob {
public:
  EnsembleJob(const Trainer& trainer, const ask::Ensemble& ask, const LookHead& head)
      : LookJob(head), place_(std::min(ask.place, static_cast<std::uint32_t>(trainer.data().test.size() - 1))),
        ensemble_(trainer, false, place_, std::clamp(ask.masks, 1U, kMasksMost)) {}
  std::uint32_t done() const override { return static_cast<std::uint32_t>(ensemble_.done()); }
  std::uint32_t all() const override { return static_cast<std::uint32_t>(ensemble_.count()); }
  void advance() override { ensemble_.advance(); }
  ToApp answer() override {
    const std::uint32_t count = all();
    const Ensemble e = ensemble_.take();
    EnsembleLook out{head(), place_, count, static_cast<std::uint32_t>(e.eval.size()), static_cast<std::uint8_t>(e.label), {}, {}, e.eval_units, e.mean_units};
    out.probabilities.assign(e.probabilities.data(), e.probabilities.data() + e.probabilities.size());
    for (const double v : e.eval) out.eval.push_back(static_cast<float>(v));
    return out;
  }

private:
  std::uint32_t place_;
  MaskEnsemble ensemble_;
};

class CourseJob final : public LookJob {
public:
  CourseJob(const Trainer& trainer, const History& history, const ask::Course& ask, const LookHead& head)
      : LookJob(head), search_(trainer, history, std::clamp<std::uint32_t>(ask.points, 2, kCoursePointsMost)) {}
  std::uint32_t done() const override { return static_cast<std::uint32_t>(search_.done()); }
  std::uint32_t all() const override { return static_cast<std::uint32_t>(search_.total()); }
  void advance() override { search_.advance(); }
  ToApp answer() override { return CourseLook{head(), search_.take()}; }

private:
  CourseSearch search_;
};

ToApp trace(const Trainer& trainer, const LookHead& head) {
  const std::int64_t step = std::min(trainer.step(), trainer.steps() - 1);
  TraceLook out{head, trainer.batch_of(step).front(), {}};
  const Trace masked = trace_example(trainer, out.place, step), whole = trace_example(trainer, out.place);
  for (std::size_t l = 0; l + 1 < masked.layers.size(); ++l)
    out.layers.push_back({trainer.network().shape(static_cast<Index>(l)).dropout, masked.layers[l].y, masked.layers[l].given, whole.layers[l].y});
  return out;
}

ToApp passes(const Trainer& trainer, const ask::Passes& ask, const LookHead& head) {
  const auto last_of = [](auto wanted, auto count) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(count) - 1));
  };
  const Part& part = trainer.data().train;
  PassesLook out;
  out.head = head;
  out.examples = static_cast<std::uint32_t>(part.size());
  out.place = last_of(ask.place, part.size());
  const Trace trace = trace_example(trainer, out.place, {}, true);
  const LayerTrace& first = trace.layers.front();
  out.units = static_cast<std::uint32_t>(first.z.size());
  out.unit = last_of(ask.unit, first.z.size());
  if (ask.input >= 0) out.input = last_of(ask.input, first.input.size());
  if (part.targets.empty())
    out.label = part.labels[out.place];
  else
    out.target = static_cast<double>(part.targets[out.place]);
  out.loss = trace.loss;
  for (const double p : trace.probabilities) out.probabilities.push_back(static_cast<float>(p));
  out.x = first.input, out.d_x = first.d_input;
  for (Index i = 0; i < first.weight.cols(); ++i) {
    out.weight.push_back(first.weight(static_cast<Index>(out.unit), i));
    out.d_weight.push_back(first.d_weight(static_cast<Index>(out.unit), i));
  }
  for (const LayerTrace& t : trace.layers) {
    PassesLayer layer{t.z, t.given, t.d_z, 0, 0};
    const std::span<const float> gradient(t.d_weight.data(), static_cast<std::size_t>(t.d_weight.size()));
    layer.gradient_rms = norm(gradient) / std::sqrt(static_cast<double>(gradient.size()));
    for (const float g : gradient) layer.gradient_most = std::max(layer.gradient_most, std::fabs(static_cast<double>(g)));
    out.layers.push_back(std::move(layer));
  }
  std::optional<std::uint32_t> end;
  if (out.input >= 0) end = static_cast<std::uint32_t>(out.input);
  Paths paths = largest_paths(trace, trainer.network(), kPathsShown, end);
  for (Path& p : paths.largest) out.paths.push_back({std::move(p.places), std::move(p.factors), p.product});
  out.path_count = paths.count, out.path_size = paths.size;
  return out;
}

} // namespace

std::size_t memory_for(const Trainer& trainer, const AskLook& ask) {
  // copies of the trainer (weights, gradient, two states) and arrays of its size; outputs, batches and messages are less than the rest
  const auto* course = std::get_if<ask::Course>(&ask.question);
  const std::size_t copies = std::holds_alternative<ask::Optimizer>(ask.question) ? 14
                             : std::holds_alternative<ask::Units>(ask.question)   ? 6
                             : course                                             ? 6 + 3 * std::size_t{std::min(course->points, kCoursePointsMost)}
                                                                                  : 4;
  return copies * trainer.network().parameters().size_bytes() + (32U << 20);
}

std::optional<ToApp> look(const Trainer& trainer, const AskLook& asked) {
  const LookHead head{asked.slot, asked.key, trainer.step()};
  struct {
    const Trainer& trainer;
    const LookHead& head;
    using Answer = std::optional<ToApp>;
    Answer operator()(const ask::Weights& q) const { return weights(trainer, q, head); }
    Answer operator()(const ask::Predictions&) const { return predictions(trainer, head); }
    Answer operator()(const ask::Units&) const { return units(trainer, head); }
    Answer operator()(const ask::Optimizer& q) const { return optimizer(trainer, q, head); }
    Answer operator()(const ask::Batch&) const { return batch(trainer, head); }
    Answer operator()(const ask::Own& q) const { return own(trainer, q, head); }
    Answer operator()(const ask::Boundary&) const { return boundary(trainer, head); }
    Answer operator()(const ask::Fitted&) const { return fitted(trainer, head); }
    Answer operator()(const ask::Ensemble&) const { return {}; } // a job
    Answer operator()(const ask::Trace&) const { return trace(trainer, head); }
    Answer operator()(const ask::Passes& q) const { return passes(trainer, q, head); }
    Answer operator()(const ask::Course&) const { return {}; } // a job
  } const answer{trainer, head};
  return std::visit(answer, asked.question);
}

std::unique_ptr<LookJob> look_job(const Trainer& trainer, const History& history, const AskLook& asked) {
  const LookHead head{asked.slot, asked.key, trainer.step()};
  if (const auto* q = std::get_if<ask::Ensemble>(&asked.question); q && trainer.data().classes > 0) return std::make_unique<EnsembleJob>(trainer, *q, head);
  if (const auto* q = std::get_if<ask::Course>(&asked.question)) return std::make_unique<CourseJob>(trainer, history, *q, head);
  return nullptr;
}

} // namespace downhill
