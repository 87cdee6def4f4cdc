// Approximating by towers: their setup, their words, and the hand on them.
#include "app/labs/fit/approximate.hpp"

#include <algorithm>

namespace downhill::fitting {
namespace {

constexpr std::size_t kFirstTowers = 5;

} // namespace

std::size_t ApproximatePart::spread_count() const { return lab_.model().towers().empty() ? kFirstTowers : lab_.model().towers().size(); }
void ApproximatePart::spread() { lab_.keep(lab_.model().spread_towers(spread_count())), follow(); }

void ApproximatePart::towers_setup(Column& column) {
  FitLabModel& model = lab_.model();
  const auto& towers = model.towers();
  const FitSettings& s = model.settings();
  const std::vector<ButtonText> all{{"fit.add_tower", std::string(ui()("fit.add_tower")), "", true, model.can_add_tower()},
                                    {"fit.remove_tower", std::string(ui()("fit.remove_tower")), "", false, !towers.empty()},
                                    {"fit.spread", fill(ui()("fit.spread"), {std::to_string(spread_count())})}};
  if (const auto pressed = buttons(ui(), column, all)) {
    if (*pressed == 0) lab_.keep(model.add_tower()), tower_ = static_cast<int>(model.towers().size()) - 1;
    if (*pressed == 1) lab_.keep(model.remove_tower(static_cast<std::size_t>(tower_)));
    follow();
    if (*pressed == 2) spread();
  }
  if (!model.towers().empty()) {
    const auto which = static_cast<std::size_t>(tower_);
    const Tower t = model.towers()[which];
    const auto slide = [&](const char* id, std::string_view label, std::string_view help, double value, double least, double most, bool whole = false) {
      const Rect row = column.row();
      const auto to = ui().slider_field({.id = id,
                                         .label = label,
                                         .text = setting(value),
                                         .help = help,
                                         .value = value,
                                         .range = {.least = least, .most = most, .parts = whole ? 1.0 : 0.0},
                                         .label_px = 92,
                                         .number_px = 60,
                                         .explains = id},
                                        {row.x, row.y, row.w, ui().control_height()});
      if (!ui().slider_held) lab_.let_go();
      return to;
    };
    using Edge = FitLabModel::Edge;
    const auto [low, high] = model.heights_shown();
    if (const auto to = slide("fit.tower", ui()("fit.tower"), ui()("help.fit.tower"), tower_ + 1, 1, static_cast<double>(model.towers().size()), true))
      tower_ = static_cast<int>(*to) - 1;
    if (const auto to = slide("fit.tower.left", ui()("fit.tower_left"), ui()("help.fit.tower_left"), t.from, s.low, s.high))
      lab_.keep(model.move_tower(which, Edge::left, *to, ui().slider_held));
    if (const auto to = slide("fit.tower.right", ui()("fit.tower_right"), ui()("help.fit.tower_right"), t.to, s.low, s.high))
      lab_.keep(model.move_tower(which, Edge::right, *to, ui().slider_held));
    if (const auto to = slide("fit.tower.height", ui()("fit.tower_height"), ui()("help.fit.tower_height"), t.height, low, high))
      lab_.keep(model.move_tower(which, Edge::top, *to, ui().slider_held));
  }
  column.rule();
  field_slider(lab_, column.row(), "/steepness", {.least = 1, .most = 100000, .logarithmic = true, .digits = 2});
  field_slider(lab_, column.row(), "/goal", {.least = 0.001, .most = 1, .logarithmic = true, .digits = 2});
}

void ApproximatePart::towers_words(Column& column) {
  const FitLabModel& model = lab_.model();
  const FitSettings& s = model.settings();
  const bool reached = model.goal_reached();
  column.title(ui()("fit.deviation"));
  const Rect row = column.row(30);
  const std::string number = error_text(model.towers_deviation());
  ui().text(row, number, reached ? ui().theme->positive : ui().theme->ink, 20, Weight::bold);
  ui().note_item("fit.deviation", ui()("fit.deviation"), "status", number, row);
  say(lab_, column, "fit.goal", ui()("fit.goal"),
      fill(reached ? ui()("fit.goal_reached") : ui()("fit.goal_open"), {std::to_string(model.towers().size()), setting(s.goal)}),
      reached ? ui().theme->positive : ui().theme->ink);
}

void ApproximatePart::towers_theory(Column& column) {
  const FitLabModel& model = lab_.model();
  const FitSettings& s = model.settings();
  column.rule();
  column.paragraph(ui()("fit.tower_says"), ui().theme->soft);
  if (!model.towers().empty()) {
    const Tower& t = model.towers()[static_cast<std::size_t>(tower_)];
    const double w = s.steepness / (s.high - s.low);
    column.rest.cut_top(kHalf);
    say(lab_, column, "fit.tower_formula", ui()("fit.tower"),
        fill(ui()("fit.tower_formula"), {setting(t.height), error_text(w), setting(t.from), setting(t.to)}), ui().theme->ink);
  }
  column.rest.cut_top(kHalf);
  column.paragraph(ui()("fit.theorem"), ui().theme->soft);
}

// The towers as they stand, with the handles of the chosen one, or of the one under the hand.
void ApproximatePart::towers_on(const PlotFrame& frame) {
  const auto& towers = lab_.model().towers();
  ImDrawList* list = ui().draw();
  list->PushClipRect(frame.area.min(), frame.area.max(), true);
  for (std::size_t i = 0; i < towers.size(); ++i) {
    const Tower& t = towers[i];
    const bool chosen = static_cast<int>(i) == tower_;
    const ImVec2 a = frame.at(t.from, std::max(0.0, t.height)), b = frame.at(t.to, std::min(0.0, t.height));
    list->AddRectFilled(a, b, faded(ui().theme->accent, chosen ? 0.16F : 0.07F));
    list->AddRect(a, b, faded(ui().theme->accent, chosen ? 0.9F : 0.35F), 0, 0, 1);
  }
  if (!towers.empty()) {
    const Tower& t = towers[static_cast<std::size_t>(tower_)];
    const double half = t.height / 2;
    for (const ImVec2 at : {frame.at(t.from, half), frame.at(t.to, half), frame.at((t.from + t.to) / 2, t.height)}) {
      list->AddCircleFilled(at, 6, ui().theme->panel, 20);
      list->AddCircle(at, 6, ui().theme->accent, 20, 2.2F);
    }
  }
  list->PopClipRect();
}

void ApproximatePart::take_hand(const HandNews& news) {
  using What = HandNews::What;
  FitLabModel& model = lab_.model();
  if (news.what == What::none) return;
  if (news.what == What::moves) {
    if (hand_.before.is_null()) hand_.before = lab_.document();
    if (news.grip >= 0 && news.grip / 3 < static_cast<int>(model.towers().size())) { // it may have been undone under the hand
      tower_ = news.grip / 3;
      const auto edge = static_cast<FitLabModel::Edge>(news.grip % 3);
      lab_.keep(model.move_tower(static_cast<std::size_t>(tower_), edge, edge == FitLabModel::Edge::top ? news.at.y : news.at.x, true));
    } else if (news.grip < 0 && model.target_name() == "drawn") {
      lab_.keep(model.stroke(news.from, news.at, true));
    }
    return;
  }
  if (news.what == What::taps) { // the tower that stands there
    const auto& towers = model.towers();
    for (std::size_t i = 0; i < towers.size(); ++i)
      if (news.at.x >= towers[i].from && news.at.x <= towers[i].to) tower_ = static_cast<int>(i);
  }
  if (news.what == What::given_up && !hand_.before.is_null()) lab_.give_up(hand_.before);
  hand_.before = Json();
  lab_.let_go();
}

} // namespace downhill::fitting
