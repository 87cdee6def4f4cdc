#include "app/panels/panels.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {

using namespace ui;
using protocol::EvaluationRow;

double axis_value(const EvaluationRow& e, Axis axis) {
  switch (axis) {
  case Axis::examples: return static_cast<double>(e.examples);
  case Axis::epochs: return e.epoch;
  case Axis::steps: return static_cast<double>(e.step);
  case Axis::seconds: return e.seconds;
  }
  return 0;
}

double metric_value(const EvaluationRow& e, Metric metric) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  switch (metric) {
  case Metric::test_loss: return e.test_loss;
  case Metric::train_loss: return e.train_loss;
  case Metric::test_accuracy: return 100 * e.test_accuracy;
  case Metric::train_accuracy: return 100 * e.train_accuracy;
  case Metric::lr: return e.lr;
  case Metric::gradient_norm: return e.step > 0 ? e.gradient_norm : kNone;
  case Metric::update_ratio: return e.step > 0 && e.weight_norm > 0 ? e.update_norm / e.weight_norm : kNone;
  case Metric::count: break;
  }
  return kNone;
}

namespace {

bool is_loss(Metric m) { return m == Metric::test_loss || m == Metric::train_loss; }
bool is_accuracy(Metric m) { return m == Metric::test_accuracy || m == Metric::train_accuracy; }

std::string metric_title(const Ui& ui, const Race& race, Metric metric) {
  const auto& name = ui.by_id("metric." + std::string(kMetricIds[static_cast<std::size_t>(metric)]));
  if (is_loss(metric)) return fill(ui("metric.unit_loss"), {name, ui.by_id("loss." + race.experiment().complete["loss"]["name"].get<std::string>())});
  if (is_accuracy(metric)) return fill(ui("metric.unit_accuracy"), {name});
  return std::string(name);
}

// Where on the axis the batch of a step lies; seconds are between two evaluations' times.
void add_batch_losses(Series& s, const LaneState& state, const Lane& lane, Axis axis) {
  const auto train = lane.settings.data.train, batch = lane.settings.batch == 0 ? train : lane.settings.batch, per_epoch = (train + batch - 1) / batch;
  const auto last = static_cast<std::size_t>(std::max<std::int64_t>(0, state.step));
  std::size_t e = 0;
  for (std::size_t i = 0; i < std::min(state.losses.size(), last); ++i) {
    const auto step = static_cast<std::int64_t>(i) + 1;
    const std::int64_t examples = step / per_epoch * train + std::min(step % per_epoch * batch, train);
    double x = 0;
    switch (axis) {
    case Axis::examples: x = static_cast<double>(examples); break;
    case Axis::epochs: x = static_cast<double>(examples) / static_cast<double>(train); break;
    case Axis::steps: x = static_cast<double>(step); break;
    case Axis::seconds: {
      while (e + 1 < state.evaluations.size() && state.evaluations[e + 1].step < step) ++e;
      if (e + 1 >= state.evaluations.size()) return;
      const EvaluationRow &a = state.evaluations[e], &b = state.evaluations[e + 1];
      x = a.seconds + (b.seconds - a.seconds) * static_cast<double>(step - a.step) / static_cast<double>(std::max<std::int64_t>(1, b.step - a.step));
    }
    }
    s.faint_x.push_back(x);
    s.faint_y.push_back(static_cast<double>(state.losses[i]));
  }
}

Series series_of(const Ui& ui, const Race& race, const RaceView& view, std::size_t i, Metric metric, Axis axis) {
  const Lane& lane = race.experiment().lanes[i];
  const LaneState& state = race.lanes()[i];
  const LaneLook look = lane_look(race.experiment().lanes, i);
  Series s{lane_name(lane, ui.language), ui.theme->*look.color, look.dash, look.marker, {}, {}, {}, {}, {}, {}, -1};
  for (std::size_t k = 0; k < state.evaluations.size(); ++k) {
    const EvaluationRow& e = state.evaluations[k];
    s.x.push_back(axis_value(e, axis));
    double sum = metric_value(e, metric), low = sum, high = sum;
    double count = 1;
    for (const RunState& run : state.repeats) {
      if (k >= run.evaluations.size()) continue;
      const double v = metric_value(run.evaluations[k], metric);
      sum += v, count += 1;
      low = std::min(low, v), high = std::max(high, v);
    }
    s.y.push_back(sum / count); // the mean of the runs
    if (!state.repeats.empty()) s.low.push_back(low), s.high.push_back(high);
  }
  if (metric == Metric::test_loss && s.y.size() > 4) {
    // marked once the curve has risen clearly above its least point
    const auto least = std::min_element(s.y.begin(), s.y.end());
    if (least + 2 < s.y.end() && s.y.back() > 1.05 * *least) s.minimum = static_cast<int>(least - s.y.begin());
  }
  if (view.batch_losses && is_loss(metric)) add_batch_losses(s, state, lane, axis);
  return s;
}

void chart(Ui& ui, Race& race, RaceView& view, Rect box, std::size_t number, bool legend) {
  const auto metric = static_cast<Metric>(view.metric[number]);
  const auto axis = static_cast<Axis>(view.axis);
  const std::string axis_id(kAxisIds[static_cast<std::size_t>(view.axis)]);
  PlotSpec spec;
  spec.id = number == 0 ? "plot" : "plot2";
  spec.x_title = ui.by_id("axis.title." + axis_id);
  spec.y_title = metric_title(ui, race, metric);
  spec.log_y = view.scale == 1 || (metric == Metric::gradient_norm || metric == Metric::update_ratio);
  if (is_accuracy(metric)) spec.log_y = false;
  spec.y_decimals = is_accuracy(metric) ? 1 : is_loss(metric) ? 4 : -1;
  spec.show_legend = legend;
  spec.y_span_least = is_accuracy(metric) ? 10 : is_loss(metric) ? 0.5 : 0;
  spec.x_most = axis == Axis::seconds ? 0.01 : 1;
  spec.x_text = [&ui, axis, axis_id](double v) {
    return fill(ui.by_id("axis.at." + axis_id), {axis == Axis::seconds  ? grouped(v, 2)
                                                 : axis == Axis::epochs ? setting(std::round(v * 100) / 100)
                                                                        : grouped(v)});
  };
  std::vector<Series> series;
  double start_loss = 0, reached = 0;
  bool back = false;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const Lane& lane = race.experiment().lanes[i];
    const LaneState& state = race.lanes()[i];
    const auto examples = static_cast<double>(lane.settings.data.train * lane.settings.epochs);
    if (axis == Axis::examples) spec.x_most = std::max(spec.x_most, examples);
    if (axis == Axis::epochs) spec.x_most = std::max(spec.x_most, static_cast<double>(lane.settings.epochs));
    if (state.hidden) continue;
    if (!state.evaluations.empty()) {
      start_loss = std::max(start_loss, state.evaluations[0].test_loss);
      back = back || state.evaluations.back().step > state.step;
    }
    EvaluationRow here;
    here.examples = state.examples, here.epoch = state.epoch, here.step = state.step, here.seconds = state.seconds;
    reached = std::max(reached, axis_value(here, axis));
    series.push_back(series_of(ui, race, view, i, metric, axis));
  }
  if (back && race.transport() != Transport::finished) spec.cursor = reached;
  // a lane that explodes must not press the others flat
  if (is_loss(metric)) spec.y_ceiling = 1.6 * start_loss;
  plot(ui, box, spec, series, &view.zoom);
}

} // namespace

