// What a table's text tells of itself: encoding, separator, names of columns, and how it writes numbers.
#pragma once
#include "core/user_error.hpp"
#include "data/csv_text.hpp"
#include "own/text.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace downhill {

inline constexpr std::size_t kTableBytesMost = 256U << 20;
inline constexpr std::size_t kTableColumnsMost = 4100; ///< kFeaturesMost and a few that are none

/// A table whose first record names its columns, or, where that holds numbers alone, none does: then they are #1, #2, …
struct TableText {
  std::shared_ptr<const std::string> text;    ///< UTF-8
  TextEncoding encoding = TextEncoding::utf8; ///< that the file had
  char separator = ',';
  bool separator_line = false; ///< a line before all others names the separator
  bool named = true;
  std::vector<std::string> columns; ///< as data files hold them, none twice
  /// From the first row on; cells beyond the columns are counted, not kept.
  CsvRecords rows() const;
  /// The first record that says something.
  std::vector<std::string> first() const;
  /// The first record is a row after all.
  void take_names_back();
};
/// The separator is the one that a line "sep=;" before all others names, as Excel writes and reads it; else that of tab, semicolon and comma by
/// which most of the first 50 records have as many cells, more than one, as the first of them. Errors: own_encoding, own_columns, own_one_column, own_no_rows,
/// too_large.
Result<TableText> table_text(std::span<const std::uint8_t> bytes);

/// A cell without spaces around it, "" where it says that nothing is known (NA, NaN, null, -, ?, 无, 缺失 …).
std::string cell_text(std::string_view cell);

/// Whether a table's numbers have decimal commas; all cells are shown to it before the first is read.
class NumberStyle {
public:
  explicit NumberStyle(char separator) : separator_(separator) {}
  void see(const std::string& cell);
  /// "1,5" is a number where the table has commas and no points as decimals; "1,234" then is, too, but where commas separate cells, or points are
  /// decimals: there it is a thousand. False for what is no finite float32.
  bool read(const std::string& cell, double& value) const;

private:
  bool commas() const;
  char separator_;
  bool sure_comma_ = false, sure_point_ = false;
};

} // namespace downhill
