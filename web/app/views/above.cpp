// The loss from above: over a plane of weight space through the lanes' ways, with those ways on it.
#include "app/core/plane_model.hpp"
#include "app/core/text.hpp"
#include "app/panels/height_picture.hpp"
#include "app/views/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

constexpr std::int64_t kExamples[] = {200, 1000, std::numeric_limits<std::int64_t>::max()};
constexpr float kSide = 300, kSideLeast = 220; // of what stands beside the picture
constexpr float kWithSide = 560, kLow = 320;   // from this width on; below this height

class AboveView final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;
  bool of_lane() const override { return false; }
  bool take(const ToApp& message) override { return model_.take(message); }
  void leave() override { model_.cancel(); }
  void worker_lost() override { model_.worker_lost(); }

private:
  using Picture = PlaneModel::Picture;
  PlaneWish wish(const ViewPlace& s) const;
  /// Returns what is left of the box.
  Rect controls(const ViewPlace& s, Rect box);
  void corners(const ViewPlace& s, Rect row);
  void follow(const ViewPlace& s, Rect area);
  void picture(const ViewPlace& s, const Picture& p, Rect box);
  void contours(const ViewPlace& s, const Picture& p, Rect box);
  void line(const ViewPlace& s, const Picture& p, Rect box);
  void beside(const ViewPlace& s, const Picture& p, Rect box);
  void lanes(const ViewPlace& s, const Picture& p, Column& column);
  void said(const ViewPlace& s, const Picture& p, Rect box) const;
  float again(const ViewPlace& s, Rect row, double aspect);
  /// Takes its room from the row.
  void cancel_button(const ViewPlace& s, Rect& row);
  std::vector<HeightPath> paths(const ViewPlace& s, const Picture& p) const;
  void read_out(const ViewPlace& s, const Picture& p, const HeightFrame& frame) const;
  std::string axis(const ViewPlace& s, const Picture& p, int which) const;
  std::string left_out(const ViewPlace& s) const;

  PlaneModel model_;
  HeightPicture heights_;
  int kind_ = 0, part_ = 0, examples_ = 1, relief_ = 0, log_ = 1;
  std::optional<LaneKey> further_[2]; // corners; none: the next lane
  std::uint32_t picture_ = 0;         // that is zoomed into
  bool walks_ = false, more_ = false;
  bool given_up_ = false; // what is wanted, until it is asked for again or something else is wanted
};

double aspect_of(Rect area) { return std::clamp(static_cast<double>(area.w / std::max(area.h, 1.0F)), 0.25, 4.0); }

PlaneWish AboveView::wish(const ViewPlace& s) const {
  PlaneWish wish{static_cast<PlaneKind>(kind_), part_ == 0, kExamples[examples_], s.view.lane, {}};
  if (corners_of(wish.kind) < 2) return wish;
  for (const auto& key : further_)
    for (std::size_t lane = 0; key && lane < s.race.lanes().size(); ++lane)
      if (s.race.lanes()[lane].key == *key) wish.others.push_back(lane);
  return wish;
}

// ---- what is to be shown ----

