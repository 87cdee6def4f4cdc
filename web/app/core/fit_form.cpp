#include "app/core/fit_form.hpp"

#include "app/core/typed_number.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

UserError no_cell(std::string_view table) { return {"no_field", "", {shortened(table, 40)}}; }

// A number within its bounds, or why not.
std::optional<UserError> take_between(const std::string& text, double least, double most, double& out) {
  const auto number = number_between(text, least, most);
  if (!number) return number.error();
  return out = *number, std::nullopt;
}

std::optional<UserError> type_tower(FitLabModel& model, std::size_t row, std::size_t column, const std::string& text) {
  std::vector<Tower> all = model.towers();
  Tower& t = all[row];
  const FitSettings& s = model.settings();
  const auto error = column == 0   ? take_between(text, s.low, std::max(s.low, t.to), t.from)
                     : column == 1 ? take_between(text, std::min(s.high, t.from), s.high, t.to)
                                   : take_between(text, -kFitHeightMost, kFitHeightMost, t.height);
  return error ? error : model.put_towers(all, false);
}

std::optional<UserError> type_point(FitLabModel& model, std::size_t row, std::size_t column, const std::string& text) {
  std::vector<FitPoint> all = model.points();
  const FitSettings& s = model.settings();
  const auto error = column == 0 ? take_between(text, s.low, s.high, all[row].x) : take_between(text, -kFitHeightMost, kFitHeightMost, all[row].y);
  return error ? error : model.put_points(all, false);
}

std::optional<UserError> type_height(FitLabModel& model, std::size_t row, std::size_t, const std::string& text) {
  std::vector<double> all = model.settings().target.heights;
  const auto error = take_between(text, -kFitHeightMost, kFitHeightMost, all[row]);
  return error ? error : model.put_heights(all, false);
}

FitTable tower_table(const FitLabModel& model) {
  FitTable table{"towers", {"from", "to", "height"}, {}, {}, model.can_add_tower(), true};
  for (const Tower& t : model.towers()) table.rows.push_back({t.from, t.to, t.height});
  return table;
}
FitTable point_table(const FitLabModel& model) {
  FitTable table{"points", {"x", "y"}, {}, {}, model.can_add_point(), model.points().size() > 1};
  for (const FitPoint& p : model.points()) table.rows.push_back({p.x, p.y});
  return table;
}
FitTable height_table(const FitLabModel& model) {
  FitTable table{"heights", {"f"}, {}, {}, false, false};
  const auto& heights = model.settings().target.heights;
  for (std::size_t i = 0; i < heights.size(); ++i) table.rows.push_back({heights[i]}), table.places.push_back(model.height_place(i));
  return table;
}

struct Row {
  std::string_view id;
  bool (*there)(const FitLabModel& model);
  FitTable (*table)(const FitLabModel& model);
  std::optional<UserError> (*type)(FitLabModel& model, std::size_t row, std::size_t column, const std::string& text);
  std::optional<UserError> (*add)(FitLabModel& model);
  std::optional<UserError> (*remove)(FitLabModel& model, std::size_t row);
};
constexpr Row kRows[] = {
    {"heights", [](const FitLabModel& m) { return !m.settings().target.heights.empty(); }, height_table, type_height, nullptr, nullptr},
    {"towers", [](const FitLabModel& m) { return m.part() == FitPart::approximate; }, tower_table, type_tower, [](FitLabModel& m) { return m.add_tower(); },
     [](FitLabModel& m, std::size_t row) { return m.remove_tower(row); }},
    {"points", [](const FitLabModel& m) { return m.part() != FitPart::sets && m.points().size() <= kOwnPointsMost; }, point_table, type_point,
     [](FitLabModel& m) { return m.add_middle_point(); }, [](FitLabModel& m, std::size_t row) { return m.remove_point(row); }},
};
template <class Of, std::size_t count> const Of* found_in(const Of (&table)[count], std::string_view id) {
  const auto* found = std::find_if(std::begin(table), std::end(table), [&](const Of& row) { return row.id == id; });
  return found == std::end(table) ? nullptr : found;
}
const Row* row_of(const FitLabModel& model, std::string_view table) {
  const Row* found = found_in(kRows, table);
  return found && found->there(model) ? found : nullptr;
}

struct OfLayers {
  std::string_view id;
  double least, most;
  bool whole;
  std::optional<UserError> (*set)(FitLabModel& model, double to);
};
constexpr OfLayers kOfLayers[] = {
    {"fit.layers", 0, FitLabModel::kLayersMost, true, [](FitLabModel& m, double to) { return m.set_layers(static_cast<std::size_t>(to)); }},
    {"fit.width", 1, FitLabModel::kWidthMost, true, [](FitLabModel& m, double to) { return m.set_width(static_cast<std::int64_t>(to), false); }},
    {"fit.dropout", 0, FitLabModel::kDropMost, false, [](FitLabModel& m, double to) { return m.set_dropout(to, false); }},
};

} // namespace

std::vector<FitTable> fit_tables(const FitLabModel& model) {
  std::vector<FitTable> all;
  for (const Row& row : kRows)
    if (row.there(model)) all.push_back(row.table(model));
  return all;
}

std::optional<UserError> type_fit_cell(FitLabModel& model, std::string_view table, std::size_t row, std::size_t column, const std::string& text) {
  const Row* of = row_of(model, table);
  if (!of) return no_cell(table);
  const FitTable now = of->table(model);
  return row < now.rows.size() && column < now.columns.size() ? of->type(model, row, column, text) : no_cell(table);
}
std::optional<UserError> add_fit_row(FitLabModel& model, std::string_view table) {
  const Row* of = row_of(model, table);
  return of && of->add ? of->add(model) : no_cell(table);
}
std::optional<UserError> remove_fit_row(FitLabModel& model, std::string_view table, std::size_t row) {
  const Row* of = row_of(model, table);
  return of && of->remove && row < of->table(model).rows.size() ? of->remove(model, row) : no_cell(table);
}

bool of_fit_layers(std::string_view id) { return found_in(kOfLayers, id) != nullptr; }

std::optional<UserError> type_fit_layers(FitLabModel& model, std::string_view id, const std::string& text) {
  const OfLayers* of = found_in(kOfLayers, id);
  if (!of) return no_cell(id);
  double to = 0;
  if (auto error = take_between(text, of->least, of->most, to)) return error;
  return of->whole && to != std::floor(to) ? wrong_type("", "1, 2, …") : of->set(model, to);
}

} // namespace downhill
