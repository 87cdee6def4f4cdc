// What the form view of the lab Fit has besides the document's fields: what all hidden layers have in common, and lists as tables, a number
// a cell. Whatever is typed is one step of undo. No ImGui, no words.
#pragma once
#include "app/core/fit_model.hpp"

namespace downhill {

/// A list as a table. Towers have from, to, height; points x, y; the heights of a drawn f one each, beside x.
struct FitTable {
  std::string_view id;                   ///< "towers", "points", "heights": its words are fit.table.ID
  std::vector<std::string_view> columns; ///< their words are fit.column.ID
  std::vector<std::vector<double>> rows;
  std::vector<double> places; ///< x of each row, where that is no column; else empty
  bool can_add = false, can_remove = false;
};
/// Those that there are now: no heights unless f is drawn, no points where they are more than one's own may be.
std::vector<FitTable> fit_tables(const FitLabModel& model);
/// What was typed into a cell; row and column from 0. Errors: out_of_range; no_field, where there is no such cell.
std::optional<UserError> type_fit_cell(FitLabModel& model, std::string_view table, std::size_t row, std::size_t column, const std::string& text);
/// One more, where its button would put it.
std::optional<UserError> add_fit_row(FitLabModel& model, std::string_view table);
std::optional<UserError> remove_fit_row(FitLabModel& model, std::string_view table, std::size_t row);

/// Whether `id` is a number that all hidden layers have in common: fit.layers, fit.width, fit.dropout.
bool of_fit_layers(std::string_view id);
/// What was typed into it. Errors: out_of_range, wrong_type (no whole number).
std::optional<UserError> type_fit_layers(FitLabModel& model, std::string_view id, const std::string& text);

} // namespace downhill
