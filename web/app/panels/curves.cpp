#include "app/panels/panels.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {

using namespace ui;

namespace {

std::string metric_name(const Ui& ui, Metric metric) { return std::string(ui.by_id("metric." + std::string(kMetricIds[static_cast<std::size_t>(metric)]))); }

std::string metric_title(const Ui& ui, const Race& race, Metric metric) {
  const std::string name = metric_name(ui, metric);
  if (is_loss(metric) && !one_loss(race)) return fill(ui("metric.unit_loss"), {name, ui("metric.own_losses")});
  if (is_loss(metric)) return fill(ui("metric.unit_loss"), {name, ui.by_id("loss." + std::string(race.experiment().lanes.front().settings.loss.name))});
  if (is_accuracy(metric)) return fill(ui("metric.unit_accuracy"), {name});
  return name;
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
      const Evaluation &a = state.evaluations[e], &b = state.evaluations[e + 1];
      x = a.seconds + (b.seconds - a.seconds) * static_cast<double>(step - a.step) / static_cast<double>(std::max<std::int64_t>(1, b.step - a.step));
    }
    }
    s.faint_x.push_back(x);
    s.faint_y.push_back(static_cast<double>(state.losses[i]));
  }
}

// Two quantities of one unit share a chart: the first solid, the second dashed.
bool one_chart(const Race& race, const RaceView& view) {
  const Metric a = plotted(race, view.metric), b = plotted(race, view.metric, 1);
  return view.two_charts && a != b && ((is_loss(a) && is_loss(b)) || (is_accuracy(a) && is_accuracy(b)));
}

Series series_of(const Ui& ui, const Race& race, const RaceView& view, std::size_t i, Metric metric, Axis axis) {
  const Lane& lane = race.experiment().lanes[i];
  const LaneState& state = race.lanes()[i];
  const LaneLook look = lane_look(race.experiment().lanes, i);
  Series s{lane_name(race.experiment(), i, ui.language), ui.theme->*look.color, look.dash, look.marker, {}, {}, {}, {}, {}, {}, -1};
  for (std::size_t k = 0; k < state.evaluations.size(); ++k) {
    const Evaluation& e = state.evaluations[k];
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
  if (metric == Metric::test_loss)
    if (const auto turn = turned_at(s.y)) s.minimum = static_cast<int>(*turn);
  if (view.batch_losses && is_loss(metric)) add_batch_losses(s, state, lane, axis);
  if (state.status == protocol::LaneStatus::diverged) {
    Evaluation here;
    here.examples = state.examples, here.epoch = state.epoch, here.step = state.step, here.seconds = state.seconds;
    s.ended = ui("lanes.diverged");
    s.ended_x = axis_value(here, axis);
    s.ended_y = is_loss(metric) || s.y.empty() ? std::numeric_limits<double>::infinity() : s.y.back();
  }
  return s;
}

void chart(Ui& ui, Race& race, RaceView& view, Rect box, std::size_t number, bool legend) {
  const Metric metric = plotted(race, view.metric, number);
  const auto axis = static_cast<Axis>(view.axis);
  const std::string axis_id(kAxisIds[static_cast<std::size_t>(view.axis)]);
  PlotSpec spec;
  spec.id = number == 0 ? "plot" : "plot2";
  spec.x_title = ui.by_id("axis.title." + axis_id);
  const bool shared = one_chart(race, view);
  const Metric second = plotted(race, view.metric, 1);
  const std::string name = metric_name(ui, metric), second_name = metric_name(ui, second);
  spec.y_title = metric_title(ui, race, metric);
  if (shared) spec.y_title = fill(ui("plot.shared"), {spec.y_title, second_name});
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
  spec.minimum_label = ui("plot.minimum");
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
    Evaluation here;
    here.examples = state.examples, here.epoch = state.epoch, here.step = state.step, here.seconds = state.seconds;
    reached = std::max(reached, axis_value(here, axis));
    series.push_back(series_of(ui, race, view, i, metric, axis));
    // where it rests between two points of its curve
    if (state.here && state.here->step == state.step && std::isfinite(metric_value(*state.here, metric)))
      spec.marks.push_back({axis_value(*state.here, axis), metric_value(*state.here, metric), series.back().color, true});
    if (!shared) continue;
    // the dash says which quantity it is, colour and marker which lane
    Series other = series_of(ui, race, view, i, second, axis);
    series.back().dash = Dash::solid, other.dash = Dash::dashed, other.marker = Marker::none;
    series.back().label += " " + name, other.label += " " + second_name;
    other.faint_x.clear(), other.faint_y.clear(), other.ended.clear();
    series.push_back(std::move(other));
  }
  if (back && race.transport() != Transport::finished) spec.cursor = reached;
  // a lane that explodes must not press the others flat
  if (is_loss(metric)) spec.y_ceiling = 1.6 * start_loss;
  plot(ui, box, spec, series, &view.zoom);
}

} // namespace