// The picture is what matters: where it has little room, one row of controls stays, and the rest takes its place on demand.
Rect AboveView::controls(const ViewPlace& s, Rect box) {
  Ui& ui = s.ui;
  const float height = ui.control_height();
  const auto next_row = [&] {
    Rect row = box.cut_top(height + 6);
    row.h = height;
    return row;
  };
  const bool narrow = box.w < kWithSide, low = narrow && box.h < kLow;
  std::vector<std::string_view> kinds;
  for (const std::string_view kind : kPlaneKinds) kinds.push_back(ui.by_id("above.kind." + std::string(kind)));
  Rect row = next_row();
  if (narrow && ui.icon_button("above.more", row.cut_right(height + 8), more_ ? Icon::close : Icon::more, more_ ? ui("above.less") : ui("above.more")))
    more_ = !more_;
  if (narrow) row.cut_right(kHalf);
  const bool line = kind_ == static_cast<int>(PlaneKind::line);
  const std::vector<std::string_view> pictures{ui("surface.contours"), ui("surface.relief")};
  if (low && !more_) {
    Rect head = row;
    if (!line) head.w -= ui.segments_width(pictures) + kGrid;
    row.cut_left(ui.tabs("above.kind", head, ui("above.kind"), kinds, kind_, 120) + kGrid);
    if (!line) ui.segmented("above.view", row.min(), pictures, relief_);
    return box;
  }
  Rect head = row;
  if (!narrow) head.w = std::max(row.w * 0.5F, row.w - 320);
  row.cut_left(ui.tabs("above.kind", head, ui("above.kind"), kinds, kind_, 120) + kGrid);
  if (narrow) row = next_row();
  row.cut_left(ui.segmented("above.part", row.min(), {ui("above.train"), ui("above.test")}, part_) + kGrid);
  const std::string some[] = {grouped(200), grouped(1000)};
  const std::vector<std::string_view> counts{some[0], some[1], ui("above.all")};
  if (const auto pick = ui.select("above.examples", row.cut_left(std::min(84.0F, row.w)), ui("above.examples"), counts, examples_, ui("help.above.examples")))
    examples_ = *pick;
  row = next_row();
  if (line) return corners(s, row), box;
  row.cut_left(ui.segmented("above.view", row.min(), pictures, relief_) + kGrid);
  row.cut_left(ui.segmented("above.log", row.min(), {ui("surface.linear"), ui("surface.log")}, log_) + kGrid);
  if (kind_ == static_cast<int>(PlaneKind::principal)) {
    const float width = std::min(row.w, ui.text_width(ui("above.walks")) + 30);
    if (width > 60 && ui.check("above.walks", row.cut_left(width), ui("above.walks"), walks_, ui("help.above.walks"))) walks_ = !walks_;
    return box;
  }
  if (narrow) row = next_row();
  corners(s, row);
  return box;
}

// The lanes that a plane is given by.
void AboveView::corners(const ViewPlace& s, Rect row) {
  Ui& ui = s.ui;
  const auto names = lane_names(s.race.experiment(), ui.language);
  const std::vector<std::string_view> labels(names.begin(), names.end());
  const std::size_t count = corners_of(static_cast<PlaneKind>(kind_));
  const float width = std::min(118.0F, (row.w - kHalf * static_cast<float>(count)) / static_cast<float>(count));
  if (width < 40) return;
  const Picture* shown = model_.picture();
  const bool drawn = shown && shown->wish == wish(s);
  for (std::size_t corner = 0; corner < count; ++corner) {
    // what the picture goes by, even where another was wanted
    const auto of_picture = drawn ? shown->members[shown->corners[corner]].lane_in(s.race) : std::nullopt;
    const int chosen = of_picture ? static_cast<int>(*of_picture) : corner == 0 ? static_cast<int>(s.view.lane) : -1;
    const std::string id = "above.corner." + std::to_string(corner);
    if (const auto pick = ui.select(id, row.cut_left(width), fill(ui("above.corner"), {std::to_string(corner + 1)}), labels, chosen, ui("help.above.corner"))) {
      if (corner == 0)
        s.view.lane = static_cast<std::size_t>(*pick);
      else
        further_[corner - 1] = s.race.lanes()[static_cast<std::size_t>(*pick)].key;
    }
    row.cut_left(kHalf);
  }
}

// A picture is made when there is none of what is wanted; of lanes that run only when somebody asks.
void AboveView::follow(const ViewPlace& s, Rect area) {
  const PlaneWish wanted = wish(s);
  model_.go_on(s.race);
  const bool any = std::any_of(s.race.lanes().begin(), s.race.lanes().end(), [](const LaneState& lane) { return lane.step > 0; });
  if (!any || area.w < 60 || area.h < 60) return;
  const double aspect = aspect_of(area);
  const bool running = s.race.transport() == Transport::running, other = !(model_.wish() == wanted);
  // lanes that run are elsewhere all the time; a picture of another shape has much of its room empty
  const bool moved = !running && (model_.stale(s.race, wanted) || std::fabs(std::log(aspect / model_.aspect())) > 0.4);
  if (other) given_up_ = false;
  // of runs that are no more there is nothing to keep
  const Picture* last = model_.picture();
  const bool gone = last && !model_.problem() && model_.progress() < 0 &&
                    std::none_of(last->members.begin(), last->members.end(), [&](const auto& member) { return member.lane_in(s.race); });
  if (!given_up_ && (other || moved || gone || !model_.begun())) model_.begin(s.race, wanted, aspect), model_.go_on(s.race);
}

