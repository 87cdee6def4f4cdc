// 6. Training with validation: how far it is, the curves of the loss and of what is measured beside it, with what whoever knows nothing would
// reach, the step that comes next, and, when all is done, the test part.
#include "app/labs/cases/ending.hpp"

#include "network/loss.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::walk {
namespace {

constexpr double kSpeeds[] = {0, 10, 1}; // steps a second; 0: as fast as it goes

class TrainingPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  float share() const override { return 0.6F; }
  std::string csv(std::string_view plot) const override;
  void add_fields(Json& out) const override;
  bool press(const std::string& id) override;
  std::string spoken() const override;

private:
  Ui& ui() const { return lab_.controls(); }
  const CaseRun* run() const { return lab_.model().data() ? lab_.model().run() : nullptr; }
  bool points() const { return lab_.model().settings().kind == CaseKind::scores; }
  void progress(Rect box, const CaseRun& run);
  void curves(Rect box, const CaseRun& run, bool loss, bool legend);
  void legend(Rect box);
  std::string progress_text(const CaseRun& run) const;
  void speed(Column& column);
  void rule_setup(Column& column);
  void tensors(Column& column, const CaseRun& run);

  PlotView loss_, metric_;
};

// "epoch 3 of 10, iteration 12 of 24"
std::string TrainingPart::progress_text(const CaseRun& run) const {
  const std::int64_t step = run.trainer().step(), iterations = run.settings().iterations();
  const bool between = step % iterations == 0;
  const std::int64_t epoch = step == 0 ? 0 : between ? step / iterations : step / iterations + 1;
  return fill(ui()("cases.progress"), {std::to_string(epoch), std::to_string(run.settings().epochs),
                                       std::to_string(step == 0 ? 0
                                                      : between ? iterations
                                                                : step % iterations),
                                       with_commas(iterations)});
}

void TrainingPart::progress(Rect box, const CaseRun& run) {
  Ui& u = ui();
  const std::string text = progress_text(run);
  u.text(box.cut_top(18), text, u.theme->ink, kLabel, Weight::bold);
  const Rect bar{box.x, box.y + 4, box.w, 6};
  u.draw()->AddRectFilled(bar.min(), bar.max(), u.theme->fill, 3);
  const auto share = static_cast<float>(run.progress());
  if (share > 0) u.draw()->AddRectFilled(bar.min(), {bar.x + bar.w * share, bar.bottom()}, u.theme->accent, 3);
  u.note_item("cases.progress", u("cases.progress_label"), "status", text, {box.x, box.y - 18, box.w, 30});
}

// PyTorch's name, as the code beside has it.
std::string loss_name(const CaseSettings& settings) {
  for (const LossEntry& each : losses())
    if (each.id == settings.loss()) return std::string(each.torch.substr(each.torch.find('.') + 1));
  return std::string(settings.loss());
}

// Of both plots in one line, where they are too low for their own.
void TrainingPart::legend(Rect box) {
  Ui& u = ui();
  float x = box.x;
  const auto entry = [&](std::string_view label, std::uint32_t color, Dash dash) {
    if (x + 22 + u.text_width(label, kSmall) > box.right()) return;
    Ui::dashed_line(u.draw(), {{x, box.y + box.h / 2}, {x + 18, box.y + box.h / 2}}, color, dash, 2);
    x += 24;
    x += u.text({x, box.y, box.right() - x, box.h}, label, u.theme->soft, kSmall) + 14;
  };
  entry(u("cases.part.train"), u.theme->adam, Dash::solid);
  entry(u("cases.part.validation"), u.theme->momentum, Dash::dashed);
  entry(points() ? u("cases.baseline_points") : u("cases.baseline"), u.theme->soft, Dash::dotted);
}

void TrainingPart::curves(Rect box, const CaseRun& run, bool loss, bool legend) {
  Ui& u = ui();
  const double scale = loss || points() ? 1 : 100; // accuracies in percent
  PlotSpec spec;
  spec.id = loss ? "cases.loss" : "cases.metric";
  spec.x_title = u("cases.axis_epoch");
  spec.y_title = loss       ? fill(u("cases.loss_of"), {loss_name(run.settings())})
                 : points() ? std::string(run.settings().own ? u("cases.mae_own") : u("cases.mae"))
                            : std::string(u("cases.accuracy"));
  spec.x_most = static_cast<double>(run.settings().epochs);
  spec.show_legend = legend;
  spec.y_decimals = loss ? 4 : points() ? 3 : 1;
  spec.x_text = [words = std::string(u("cases.epoch_at"))](double x) { return fill(words, {grouped(x)}); };
  if (loss && legend) spec.minimum_label = u("cases.least_validation");
  Series train, validation, baseline;
  train.label = u("cases.part.train"), train.color = u.theme->adam;
  validation.label = u("cases.part.validation"), validation.color = u.theme->momentum, validation.dash = Dash::dashed;
  for (const CaseStand& stand : run.stands()) {
    const auto epoch = static_cast<double>(stand.epoch);
    train.x.push_back(epoch), train.y.push_back(scale * (loss ? stand.train_loss : stand.train_metric));
    validation.x.push_back(epoch), validation.y.push_back(scale * (loss ? stand.validation_loss : stand.validation_metric));
  }
  if (run.diverged()) train.ended = validation.ended = u("cases.diverged_short");
  if (loss && run.ended() && !run.diverged())
    validation.minimum = static_cast<int>(std::min_element(validation.y.begin(), validation.y.end()) - validation.y.begin());
  std::vector<Series> all{std::move(train), std::move(validation)};
  if (!loss) {
    const double level = scale * case_baseline(run.data(), CasePart::validation);
    baseline.label = points() ? u("cases.baseline_points") : u("cases.baseline"), baseline.color = u.theme->soft, baseline.dash = Dash::dotted;
    baseline.x = {0, spec.x_most}, baseline.y = {level, level};
    all.push_back(std::move(baseline));
  }
  plot(u, box, spec, all, loss ? &loss_ : &metric_);
}

