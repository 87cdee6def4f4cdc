// The lab Neuron: one unit with a threshold on zeros and ones, the same on images, and its step softened. The document has all three
// parts (engine/neuron); the model has what they come to, and workers have the images.
#include "app/labs/neuron/parts.hpp"

#include "app/presets.hpp"
#include "core/hash.hpp"
#include "neuron/neuron_csv.hpp"
#include "neuron/neuron_hash.hpp"

#include <algorithm>

namespace downhill {
namespace cell {
namespace {

constexpr float kSetupWidth = 296, kTableWidth = 316, kCanvasWidth = 330;

void part_tabs(const Scene& s, Rect box) {
  const int now = static_cast<int>(s.model.settings().part);
  int chosen = now;
  s.ui.segmented("neuron.part", box.min(), {s.ui("choice./part.logic"), s.ui("choice./part.image"), s.ui("choice./part.soft")}, chosen);
  if (chosen != now) s.lab.put("/part", s.lab.field_of({{}, "/part"}).ids[static_cast<std::size_t>(chosen)]);
}

void logic_words(const Scene& s, Column& column) {
  truth_table(s, column);
  run_buttons(s, column);
  verdict(s, column);
}

void arrange_logic(const Scene& s, Rect box, Room room) {
  Ui& ui = s.ui;
  if (room == Room::wide) {
    const Rect left = box.cut_left(kSetupWidth);
    box.cut_left(kGrid);
    const Rect right = box.cut_right(kTableWidth);
    box.cut_right(kGrid);
    { // a column scrolls by itself
      Column column(ui, "neuron.setup", left);
      logic_setup(s, column);
    }
    ui.panel(box);
    logic_picture(s, box.inset(kPadding, kGrid));
    Column column(ui, "neuron.table", right);
    return logic_words(s, column);
  }
  const bool narrow = room == Room::column;
  Rect picture = narrow ? box.cut_top(std::clamp(box.h * 0.42F, std::min(box.h, 220.0F), 340.0F)) : box.cut_right(box.w * 0.5F);
  narrow ? box.cut_top(kGrid) : box.cut_right(kGrid);
  if (!narrow) {
    const Rect below = picture.cut_bottom(picture.h * 0.46F);
    picture.cut_bottom(kGrid);
    Column column(ui, "neuron.table", below);
    logic_words(s, column);
  }
  ui.panel(picture);
  logic_picture(s, picture.inset(kPadding, kGrid));
  Column column(ui, "neuron.setup", box);
  logic_setup(s, column);
  if (narrow) column.rule(), logic_words(s, column);
}

void arrange_image(const Scene& s, Rect box, Room room) {
  Ui& ui = s.ui;
  if (room != Room::column) {
    const bool wide = room == Room::wide;
    Rect left = box.cut_left(wide ? kCanvasWidth : std::min(kCanvasWidth, box.w * 0.42F));
    box.cut_left(kGrid);
    ui.panel(left);
    canvas(s, left.cut_top(std::min(left.w, left.h * 0.58F)).inset(kPadding, kPadding));
    {
      Column column(ui, "neuron.brushes", left, false);
      brushes(s, column);
    }
    if (wide) {
      const Rect right = box.cut_right(std::clamp(box.w * 0.44F, 320.0F, 480.0F));
      box.cut_right(kGrid);
      Column column(ui, "neuron.learning", right);
      learning(s, column);
    }
    Column column(ui, "neuron.score", box);
    score(s, column);
    if (!wide) column.rule(), learning(s, column);
    return;
  }
  const Rect picture = box.cut_top(std::clamp(box.h * 0.42F, std::min(box.h, 220.0F), 360.0F));
  box.cut_top(kGrid);
  ui.panel(picture);
  Rect inner = picture.inset(kPadding, kGrid);
  score_line(s, inner.cut_bottom(20));
  canvas(s, inner);
  Column column(ui, "neuron.score", box);
  brushes(s, column);
  column.rule();
  score(s, column);
  column.rule();
  learning(s, column);
}

void arrange_soft(const Scene& s, Rect box, Room room) {
  Ui& ui = s.ui;
  const auto plots = [&](Rect area) {
    ui.panel(area);
    area = area.inset(kPadding, kGrid);
    const Rect above = area.cut_top((area.h - kGrid) / 2);
    area.cut_top(kGrid);
    soft_output_plot(s, above);
    soft_loss_plot(s, area);
  };
  if (room == Room::column) {
    plots(box.cut_top(std::clamp(box.h * 0.56F, std::min(box.h, 280.0F), 460.0F)));
    box.cut_top(kGrid);
  } else {
    const Rect left = box.cut_left(room == Room::wide ? kSetupWidth : std::min(kSetupWidth, box.w * 0.42F));
    box.cut_left(kGrid);
    plots(box);
    box = left;
  }
  Column column(ui, "neuron.soft", box);
  soft_setup(s, column);
}

} // namespace

void run_buttons(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  column.rest.cut_top(4);
  Rect row = column.row();
  const Transport now = s.lab.transport();
  const bool running = now == Transport::running;
  const std::string_view label = running                      ? ui("transport.pause")
                                 : now == Transport::finished ? ui("transport.again")
                                 : now == Transport::paused   ? ui("transport.resume")
                                                              : ui("transport.start");
  if (ui.button(running ? "neuron.pause" : "neuron.start", row.cut_left(ui.text_width(label, kText, Weight::bold) + 28), label, true))
    running ? s.lab.pause() : s.lab.start();
  row.cut_left(6);
  if (ui.button("neuron.step", row.cut_left(ui.text_width(ui("transport.step")) + 24), ui("transport.step"), false, now != Transport::finished)) s.lab.step(1);
  row.cut_left(6);
  if (ui.icon_button("neuron.reset", {row.x, row.y, row.h, row.h}, Icon::to_start, ui("transport.reset"), now != Transport::ready)) s.lab.reset();
}

std::string choice_name(std::string_view pointer, std::string_view id) { return std::string(tr_id("choice." + std::string(pointer) + "." + std::string(id))); }

void field_slider(const Scene& s, Rect box, std::string_view pointer, const SliderRange& range, float label_px, float number_px, std::string_view shown) {
  s.lab.slider(box, {{}, std::string(pointer)}, range, label_px, number_px, shown);
}

void field_segments(const Scene& s, Column& column, std::string_view pointer, const std::string& id) {
  s.lab.segments(column.row(), {{}, std::string(pointer)}, id);
}

NeuronLab::NeuronLab(LabWorld& world, const LabRow& row)
    : DocumentLab(world, row, kNeuronFormat), images_(row.number, [this](const protocol::ToTrainer& message) { post_to_last(message); }) {}

std::optional<UserError> NeuronLab::open(const Json& document, Opening how) {
  auto error = followed(DocumentLab::open(document, how));
  if (!error && how.anew) drop_learning(), images_.unlearn(), model_.reset();
  return error;
}

std::optional<UserError> NeuronLab::set_field(const std::string& id, const Json& value) {
  const auto field = FieldId::parse(id);
  return field ? model_.set_field(*field, value) : DocumentLab::set_field(id, value);
}

std::optional<UserError> NeuronLab::reset_field(const std::string& id) {
  const auto field = FieldId::parse(id);
  return field ? model_.reset_field(*field) : DocumentLab::reset_field(id);
}

void NeuronLab::set(const FieldId& id, const Json& value, bool held) {
  DocumentLab::set(id, value, held);
  model_.follow();
}

DataSettings NeuronLab::data() const {
  const ImageSettings& s = model_.image();
  DataSettings data;
  data.source = "fashion-mnist";
  data.train = s.train, data.test = s.test;
  data.classes = {s.quiet, s.fires};
  return data;
}

// The last worker has least to do, where there are several.
void NeuronLab::post_to_last(const protocol::ToTrainer& message) const {
  if (const std::size_t count = world_.packs.worker_count(); count > 0) world_.post(count - 1, message);
}

// Images are asked about while they are looked at.
bool NeuronLab::ask(double) {
  if (model_.settings().part != NeuronPart::image) return moving_;
  if (world_.packs.worker_count() == 0) return false;
  if (!world_.packs.ready(data())) { // what comes wakes the page; where it failed, a press of Start asks again
    if (!world_.packs.failure(data()) || std::exchange(retry_, false))
      world_.packs.request(data());
    else
      learn_when_ready_ = false; // it can't be
    return false;
  }
  images_.want(document_.now().complete);
  if (std::exchange(learn_when_ready_, false)) images_.learn(document_.now().complete);
  return false;
}

int NeuronLab::tick(double now_s) {
  moving_ = model_.tick(now_s);
  return 0; // no worker wants the processor
}

void NeuronLab::start() {
  if (model_.settings().part != NeuronPart::image) return model_.start();
  images_.stop();
  learn_when_ready_ = true;
  retry_ = world_.packs.failure(data()).has_value();
}
void NeuronLab::pause() { model_.settings().part == NeuronPart::image ? drop_learning() : model_.pause(); }
void NeuronLab::reset() {
  if (model_.settings().part != NeuronPart::image) return model_.reset();
  drop_learning(), images_.unlearn();
}

Transport NeuronLab::transport() const {
  if (model_.settings().part != NeuronPart::image) return model_.transport();
  if (learn_when_ready_ || images_.learning()) return Transport::running;
  const auto* learned = images_.learned();
  return learned && learned->hash != 0 ? Transport::finished : Transport::ready; // one that was stopped begins anew
}

void NeuronLab::take(std::size_t, const protocol::ToApp& message) { images_.take(message); }

const std::optional<UserError>& NeuronLab::score_problem() const {
  if (images_.problem()) return images_.problem();
  return world_.packs.ready(data()) ? Lab::problem() : world_.packs.failure(data());
}

const std::optional<UserError>& NeuronLab::problem() const {
  if (model_.settings().part != NeuronPart::image) return Lab::problem();
  return score_problem() || !images_.learning_problem() ? score_problem() : images_.learning_problem();
}

bool NeuronLab::untried() const {
  if (preset.empty() || seen || model_.step() > 0) return false;
  if (std::pair now(version(), preset); now != compared_) {
    const Json& opened = preset_of(preset);
    untouched_ = !opened.is_null() && normal(opened["experiment"]) == document();
    compared_ = std::move(now);
  }
  return untouched_;
}

bool NeuronLab::score_is_old() const {
  return images_.score() && !score_is_new() && (images_.problem() || world_.packs.worker_count() == 0 || !world_.packs.ready(data()));
}

std::string NeuronLab::waiting_words() const {
  const auto& why = score_problem();
  return why ? why->sentence(world_.ui.language) : std::string(tr("neuron.waiting"));
}

void NeuronLab::draw(Rect window) {
  auto [box, room] = lab_frame(ui(), window);
  const Scene s{ui(), *this, model_, images_, looks_, kept_};
  part_tabs(s, box.cut_top(ui().control_height()));
  box.cut_top(kGrid);
  switch (model_.settings().part) {
  case NeuronPart::logic: return arrange_logic(s, box, room);
  case NeuronPart::image: return arrange_image(s, box, room);
  case NeuronPart::soft: return arrange_soft(s, box, room);
  }
}

std::string NeuronLab::csv(std::string_view plot) const {
  if (plot == "view") return {};
  if (model_.settings().part == NeuronPart::logic) return truth_table_csv(model_.logic());
  if (model_.settings().part == NeuronPart::soft) return soft_path_csv(model_.soft());
  std::string out = "weights,set,images,right,accuracy\n";
  const auto line = [&](const char* weights, std::size_t part, std::uint32_t right, std::uint32_t count) {
    out += std::string(weights) + (part == 0 ? ",train," : ",test,") + std::to_string(count) + "," + std::to_string(right) + "," +
           csv_number(static_cast<double>(right) / count) + "\n";
  };
  if (const auto* score = told_score())
    for (const std::size_t part : {0U, 1U}) line("painted", part, score->right[part], score->counts[part]);
  if (const auto* learned = images_.learned())
    line("learned", 0, learned->right_train.back(), learned->counts[0]), line("learned", 1, learned->right_test.back(), learned->counts[1]);
  return out;
}

std::string NeuronLab::spoken(bool) const {
  if (model_.settings().part == NeuronPart::logic)
    return model_.wrong() == 0 ? std::string(tr("neuron.all_right")) : fill(tr("neuron.wrong_rows"), {std::to_string(model_.wrong())});
  if (model_.settings().part == NeuronPart::soft)
    return fill(tr("neuron.soft_right"), {std::to_string(soft_right(model_.soft(), model_.stand().weight)), std::to_string(kSoftExamples.size())});
  if (const auto* learned = images_.learned()) return fill(tr("neuron.spoken_learned"), {percent(learned->accuracy(0)), percent(learned->accuracy(1))});
  const auto* score = told_score();
  if (!score) return waiting_words();
  const auto share = [&](std::size_t part) { return percent(static_cast<double>(score->right[part]) / score->counts[part]); };
  return fill(tr("neuron.spoken"), {share(0), share(1)});
}

namespace {
constexpr std::string_view kRunWords[] = {"ready", "running", "paused", "finished"};
}

// One line: what the part comes to, by the names that claims of presets have.
Json NeuronLab::results(bool curves) const {
  Json one{{"label", tr_id("nav.neuron")}, {"status", kRunWords[static_cast<std::size_t>(transport())]}, {"step", model_.step()}, {"steps", model_.steps()}};
  for (const std::string_view column : columns()) one.emplace(std::string(column), nullptr); // what is not known yet, or not of this part
  Json curve = Json::array();
  if (model_.settings().part != NeuronPart::image) one["hash"] = hex16(neuron_hash(model_.settings()));
  if (model_.settings().part == NeuronPart::logic) {
    one["wrong"] = model_.wrong();
    for (const LogicRow& row : model_.rows()) curve.push_back({row.sum, row.fires ? 1 : 0, row.wanted ? 1 : 0});
  } else if (model_.settings().part == NeuronPart::soft) {
    const SoftStand& stand = model_.stand();
    one["weight"] = stand.weight, one["loss"] = stand.loss, one["slope"] = stand.slope, one["right"] = soft_right(model_.soft(), stand.weight);
    for (const SoftStand& each : model_.path()) curve.push_back({each.weight, each.loss, each.slope});
  } else {
    if (const auto* score = told_score()) {
      const auto share = [&](std::size_t part) { return static_cast<double>(score->right[part]) / score->counts[part]; };
      one["train_accuracy"] = share(0), one["test_accuracy"] = share(1);
      curve.push_back({one["train_accuracy"], one["test_accuracy"]});
    }
    if (const auto* learned = images_.learned()) {
      one["step"] = learned->step(), one["steps"] = learned->steps;
      one["learned_train_accuracy"] = learned->accuracy(0), one["learned_test_accuracy"] = learned->accuracy(1);
      one["learned_loss"] = learned->losses.back();
      if (learned->hash != 0) one["hash"] = hex16(learned->hash);
    }
  }
  if (curves) one["curve"] = std::move(curve);
  return Json::array({std::move(one)});
}

// Of all parts, since the form's table keeps its heads while the part changes.
std::vector<std::string_view> NeuronLab::columns() const {
  return {"step", "wrong", "train_accuracy", "test_accuracy", "learned_train_accuracy", "learned_test_accuracy", "weight", "loss"};
}

// What the module of web/script/ makes a script of.
Answer NeuronLab::script_of() const {
  return Json{{"experiment", document()}, {"lane", 0}, {"title", tr_id("nav.neuron")}, {"language", world_.ui.language == Language::en ? "en" : "zh"}};
}

namespace {

NeuronLab& of(Lab& lab) { return static_cast<NeuronLab&>(lab); }

using namespace takes;
constexpr Verb<Lab> kVerbs[] = {
    {"start", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).start(), ok(); }},
    {"pause", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).pause(), ok(); }},
    {"step",
     Reach::acts,
     {whole("n", -kWholeMost, kWholeMost, "1")},
     [](Lab& lab, const Json& a) { return of(lab).step(std::clamp(a["n"].get<int>(), -1000, 1000)), ok(); }},
    {"reset", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).reset(), ok(); }},
    {"toggle", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).transport() == Transport::running ? of(lab).pause() : of(lab).start(), ok(); }},
    {"lane_names", Reach::page, {}, [](Lab&, const Json&) -> Answer { return Json::array({tr_id("nav.neuron")}); }},
    {"script", Reach::page, {whole("lane", 0, 0, "0")}, [](Lab& lab, const Json&) { return of(lab).script_of(); }},
};
constexpr Argument kLooks[] = {flag("train")};

} // namespace

} // namespace cell

extern const LabRoom kNeuronRoom{.make = make_lab<cell::NeuronLab>, .verbs = cell::kVerbs, .looks = cell::kLooks};

} // namespace downhill