std::string curves_csv(const Ui& ui, const Race& race) {
  std::string out = "lane,repeat,step,epoch,examples,seconds,lr,train_loss,train_accuracy,test_loss,test_accuracy,gradient_norm,update_norm,weight_norm\n";
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const std::string name = csv_text(lane_name(race.experiment().lanes[i], ui.language));
    const auto add = [&](const RunState& run) {
      for (const EvaluationRow& e : run.evaluations) {
        out += name + "," + std::to_string(run.key.repeat) + "," + std::to_string(e.step) + "," + csv_number(e.epoch) + "," + std::to_string(e.examples);
        for (const double v : {e.seconds, e.lr, e.train_loss, e.train_accuracy, e.test_loss, e.test_accuracy, e.gradient_norm, e.update_norm, e.weight_norm})
          out += "," + csv_number(v);
        out += "\n";
      }
    };
    add(race.lanes()[i]);
    for (const RunState& run : race.lanes()[i].repeats) add(run);
  }
  return out;
}

std::string sweep_csv(const Ui& ui, const Race& race) {
  std::string out = "lane,lr,train_loss\n";
  const auto& curves = race.sweep().curves();
  for (std::size_t i = 0; i < std::min(curves.size(), race.lanes().size()); ++i)
    for (const auto& point : curves[i].points)
      if (point.loss) out += csv_text(lane_name(race.experiment().lanes[i], ui.language)) + "," + csv_number(point.lr) + "," + csv_number(*point.loss) + "\n";
  return out;
}

