// Why, as a map: how soon the chosen lane's rule arrives, by its rate and a second parameter; or, by where it starts, at which minimum.
// A press on a cell gives the lane what that cell has.
#include "app/labs/surface/parts.hpp"

#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::hills {
namespace {

constexpr std::uint32_t Tokens::* kMinimumColors[] = {&Tokens::momentum, &Tokens::adagrad,  &Tokens::adam, &Tokens::violet,
                                                      &Tokens::brown,    &Tokens::nesterov, &Tokens::bgd,  &Tokens::sgd};
constexpr int kShades = 7;

// The sooner, the fuller; what never arrives is as the paper, what diverges red.
std::uint32_t color_of(const Scene& s, const Arrival& cell) {
  const Tokens& theme = *s.ui.theme;
  if (cell.diverged) return mixed(theme.panel, theme.bad, 0.38);
  if (cell.minimum < 0) return theme.fill;
  const double soon = 1 - std::log1p(static_cast<double>(std::max(0, cell.steps))) / std::log1p(static_cast<double>(s.model.steps()));
  const float shade = static_cast<float>(std::ceil(std::clamp(soon, 0.0, 1.0) * kShades)) / kShades;
  const std::uint32_t full = s.looks.map == 0 ? theme.positive : theme.*kMinimumColors[static_cast<std::size_t>(cell.minimum) % std::size(kMinimumColors)];
  return mixed(theme.panel, full, 0.18 + 0.82 * static_cast<double>(shade));
}

// "betas/1" as PyTorch has it.
std::string name_of(const MapAxis& axis) {
  std::string name(axis.name);
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) name = name.substr(0, slash) + "[" + name.substr(slash + 1) + "]";
  return name;
}

// In words: "lr 0.05, momentum 0.9: 34 steps to (1, 1)".
std::string words_of(const Scene& s, const SurfaceMap& map, int column, int row) {
  const Arrival* cell = map.at(column, row);
  if (!cell) return {};
  std::string text = name_of(map.across()) + " = " + short_number(map.across().at(column, map.columns()));
  if (!map.up().name.empty()) text += ", " + name_of(map.up()) + " = " + short_number(map.up().at(row, map.rows()));
  if (cell->diverged) return text + ": " + std::string(s.ui("lanes.diverged"));
  if (cell->minimum < 0)
    return text + ": " + fill(s.ui("surface.not_there"), {grouped(static_cast<double>(s.model.steps())), short_number(static_cast<double>(cell->f))});
  const Place& at = map.minima()[static_cast<std::size_t>(cell->minimum)];
  return text + ": " +
         fill(s.ui("surface.there_after"), {grouped(static_cast<double>(cell->steps)), "(" + short_number(at.x) + ", " + short_number(at.y) + ")"});
}

// Cells of one colour beside each other as one, since there are thousands.
void cells(const Scene& s, const SurfaceMap& map, Rect area) {
  ImDrawList* list = s.ui.draw();
  const float w = area.w / static_cast<float>(map.columns()), h = area.h / static_cast<float>(map.rows());
  const ImDrawListFlags before = list->Flags;
  list->Flags &= ~ImDrawListFlags_AntiAliasedFill;
  for (int row = 0; row < map.rows(); ++row) {
    const float top = area.bottom() - h * static_cast<float>(row + 1), bottom = area.bottom() - h * static_cast<float>(row);
    int from = 0;
    std::uint32_t color = 0;
    const auto flush = [&](int to) {
      if (to > from && color != 0) list->AddRectFilled({area.x + w * static_cast<float>(from), top}, {area.x + w * static_cast<float>(to), bottom}, color);
      from = to;
    };
    for (int column = 0; column < map.columns(); ++column) {
      const Arrival* cell = map.at(column, row);
      const std::uint32_t next = cell ? color_of(s, *cell) : 0;
      if (next != color) flush(column), color = next;
    }
    flush(map.columns());
  }
  list->Flags = before;
}

// Where on an axis a value stands, 0 to 1.
double share_of(const MapAxis& axis, double value) {
  double least = 0, most = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (least + most) / 2;
    (axis.value(middle) < value ? least : most) = middle;
  }
  return least;
}

void axis_labels(const Scene& s, const SurfaceMap& map, Rect area) {
  const Ui& ui = s.ui;
  for (const int i : {0, 1, 2}) {
    const float x = area.x + area.w * static_cast<float>(i) / 2;
    const Align align = i == 0 ? Align::left : i == 1 ? Align::center : Align::right;
    ui.text({i == 0   ? x
             : i == 1 ? x - 40
                      : x - 80,
             area.bottom() + 2, 80, 14},
            setting(rounded_to(map.across().value(i / 2.0), 2)), ui.theme->faint, kSmall, Weight::regular, align);
    if (map.up().name.empty()) continue;
    const float y = area.bottom() - area.h * static_cast<float>(i) / 2;
    ui.text({area.x - 56, std::clamp(y - 7, area.y, area.bottom() - 14), 51, 14}, setting(rounded_to(map.up().value(i / 2.0), 4)), ui.theme->faint, kSmall,
            Weight::regular, Align::right);
  }
}

