// A user's own table as a data source. Our own small reader: the libraries for this report errors by exceptions,
// which these builds do without.
#pragma once
#include "data/source.hpp"

namespace downhill {

/// CSV (RFC 4180, UTF-8, a byte-order mark is skipped), one example a line. The first line names the columns. One of them is
/// `label` (any text; classes are numbered in ascending order, numbers by value) or `target` (a number: regression).
/// A column `part` may say `train` or `test`; without it every fifth example is for testing (lines 6, 11, … of the file).
/// Every other column is a feature and holds finite numbers, taken as they are. Bounds: 60,000 training and 10,000 test
/// examples, 4,096 features, 256 classes.
/// Errors: csv_header, csv_columns (two of one name), csv_damaged (with the line), csv_empty.
Result<Source> read_csv(std::span<const std::uint8_t> bytes);

} // namespace downhill