void curves_panel(Ui& ui, Race& race, RaceView& view, Rect box, bool legend) {
  // controls in as many rows as the width needs
  float x = box.x, y = box.y;
  const float row = ui.control_height() + 6;
  const auto room = [&](float width) {
    if (x > box.x && x + width > box.right()) x = box.x, y += row;
  };
  const auto segmented = [&](const std::string& id, const std::vector<std::string_view>& labels, int& chosen) {
    float width = 4;
    for (const std::string_view label : labels) width += ui.text_width(label, kLabel, Weight::bold) + 2 * kSegmentPad;
    room(width);
    x += ui.segmented(id, {x, y}, labels, chosen) + kGrid;
  };
  std::vector<std::string_view> metrics;
  for (const std::string_view id : kMetricIds) metrics.push_back(ui.by_id("metric." + std::string(id)));
  const auto metric_select = [&](std::size_t number) {
    const float width = 128;
    room(width);
    if (const auto pick = ui.select(number == 0 ? "metric" : "metric2", {x, y, width, ui.control_height()}, ui("metric.label"), metrics, view.metric[number],
                                    ui("help.metric")))
      view.metric[number] = *pick;
    x += width + kGrid;
  };
  metric_select(0);
  if (view.two_charts) metric_select(1);
  const int before = view.axis;
  const std::vector<std::string_view> axes{ui("axis.examples"), ui("axis.epochs"), ui("axis.steps"), ui("axis.seconds")};
  if (box.w >= 480) {
    segmented("axis", axes, view.axis);
  } else {
    const float width = ui.text_width(ui("axis.examples")) + 38;
    room(width);
    if (const auto pick = ui.select("axis", {x, y, width, ui.control_height()}, ui("axis.label"), axes, view.axis)) view.axis = *pick;
    x += width + kGrid;
  }
  if (view.axis != before) view.zoom = {};
  segmented("scale", {ui("scale.linear"), ui("scale.log")}, view.scale);
  const auto check = [&](const std::string& id, std::string_view label, bool& on, std::string_view help) {
    const float width = 26 + ui.text_width(label);
    room(width);
    if (ui.check(id, {x, y, width, ui.control_height()}, label, on, help)) on = !on;
    x += width + kGrid + kHalf;
  };
  if (box.w >= 480) check("batch_losses", ui("plot.batch_losses"), view.batch_losses, ui("help.batch_losses"));
  if (box.w > 560)
    check("two_charts", ui("plot.two"), view.two_charts, ui("help.two_charts"));
  else
    view.two_charts = false;
  box.cut_top(y + row - box.y);

  Rect first = box;
  if (view.two_charts) {
    const Rect second = first.cut_right(first.w / 2);
    chart(ui, race, view, second, 1, legend);
  }
  chart(ui, race, view, first, 0, legend);
  const bool moved = std::any_of(race.lanes().begin(), race.lanes().end(), [](const LaneState& lane) { return lane.step > 0 || lane.evaluations.size() > 1; });
  if (!moved && race.transport() != Transport::running) {
    const Rect middle{first.x + 60, first.y + first.h * 0.42F, first.w - 80, 24};
    ui.text(middle, race.waiting() ? ui("plot.waiting") : ui("plot.empty"), ui.theme->soft, kText, Weight::regular, Align::center);
  }
}

void chart_panel(Ui& ui, Race& race, RaceView& view, Rect box, std::size_t number, bool legend) { chart(ui, race, view, box, number, legend); }

} // namespace downhill