void TrainingPart::picture(Rect box, Room) {
  if (without_data(lab_, box)) return;
  const CaseRun& now = *run();
  progress(box.cut_top(34), now);
  box.cut_top(kHalf);
  const bool beside = box.h < 330 && box.w > 420, low = !beside && box.h < 400 && !ui().touch; // fingers have names below every plot
  if (low) legend(box.cut_top(18));
  const Rect first = beside ? box.cut_left((box.w - kGrid) / 2) : box.cut_top((box.h - kGrid) / 2);
  beside ? box.cut_left(kGrid) : box.cut_top(kGrid);
  curves(first, now, true, !low);
  curves(box, now, false, !low);
}

void TrainingPart::speed(Column& column) {
  Ui& u = ui();
  std::vector<std::string> names;
  int chosen = 0;
  for (const double each : kSpeeds) {
    if (each == lab_.model().steps_per_s) chosen = static_cast<int>(names.size());
    names.push_back(each == 0 ? std::string(u("transport.full_speed")) : fill(u("transport.steps_rate"), {setting(each)}));
  }
  const std::vector<std::string_view> labels(names.begin(), names.end());
  int now = chosen;
  u.segmented("cases.speed", column.row().min(), labels, now);
  column.rest.cut_top(kHalf);
  if (now != chosen) lab_.model().steps_per_s = kSpeeds[now];
}

void TrainingPart::rule_setup(Column& column) {
  Ui& u = ui();
  const CaseSettings& s = lab_.model().settings();
  field_slider(lab_, column, "/epochs", {.least = 1, .most = 200, .logarithmic = true, .parts = 1});
  const FieldInfo rule = lab_.field_of("/optimizer");
  std::vector<std::string_view> names;
  int chosen = 0;
  for (const std::string_view id : rule.ids) {
    if (id == s.optimizer.name) chosen = static_cast<int>(names.size());
    names.push_back(u.by_id("method." + std::string(id)));
  }
  Rect row = column.row();
  u.label("field:/optimizer", row.cut_left(92), field_label("/optimizer"), field_help(rule, "/optimizer"));
  if (const auto picked = u.select("field:/optimizer", row, field_label("/optimizer"), names, chosen, field_help(rule, "/optimizer")))
    lab_.keep(lab_.set_field("field:/optimizer", rule.ids[static_cast<std::size_t>(*picked)]));
  if (!lab_.field_of("/optimizer/lr").value.is_null())
    field_slider(lab_, column, "/optimizer/lr", {.least = 1e-4, .most = 10, .logarithmic = true, .digits = 1});
}

// The step that comes next: what goes in, what comes out, and what the loss of this batch is, as PyTorch would print it.
void TrainingPart::tensors(Column& column, const CaseRun& run) {
  Ui& u = ui();
  const CaseSettings& s = run.settings();
  const CaseStep& step = lab_.step_at_hand(run);
  const auto size = static_cast<std::int64_t>(step.batch.size());
  const auto line = [&](const char* id, std::string_view label, const std::string& text) {
    Rect row = column.row(20);
    u.text(row.cut_left(64), label, u.theme->soft, kLabel);
    u.text(row, text, u.theme->ink, kLabel);
    u.note_item(id, label, "status", text, {row.x - 64, row.y, row.w + 64, row.h});
  };
  column.title(run.ended() ? u("cases.last_step") : u("cases.next_step"));
  line("cases.step.x", "x", tensor_text(picture_tensor(s, size)));
  line("cases.step.z", "model(x)", tensor_text({{size, s.outputs()}, "torch.float32"}));
  line("cases.step.y", "y", tensor_text(answer_tensor(s, size)));
  if (run.trainer().step() > 0 && !step.loss) // of the step just taken: the next one would take long to work out
    line("cases.step.loss", "loss", "tensor(" + grouped(run.trainer().batch_loss(), 4) + ")");
  if (!step.loss) return;
  line("cases.step.loss", "loss", "tensor(" + grouped(*step.loss, 4) + ")");
  for (std::size_t l = 0; l < step.layers.size(); ++l) {
    const std::string name = s.hidden.empty() ? "linear" : l == 0 ? "hidden" : "output";
    line(("cases.step.gradient." + std::to_string(l)).c_str(), name,
         fill(u("cases.norms"), {short_number(step.layers[l].gradient_norm), short_number(step.layers[l].update_norm)}));
  }
}

void TrainingPart::setup(Column& column) {
  Ui& u = ui();
  run_buttons(lab_, column);
  speed(column);
  verdict(lab_, column);
  column.rule();
  rule_setup(column);
  race_button(lab_, column);
  if (const CaseRun* now = run()) {
    column.rule();
    tensors(column, *now);
  }
  column.rule();
  column.paragraph(u("cases.training_says"), u.theme->soft);
}

std::string TrainingPart::csv(std::string_view plot) const {
  static_cast<void>(plot);
  const CaseRun* now = run();
  return now ? training_csv(*now) : std::string();
}

void TrainingPart::add_fields(Json& out) const { add_race_field(lab_, out); }
bool TrainingPart::press(const std::string& id) { return press_race(lab_, id); }

std::string TrainingPart::spoken() const {
  const CaseRun* now = run();
  return now && now->ended() ? verdict_text(lab_) : std::string();
}

} // namespace

std::unique_ptr<Part> training_part(CasesLab& lab) { return std::make_unique<TrainingPart>(lab); }

} // namespace downhill::walk