// Where the lane itself stands on the map, as shares of its sides.
std::optional<Place> place_of(const Scene& s, const SurfaceMap& map) {
  const WalkSettings& lane = s.model.lanes()[s.looks.lane].given.settings;
  const auto value = [&](std::string_view name) -> std::optional<double> {
    if (name == "x") return lane.start.x;
    if (name == "y") return lane.start.y;
    const auto& parameters = entry_of(optimizers(), lane.optimizer.name).parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].name == name) return lane.optimizer.values[i];
    return {};
  };
  const auto across = value(map.across().name), up = value(map.up().name);
  if (!across) return {};
  return Place{share_of(map.across(), *across), up ? share_of(map.up(), *up) : 0.5};
}
void here(const Scene& s, const SurfaceMap& map, Rect area) {
  const auto at = place_of(s, map);
  if (!at) return;
  const float x = area.x + area.w * static_cast<float>(at->x), y = area.bottom() - area.h * static_cast<float>(at->y);
  s.ui.draw()->AddCircle({x, y}, 6, s.ui.theme->panel, 20, 3.5F);
  s.ui.draw()->AddCircle({x, y}, 6, s.ui.theme->ink, 20, 1.8F);
}

void choose_cell(const Scene& s, const SurfaceMap& map, int column, int row) {
  const Json patch = map.cell_settings(column, row);
  if (patch.is_null()) return;
  s.lab.keep(s.model.change_lane(s.looks.lane, patch));
  s.model.seek(s.model.steps());
}

// A slider for each axis: it chooses the lane's cell beside the one that it is in, and says what becomes of it there.
void by_keys(const Scene& s, const SurfaceMap& map, Rect box) {
  const auto at = place_of(s, map);
  if (!at || !map.current()) return;
  const auto cell = [](double share, int count) { return std::clamp(static_cast<int>(share * count), 0, count - 1); };
  const int column = cell(at->x, map.columns()), row = cell(at->y, map.rows());
  for (const bool across : {true, false}) {
    if (!across && map.up().name.empty()) continue;
    const std::string id = across ? "surface.cells.x" : "surface.cells.y";
    const int count = across ? map.columns() : map.rows(), here = across ? column : row;
    if (s.ui.nudged == id) {
      s.ui.nudged.clear();
      const float by = std::exchange(s.ui.nudge, 0.0F) * static_cast<float>(count);
      const int to = std::clamp(here + (by > 0 ? std::max(1, static_cast<int>(by)) : std::min(-1, static_cast<int>(by))), 0, count - 1);
      choose_cell(s, map, across ? to : column, across ? row : to);
    }
    if (Item* item =
            s.ui.note_item(id, name_of(across ? map.across() : map.up()), "slider", words_of(s, map, column, row), box, true, s.ui("help.surface.cells")))
      item->position = (static_cast<float>(here) + 0.5F) / static_cast<float>(count), item->by_keys = true;
  }
}

} // namespace

void walks_map(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Rect head = box.cut_top(ui.control_height() + 4);
  head.cut_left(ui.segmented("surface.map_of", head.min(), {ui("surface.by_rate"), ui("surface.by_start")}, s.looks.map) + kGrid);
  if (!s.kept.walks) s.kept.walks.emplace(s.lab.make_walks());
  SurfaceMap& map = *s.kept.walks;
  const MapKind kind = s.looks.map == 0 ? MapKind::rates : MapKind::starts;
  map.want(s.model.lanes()[s.looks.lane].given, kind, s.model.entry().view,
           s.model.settings().along.empty() ? std::span<const Point>() : s.model.settings().points);
  const std::string title = fill(s.looks.map == 0 ? ui("surface.how_soon") : ui("surface.which_minimum"), {s.names[s.looks.lane]});
  const std::string sides = map.columns() == 0 ? std::string() : name_of(map.across()) + (map.up().name.empty() ? "" : " × " + name_of(map.up()));
  const std::string with_sides = title + (sides.empty() ? "" : "  " + sides);
  const std::string& shown = ui.text_width(with_sides, kLabel) <= head.w ? with_sides : sides.empty() ? title : sides;
  if (head.w > 60) ui.text({head.x, head.y, head.w, ui.control_height()}, shown, ui.theme->soft, kLabel, Weight::regular, Align::right);
  box.cut_left(58);
  box.cut_bottom(16);
  if (box.w < 40 || box.h < 30) return;
  ui.draw()->AddRectFilled(box.min(), box.max(), ui.theme->fill);
  if (map.columns() == 0) {
    const std::string text = map.problem() ? map.problem()->sentence(ui.language) : std::string(ui("views.waiting"));
    return void(ui.paragraph(box.inset(8, 8), text, ui.theme->soft));
  }
  if (map.minima().empty()) return void(ui.paragraph(box.inset(8, 8), ui("surface.no_minimum"), ui.theme->soft));
  cells(s, map, box);
  ui.draw()->AddRect(box.min(), box.max(), ui.theme->line);
  axis_labels(s, map, box);
  here(s, map, box);
  const Ui::Press press = ui.press("surface.cells", box);
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const int column = std::clamp(static_cast<int>((mouse.x - box.x) / box.w * static_cast<float>(map.columns())), 0, map.columns() - 1);
  const int row = std::clamp(static_cast<int>((box.bottom() - mouse.y) / box.h * static_cast<float>(map.rows())), 0, map.rows() - 1);
  if (press.hovered) ui.tip(words_of(s, map, column, row) + "\n" + std::string(ui("help.surface.cells")));
  const double progress = map.progress();
  const std::string state = progress >= 0 && progress < 1 ? fill(ui("views.progress"), {percent(progress)}) : std::string();
  ui.note_item("surface.cells", title, "img", state, box, true, ui("help.surface.cells"));
  if (press.pressed) choose_cell(s, map, column, row);
  by_keys(s, map, box);
}

} // namespace downhill::hills
