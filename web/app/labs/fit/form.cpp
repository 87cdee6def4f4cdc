// The form view of the lab Fit: what its controls and pictures do, as fields, buttons and tables of numbers.
#include "app/core/fit_form.hpp"
#include "app/labs/fit/parts.hpp"
#include "network/activation.hpp"

#include <algorithm>

namespace downhill::fitting {

Json form_line(const std::string& id, std::string_view label, std::string_view help, const std::string& value) {
  return {{"id", id}, {"label", label}, {"help", help}, {"value", value}};
}
Json form_button(const std::string& id, std::string_view label, std::string_view help) {
  Json row = form_line(id, label, help, "");
  row["press"] = true;
  return row;
}

namespace {

// What the hidden layers have in common; without any there is only their number.
void add_layers(Json& out, const FitLabModel& model) {
  const auto& hidden = model.settings().model.hidden;
  out.push_back(form_line("fit.layers", tr("fit.layers"), tr("help.fit.layers"), std::to_string(hidden.size())));
  if (hidden.empty()) return;
  out.push_back(form_line("fit.width", tr("fit.width"), tr("help.fit.width"), std::to_string(model.width())));
  Json row = form_line("fit.activation", tr("fit.activation"), tr("help.fit.activation"), hidden.front().activation.name);
  for (const ActivationEntry& entry : activations()) row["choices"].push_back({{"id", entry.id}, {"label", tr_id("activation." + std::string(entry.id))}});
  out.push_back(std::move(row));
  out.push_back(form_line("fit.dropout", "Dropout p", tr("help.fit.dropout"), setting(model.dropout())));
}

} // namespace

Json FitLab::fields() const {
  Json out = Json::array();
  for (Json& row : DocumentLab::fields()) {
    if (row["id"] == "field:/model/optimizer") add_layers(out, model_);
    out.push_back(std::move(row));
  }
  out.push_back(form_button("fit.anew", tr("fit.anew"), tr("help.control.fit.anew")));
  part().add_fields(out);
  return out;
}

Json FitLab::field(const std::string& id) const {
  if (id.starts_with("field:")) return DocumentLab::field(id);
  for (const Json& row : fields())
    if (row["id"] == id) return row;
  return {};
}

Json FitLab::tables() const {
  Json out = Json::array();
  for (const FitTable& table : fit_tables(model_)) {
    const std::string id(table.id);
    Json one{{"id", id},
             {"label", tr_id("fit.table." + id)},
             {"help", tr_id("help.fit.table." + id)},
             {"columns", Json::array()},
             {"rows", Json::array()},
             {"add", table.can_add},
             {"remove", table.can_remove}};
    for (const std::string_view column : table.columns) one["columns"].push_back(tr_id("fit.column." + std::string(column)));
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      Json cells = Json::array();
      for (const double number : table.rows[i]) cells.push_back(shortest_text(number));
      one["rows"].push_back({{"head", table.places.empty() ? std::to_string(i + 1) : "x = " + setting(table.places[i])}, {"cells", std::move(cells)}});
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::optional<UserError> FitLab::type_cell(const std::string& table, std::size_t row, std::size_t column, const std::string& text) {
  return followed(type_fit_cell(model_, table, row, column, text));
}
std::optional<UserError> FitLab::add_row(const std::string& table) { return followed(add_fit_row(model_, table)); }
std::optional<UserError> FitLab::remove_row(const std::string& table, std::size_t row) { return followed(remove_fit_row(model_, table, row)); }

} // namespace downhill::fitting
