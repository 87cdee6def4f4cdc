// Text of CSV files, record by record, and what their fields say.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace downhill {

/// One record after the other (RFC 4180, a byte-order mark is skipped); a quoted field may hold separators, line ends and doubled quotes.
/// Lines end with LF, CR LF or CR alone. The text must outlive it. A record's fields are kept up to `most`: a megabyte of commas is a million.
class CsvRecords {
public:
  CsvRecords(std::string_view text, char separator, std::size_t most);
  /// False at the end, or where a quote is not closed: bad() tells which.
  bool next(std::vector<std::string>& fields);
  /// How many fields the last record had, kept or not.
  std::size_t count() const { return count_; }
  bool bad() const { return bad_; }
  /// The line in which the last record began, from 1 on.
  std::size_t line() const { return line_; }
  /// Bytes that are still to be read.
  std::size_t left() const { return rest_.size(); }

private:
  bool quoted(std::string& field);
  std::string_view rest_;
  char separator_;
  std::size_t most_, count_ = 0;
  std::size_t line_ = 0, next_line_ = 1;
  bool bad_ = false;
};

/// A number that float32 holds as a finite one, and nothing else, with a decimal point; strtod is correctly rounded in every C library here.
bool csv_number(const std::string& text, double& value);

/// How names of classes are sorted: numbers before words and by value, words by their bytes.
struct LabelOrder {
  bool operator()(const std::string& a, const std::string& b) const;
};

} // namespace downhill
