// The settings in which lanes differ.
#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class DifferencesView final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;
  bool of_lane() const override { return false; }
};

void leaves(const Json& value, const std::string& path, std::vector<std::pair<std::string, Json>>& out) {
  if (value.is_object())
    for (const auto& [key, child] : value.items()) leaves(child, path + "/" + key, out);
  else if (value.is_array() && path != "/data/classes")
    for (std::size_t i = 0; i < value.size(); ++i) leaves(value[i], path + "/" + std::to_string(i), out);
  else
    out.push_back({path, value});
}

// The settings in which lanes differ, by path; a lane that lacks one (another rule's parameter) has null.
struct Differences {
  std::vector<std::string> columns;
  std::vector<std::vector<std::pair<std::string, Json>>> rows;
  Json at(std::size_t lane, const std::string& path) const {
    for (const auto& [p, value] : rows[lane])
      if (p == path) return value;
    return {};
  }
};
Differences differences_of(const Race& race) {
  const auto& lanes = race.experiment().lanes;
  Differences table;
  table.rows.resize(lanes.size());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    leaves(lanes[i].complete, "", table.rows[i]);
    for (const auto& [path, value] : table.rows[i])
      if (std::find(table.columns.begin(), table.columns.end(), path) == table.columns.end()) table.columns.push_back(path);
  }
  std::erase_if(table.columns, [&](const std::string& path) {
    for (std::size_t i = 1; i < lanes.size(); ++i)
      if (table.at(i, path) != table.at(0, path)) return false;
    return true;
  });
  // what is read first stands first
  const auto rank = [](const std::string& path) {
    constexpr std::string_view kFirst[] = {"/optimizer/name", "/optimizer/lr", "/batch", "/epochs"};
    return std::find(std::begin(kFirst), std::end(kFirst), path) - std::begin(kFirst);
  };
  std::stable_sort(table.columns.begin(), table.columns.end(), [&](const std::string& x, const std::string& y) { return rank(x) < rank(y); });
  return table;
}

void DifferencesView::draw(const ViewPlace& s, Rect box) {
  Ui& ui = s.ui;
  Race& race = s.race;
  RaceView& view = s.view;
  const auto& lanes = race.experiment().lanes;
  const Differences table = differences_of(race);
  const auto& columns = table.columns;
  ImGui::SetCursorScreenPos(box.min());
  ImGui::BeginChild("differences.table", {box.w, box.h}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_HorizontalScrollbar);
  if (ImGui::IsWindowHovered() && ImGui::GetScrollMaxY() > 0) ui.scrollable_under_pointer = true;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (columns.empty()) ui.text({at.x, at.y, box.w, 24}, ui("equal.nothing"), ui.theme->soft);
  const float name_width = 110, width = 104;
  float x = at.x + name_width;
  for (const std::string& path : columns) {
    ui.text({x, at.y, width - 8, 20}, field_label(path), ui.theme->faint, kSmall, Weight::regular, Align::right);
    x += width;
  }
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const float y = at.y + 22 + 22 * static_cast<float>(i);
    ui.line({at.x, y}, {at.x + name_width + width * static_cast<float>(columns.size()), y});
    const LaneLook look = lane_look(lanes, i);
    Ui::dashed_line(ui.draw(), {{at.x, y + 11}, {at.x + 18, y + 11}}, ui.theme->*look.color, look.dash, 2);
    ui.text({at.x + 24, y, name_width - 28, 22}, lane_name(race.experiment(), i, ui.language), ui.theme->ink, kLabel, Weight::bold);
    x = at.x + name_width;
    for (const std::string& path : columns) {
      const Json value = table.at(i, path);
      std::string text = value.is_null() ? "–" : value.is_number() ? setting(value.get<double>()) : value.is_string() ? value.get<std::string>() : value.dump();
      if (path == "/batch" && value == "full") text = ui("lanes.full");
      const Json::json_pointer pointer(path);
      const bool own = !race.experiment().complete.contains(pointer) || race.experiment().complete[pointer] != value;
      ui.text({x, y, width - 8, 22}, text, own ? ui.theme->accent : ui.theme->soft, kLabel, Weight::regular, Align::right);
      ui.note_item("differs." + std::to_string(i) + "." + path, field_label(path), "status", text, {x, y, width, 22});
      x += width;
    }
    if (ui.press("differs." + std::to_string(i), {at.x, y, name_width, 22}).pressed) view.scope = i, view.drawer = true, view.tab = 2;
  }
  ImGui::SetCursorScreenPos({at.x + name_width + width * static_cast<float>(columns.size()), at.y + 24 + 22 * static_cast<float>(lanes.size())});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

std::string DifferencesView::csv(const Ui& ui, const Race& race, std::size_t) const {
  std::string out;
  const auto names = lane_names(race.experiment(), ui.language);
  const Differences table = differences_of(race);
  out = "lane";
  for (const std::string& path : table.columns) out += "," + path;
  out += "\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    out += csv_text(names[i]);
    for (const std::string& path : table.columns) {
      const Json value = table.at(i, path);
      out += "," + (value.is_null() ? "" : csv_text(value.is_string() ? value.get<std::string>() : value.dump()));
    }
    out += "\n";
  }
  return out;
}

} // namespace

const ViewRow kDifferencesView{.id = "differences", .needs = Needs::anything, .make = make_view<DifferencesView>};

} // namespace downhill