std::string curves_csv(const Ui& ui, const Race& race) {
  std::string out = "lane,repeat";
  for (const EvaluationColumn& column : kEvaluationColumns)
    if (race.has_classes() || !column.id.ends_with("_accuracy")) out += "," + std::string(column.id);
  out += "\n";
  const auto names = lane_names(race.experiment(), ui.language);
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const std::string name = csv_text(names[i]);
    const auto add = [&](const RunState& run) {
      for (const Evaluation& e : run.evaluations) {
        out += name + "," + std::to_string(run.key.repeat);
        for (const EvaluationColumn& column : kEvaluationColumns) {
          if (!race.has_classes() && column.id.ends_with("_accuracy")) continue;
          out += "," + (column.whole ? std::to_string(e.*column.whole) : csv_number(e.*column.number));
        }
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
  const auto names = lane_names(race.experiment(), ui.language);
  const auto& curves = race.sweep().curves();
  for (std::size_t i = 0; i < std::min(curves.size(), race.lanes().size()); ++i)
    for (const auto& point : curves[i].points)
      if (point.loss) out += csv_text(names[i]) + "," + csv_number(point.lr) + "," + csv_number(*point.loss) + "\n";
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
    room(ui.segments_width(labels));
    x += ui.segmented(id, {x, y}, labels, chosen) + kGrid;
  };
  std::vector<std::string_view> metrics;
  const std::vector<Metric> all = metrics_of(race);
  for (const Metric metric : all) metrics.push_back(ui.by_id("metric." + std::string(kMetricIds[static_cast<std::size_t>(metric)])));
  const auto metric_select = [&](std::size_t number) {
    const float width = 128;
    room(width);
    const auto chosen = static_cast<int>(std::find(all.begin(), all.end(), plotted(race, view.metric, number)) - all.begin());
    if (const auto pick =
            ui.select(number == 0 ? "metric" : "metric2", {x, y, width, ui.control_height()}, ui("metric.label"), metrics, chosen, ui("help.metric")))
      view.metric[number] = static_cast<int>(all[static_cast<std::size_t>(*pick)]);
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
  else if (!one_chart(race, view))
    view.two_charts = false;
  box.cut_top(y + row - box.y);
  if (box.h < 60) return; // the window is too low for a chart; the lanes tell the numbers

  Rect first = box;
  if (view.two_charts && !one_chart(race, view)) {
    const Rect second = first.cut_right(first.w / 2);
    chart(ui, race, view, second, 1, legend);
  }
  chart(ui, race, view, first, 0, legend);
  if (race.transport() == Transport::running) view.linked = false;
  const bool moved = std::any_of(race.lanes().begin(), race.lanes().end(), [](const LaneState& lane) { return lane.step > 0 || lane.evaluations.size() > 1; });
  if (!moved && race.transport() != Transport::running) {
    const Rect middle{first.x + 60, first.y + first.h * 0.42F, first.w - 80, 24};
    const bool linked = view.linked && !race.waiting();
    const std::string_view words = race.waiting() ? ui("plot.waiting") : linked ? ui("plot.linked") : ui("plot.empty");
    float below = middle.bottom() + kHalf;
    if (ui.text_width(words) <= middle.w)
      ui.text(middle, words, ui.theme->soft, kText, Weight::regular, Align::center);
    else
      below = middle.y + ui.paragraph(middle, words, ui.theme->soft) + kGrid;
    const float width = ui.text_width(ui("plot.linked_show"), kText, Weight::bold) + 32;
    if (linked && ui.button("link.result", {middle.x + (middle.w - width) / 2, below, width, ui.control_height() + 4}, ui("plot.linked_show"), true))
      race.start();
  }
}

void chart_panel(Ui& ui, Race& race, RaceView& view, Rect box, std::size_t number, bool legend) { chart(ui, race, view, box, number, legend); }

} // namespace downhill