void AboveView::draw(const ViewPlace& s, Rect box) {
  Ui& ui = s.ui;
  const bool narrow = box.w < kWithSide;
  box = controls(s, box);
  Rect side{};
  if (box.w >= kWithSide) {
    side = box.cut_right(std::clamp(box.w * 0.32F, kSideLeast, kSide));
    box.cut_right(kGrid);
  }
  follow(s, {box.x, box.y, box.w - kHeightAxisY, box.h - kHeightAxisX});
  const Picture* p = model_.picture();
  if (const auto& problem = model_.problem()) {
    box.cut_top(ui.paragraph(box, problem->sentence(ui.language), ui.theme->bad, kText) + kGrid);
    again(s, box.cut_top(ui.control_height()), aspect_of(box));
    return;
  }
  if (p && std::none_of(p->members.begin(), p->members.end(), [&](const auto& member) { return member.lane_in(s.race); })) p = nullptr; // of other runs
  if (p && picture_ != p->number) heights_.zoomed.reset(), picture_ = p->number;
  if (!p || p->wish.kind != static_cast<PlaneKind>(kind_)) {
    const bool under_way = model_.progress() >= 0;
    if (under_way) {
      ui.note_item("above.progress", ui("above.picture"), "status", percent(model_.progress()), box);
      Rect row{box.x, box.y, box.w, ui.control_height()};
      cancel_button(s, row);
    } else if (given_up_) {
      again(s, {box.x, box.y, box.w, ui.control_height()}, model_.aspect());
    }
    ui.text(box,
            under_way             ? fill(ui("views.progress"), {percent(model_.progress())})
            : s.race.pack_ready() ? std::string(ui("above.nothing"))
                                  : std::string(ui("views.no_data")),
            ui.theme->faint, kText, Weight::regular, Align::center);
    return;
  }
  if (narrow && more_) return beside(s, *p, box), said(s, *p, box);
  picture(s, *p, box);
  if (side.w > 0) beside(s, *p, side);
  said(s, *p, box);
}

void AboveView::cancel_button(const ViewPlace& s, Rect& row) {
  const float side = s.ui.control_height();
  if (s.ui.icon_button("above.cancel", row.cut_left(side), Icon::close, s.ui("above.cancel"))) model_.cancel(), given_up_ = true;
  row.cut_left(kHalf);
}

float AboveView::again(const ViewPlace& s, Rect row, double aspect) {
  const float width = s.ui.text_width(s.ui("above.again")) + 28;
  if (s.ui.button("above.again", row.cut_left(width), s.ui("above.again"))) given_up_ = false, model_.begin(s.race, wish(s), aspect), model_.go_on(s.race);
  return width;
}

// ---- the picture ----

std::string AboveView::axis(const ViewPlace& s, const Picture& p, int which) const {
  if (p.wish.kind != PlaneKind::principal) return which == 0 ? "a" : "b";
  return fill(s.ui("above.axis"), {std::to_string(which + 1), percent(which == 0 ? p.first_share : p.second_share)});
}

// Whether all lanes began at one place, as walks do.
bool one_start(const PlaneModel::Picture& p) {
  const PlanePlace& first = p.members.front().places.front();
  return std::all_of(p.members.begin(), p.members.end(), [&](const auto& member) {
    const PlanePlace& at = member.places.front();
    return std::hypot(at.x - first.x, at.y - first.y) <= 1e-6 * std::hypot(p.view.width(), p.view.height());
  });
}

// The lowest loss that a lane truly had, which may lie below all of the plane.
std::optional<double> lowest(const PlaneModel::Picture& p) {
  std::optional<double> least;
  for (const auto& member : p.members)
    for (const float loss : member.losses) least = std::min(least.value_or(INFINITY), static_cast<double>(loss));
  return least;
}

std::vector<HeightPath> AboveView::paths(const ViewPlace& s, const Picture& p) const {
  std::vector<HeightPath> all;
  // random walks as long as the paths are in the picture
  if (walks_ && p.wish.kind == PlaneKind::principal && one_start(p)) {
    double reach = 0, walk_reach = 0;
    for (const auto& member : p.members)
      for (std::size_t i = 0; i < member.places.size(); ++i) {
        reach = std::max(reach, std::hypot(member.places[i].x, member.places[i].y));
        walk_reach = std::max(walk_reach, std::hypot(member.walk[i].x, member.walk[i].y));
      }
    const double scale = walk_reach > 0 ? reach / walk_reach : 0;
    for (const auto& member : p.members)
      all.push_back({member.walk.size(), [&walk = member.walk, scale](std::size_t i) { return Place{scale * walk[i].x, scale * walk[i].y}; },
                     [&p, &walk = member.walk, scale](std::size_t i) { return p.at(scale * walk[i].x, scale * walk[i].y); }, s.ui.theme->faint, Dash::dotted,
                     Marker::none, false, false});
  }
  const auto& lanes = s.race.experiment().lanes;
  for (const auto& member : p.members) {
    const auto lane = member.lane_in(s.race);
    if (!lane) continue;
    const LaneLook look = lane_look(lanes, *lane);
    all.push_back({member.places.size(), [&member](std::size_t i) { return Place{member.places[i].x, member.places[i].y}; },
                   [&member, &p](std::size_t i) {
                     return i < member.losses.size() ? static_cast<double>(member.losses[i]) : p.at(member.places[i].x, member.places[i].y);
                   },
                   s.ui.theme->*look.color, look.dash, look.marker, *lane == s.view.lane, true});
  }
  return all;
}

std::string point_text(const ViewPlace& s, const PlaneModel::Picture& p, const PlaneModel::Member& member, const std::string& name, std::size_t i) {
  return fill(s.ui("above.point"), {name, grouped(static_cast<double>(member.steps[i])), short_number(static_cast<double>(member.losses[i])),
                                    short_number(p.at(member.places[i].x, member.places[i].y)), short_number(member.places[i].distance)});
}

void AboveView::picture(const ViewPlace& s, const Picture& p, Rect box) {
  Ui& ui = s.ui;
  const bool running = model_.progress() >= 0, old = given_up_ || model_.stale(s.race, wish(s));
  if (running || old) { // one line above the picture
    Rect row = box.cut_top(ui.control_height());
    if (running) {
      const std::string words = fill(ui("views.progress"), {percent(model_.progress())});
      cancel_button(s, row);
      ui.text(row, words, ui.theme->faint, kSmall);
      ui.note_item("above.progress", ui("above.picture"), "status", words, row);
    } else {
      row.cut_left(again(s, row, model_.aspect()) + kGrid);
      s.caption(row, ui("above.old"));
    }
    box.cut_top(kHalf);
  }
  if (box.w < 60 || box.h < 60) return;
  if (p.wish.kind == PlaneKind::line) return line(s, p, box);
  if (relief_ == 0) return contours(s, p, box);
  heights_.follow(p.surface, p.version, p.view, 161, 121, log_ != 0, lowest(p), true);
  const auto all = paths(s, p);
  const auto under = heights_.draw_relief(ui, "above", box, p.view, all, {}, nullptr, axis(s, p, 0), axis(s, p, 1));
  // paths of lanes come after those of walks, in the order of the members that are there
  const std::size_t walks = all.size() - static_cast<std::size_t>(std::count_if(p.members.begin(), p.members.end(),
                                                                                [&](const auto& member) { return member.lane_in(s.race).has_value(); }));
  if (!under || under->first < walks) return;
  std::size_t number = under->first - walks;
  for (const auto& member : p.members) {
    const auto lane = member.lane_in(s.race);
    if (!lane || number-- > 0) continue;
    if (under->second < member.losses.size())
      pointer_note(ui, {box, p.view}, point_text(s, p, member, lane_names(s.race.experiment(), ui.language)[*lane], under->second));
    return;
  }
}

void AboveView::contours(const ViewPlace& s, const Picture& p, Rect box) {
  Ui& ui = s.ui;
  box.cut_left(kHeightAxisY);
  box.cut_bottom(kHeightAxisX);
  const HeightFrame frame{box, shown_in(heights_.zoomed.value_or(p.view), box)};
  heights_.follow(p.surface, p.version, frame.view, 161, 121, log_ != 0, lowest(p), true);
  ImDrawList* list = ui.draw();
  list->PushClipRect(box.min(), box.max(), true);
  heights_.draw(ui, frame, {box.right() - 52, box.y, 52, 140});
  const auto all = paths(s, p);
  for (const bool chosen : {false, true})
    for (const HeightPath& path : all)
      if (path.chosen == chosen) draw_path(ui, frame, path);
  list->PopClipRect();
  list->AddRect(box.min(), box.max(), ui.theme->line);
  height_axes(ui, frame, axis(s, p, 0), axis(s, p, 1));
  heights_.move_by_keys(ui, "above.map", frame);
  heights_.zoom_buttons(ui, "above", frame, p.view);
  if (heights_.move(ui, "above.map", frame)) read_out(s, p, frame);
}

// At a point of a path what is true there; elsewhere the place and its loss.
void AboveView::read_out(const ViewPlace& s, const Picture& p, const HeightFrame& frame) const {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const auto names = lane_names(s.race.experiment(), s.ui.language);
  float nearest = 10;
  std::string text;
  for (const auto& member : p.members) {
    const auto lane = member.lane_in(s.race);
    for (std::size_t i = 0; lane && i < member.losses.size(); ++i) {
      const ImVec2 at = frame.at(member.places[i].x, member.places[i].y);
      const float away = std::hypot(at.x - mouse.x, at.y - mouse.y);
      if (away >= nearest) continue;
      nearest = away;
      text = point_text(s, p, member, names[*lane], i);
    }
  }
  if (text.empty()) {
    const Place at = frame.place(mouse);
    const double loss = p.at(at.x, at.y);
    if (!std::isfinite(loss)) return;
    text = fill(s.ui("above.place"), {short_number(at.x), short_number(at.y), short_number(loss)});
  }
  pointer_note(s.ui, frame, text);
}

void AboveView::line(const ViewPlace& s, const Picture& p, Rect box) {
  PlotSpec spec;
  spec.id = "above.line";
  const auto names = lane_names(s.race.experiment(), s.ui.language);
  const auto name = [&](std::size_t corner) {
    const auto lane = p.members[p.corners[corner]].lane_in(s.race);
    return lane ? names[*lane] : std::string("–");
  };
  spec.x_title = fill(s.ui("above.line_x"), {name(0), name(1)});
  spec.y_title = p.wish.train ? s.ui("metric.train_loss") : s.ui("metric.test_loss");
  spec.log_y = log_ != 0;
  spec.x_least = -0.5, spec.x_most = 1.5;
  spec.y_decimals = 4;
  spec.x_text = [](double v) { return "α = " + short_number(v); };
  Series curve;
  curve.label = spec.y_title;
  curve.color = s.ui.theme->accent;
  for (int column = 0; column < p.cells.columns(); ++column) {
    const double x = LossPlane::at(-0.5, 1.5, column, p.cells.columns());
    curve.x.push_back(x), curve.y.push_back(p.at(x, 0));
  }
  for (const std::size_t corner : {0U, 1U}) {
    const auto& member = p.members[p.corners[corner]];
    if (member.losses.size() == member.places.size())
      spec.marks.push_back({static_cast<double>(corner), static_cast<double>(member.losses.back()), s.ui.theme->ink, true});
  }
  plot(s.ui, box, spec, {curve});
}

// ---- what stands beside it ----

void AboveView::lanes(const ViewPlace& s, const Picture& p, Column& column) {
  const Ui& ui = s.ui;
  const auto names = lane_names(s.race.experiment(), ui.language);
  const auto& lanes = s.race.experiment().lanes;
  const float width = std::clamp(column.rest.w * 0.22F, 46.0F, 66.0F);
  const auto cells = [&](Rect row, std::string_view one, std::string_view other, std::string_view last, std::uint32_t color) {
    const bool flat = p.wish.kind == PlaneKind::line;
    if (!flat) {
      ui.text(row.cut_right(width), last, color, kSmall, Weight::regular, Align::right);
      ui.text(row.cut_right(width), other, color, kSmall, Weight::regular, Align::right);
    }
    ui.text(row.cut_right(width), one, color, kSmall, Weight::regular, Align::right);
  };
  cells(column.row(20), ui("above.true_loss"), ui("above.plane_loss"), ui("above.distance"), ui.theme->faint);
  for (const auto& member : p.members) {
    const auto lane = member.lane_in(s.race);
    if (!lane) continue;
    Rect row = column.row(22);
    const LaneLook look = lane_look(lanes, *lane);
    const PlanePlace& end = member.places.back();
    const bool known = member.losses.size() == member.places.size();
    const std::string one = known ? short_number(static_cast<double>(member.losses.back())) : "…", other = short_number(p.at(end.x, end.y)),
                      last = short_number(end.distance);
    cells(row, one, other, last, ui.theme->ink);
    const float y = row.y + row.h / 2;
    Ui::dashed_line(ui.draw(), {{row.x, y}, {row.x + 18, y}}, ui.theme->*look.color, look.dash, 2);
    row.cut_left(24);
    row.w -= width * (p.wish.kind == PlaneKind::line ? 1 : 3);
    ui.text(row, names[*lane], ui.theme->ink, kSmall, *lane == s.view.lane ? Weight::bold : Weight::regular);
    s.ui.note_item("above.lane." + std::to_string(*lane), names[*lane], "status", fill(ui("above.lane"), {one, other, last}), row);
  }
}

std::string AboveView::left_out(const ViewPlace& s) const {
  std::string out;
  if (model_.other_networks() > 0) out += fill(s.ui("above.other_networks"), {std::to_string(model_.other_networks())});
  if (model_.diverged() > 0) out += (out.empty() ? "" : between_sentences(s.ui)) + fill(s.ui("above.diverged"), {std::to_string(model_.diverged())});
  return out;
}

void AboveView::beside(const ViewPlace& s, const Picture& p, Rect box) {
  Ui& ui = s.ui;
  Column column(ui, "above.beside", box, false);
  lanes(s, p, column);
  column.row(4);
  switch (p.wish.kind) {
  case PlaneKind::principal:
    column.paragraph(fill(ui("above.shares"), {percent(p.first_share + p.second_share)}), ui.theme->ink);
    if (one_start(p)) column.paragraph(fill(ui("above.walks_share"), {percent(p.walks_first_share + p.walks_second_share)}), ui.theme->ink);
    break;
  case PlaneKind::ends: column.paragraph(fill(ui("above.ends"), {percent(p.first_share + p.second_share)}), ui.theme->ink); break;
  case PlaneKind::random: column.paragraph(ui("above.random"), ui.theme->ink); break;
  case PlaneKind::line: column.paragraph(ui("above.line"), ui.theme->ink); break;
  }
  column.row(4);
  column.paragraph(p.wish.kind == PlaneKind::line ? ui("above.mislead_line") : relief_ != 0 ? ui("above.mislead_relief") : ui("above.mislead"), ui.theme->soft);
  column.row(4);
  column.paragraph(fill(p.wish.train ? ui("above.of_train") : ui("above.of_test"), {grouped(static_cast<double>(p.examples))}), ui.theme->soft);
  if (const std::string words = left_out(s); !words.empty()) column.row(4), column.paragraph(words, ui.theme->soft);
}

// For those who don't see the picture.
void AboveView::said(const ViewPlace& s, const Picture& p, Rect box) const {
  const auto names = lane_names(s.race.experiment(), s.ui.language);
  std::string words;
  for (const auto& member : p.members)
    if (const auto lane = member.lane_in(s.race); lane && !member.losses.empty())
      words += (words.empty() ? "" : "; ") + names[*lane] + " " + short_number(static_cast<double>(member.losses.front())) + " → " +
               short_number(static_cast<double>(member.losses.back()));
  s.ui.note_item("above.picture", s.ui("above.picture"), "img", words, box);
}

std::string AboveView::csv(const Ui& ui, const Race& race, std::size_t) const {
  const Picture* p = model_.picture();
  if (!p) return {};
  std::string out = p->wish.kind == PlaneKind::line ? "alpha,loss\n" : "x,y,loss\n";
  const int stride = p->surface->stride(); // crossings that are known
  for (int row = 0; row < p->cells.rows(); row += stride)
    for (int column = 0; column < p->cells.columns(); column += stride) {
      const float* loss = p->cells.at(column, row);
      out += csv_number(LossPlane::at(p->view.x_least, p->view.x_most, column, p->cells.columns()));
      if (p->wish.kind != PlaneKind::line) out += comma_number(LossPlane::at(p->view.y_least, p->view.y_most, row, p->cells.rows()));
      out += comma_number(static_cast<double>(*loss)) + "\n";
    }
  const auto names = lane_names(race.experiment(), ui.language);
  out += "lane,step,x,y,distance,loss\n";
  for (const auto& member : p->members) {
    const auto lane = member.lane_in(race);
    for (std::size_t i = 0; lane && i < member.places.size(); ++i) {
      const PlanePlace& at = member.places[i];
      out += csv_text(names[*lane]) + "," + std::to_string(member.steps[i]) + comma_number(at.x) + comma_number(at.y) + comma_number(at.distance) +
             (i < member.losses.size() ? comma_number(static_cast<double>(member.losses[i])) : ",") + "\n";
    }
  }
  return out;
}

} // namespace

const ViewRow kAboveView{.id = "above", .needs = Needs::anything, .make = make_view<AboveView>, .height_share = 0.5F};

} // namespace downhill
