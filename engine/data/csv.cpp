#include "data/csv.hpp"

#include "core/hash.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

namespace downhill {
namespace {

constexpr std::size_t kTrainMost = 60000, kTestMost = 10000, kClassesMost = 256;

// One record after the other; a quoted field may hold commas, line ends and doubled quotes.
class Records {
public:
  explicit Records(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  }
  /// False at the end, or where a quote is not closed: bad() tells which.
  bool next(std::vector<std::string>& fields) {
    fields.clear();
    if (rest_.empty()) return false;
    line_ = next_line_;
    for (;;) {
      std::string field;
      if (rest_.starts_with('"')) {
        if (!quoted(field)) return false;
      } else {
        const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
        field = rest_.substr(0, end);
        rest_.remove_prefix(end);
      }
      fields.push_back(std::move(field));
      if (!rest_.starts_with(',')) break;
      rest_.remove_prefix(1);
    }
    // lines end with LF, CR LF, or CR alone
    const bool cr = rest_.starts_with('\r');
    if (cr) rest_.remove_prefix(1);
    if (rest_.starts_with('\n')) {
      rest_.remove_prefix(1);
    } else if (!cr && !rest_.empty()) {
      bad_ = true;
      return false;
    }
    ++next_line_;
    return true;
  }
  bool bad() const { return bad_; }
  std::size_t line() const { return line_; }

private:
  bool quoted(std::string& field) {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\n' || (rest_[i] == '\r' && !rest_.substr(i + 1).starts_with('\n'))) ++next_line_;
      if (rest_[i] != '"') {
        field += rest_[i];
        continue;
      }
      if (i + 1 < rest_.size() && rest_[i + 1] == '"') {
        field += rest_[i++];
        continue;
      }
      rest_.remove_prefix(i + 1);
      return true;
    }
    bad_ = true;
    return false;
  }
  std::string_view rest_;
  std::size_t line_ = 0, next_line_ = 1;
  bool bad_ = false;
};

// A finite number and nothing else; strtod is correctly rounded in every C library here.
bool number(const std::string& text, double& value) {
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return *end == 0 && std::isfinite(value) && std::isfinite(static_cast<float>(value));
}

// Numbers before words and by value, words by their bytes
struct LabelOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    double x = 0, y = 0;
    const bool a_is = number(a, x), b_is = number(b, y);
    if (a_is != b_is) return a_is;
    if (a_is && x != y) return x < y;
    return a < b;
  }
};

UserError damaged(std::size_t line, std::string why) { return {"csv_damaged", "", {std::to_string(line), std::move(why)}}; }

} // namespace

Result<Source> read_csv(std::span<const std::uint8_t> bytes) {
  Records records({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::vector<std::string> names;
  if (!records.next(names)) return records.bad() ? damaged(1, "\"") : UserError{"csv_header", "", {}};
  const auto column = [&](std::string_view name) { return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()); };
  const std::size_t label = column("label"), target = column("target"), part = column("part"), none = names.size();
  if ((label == none) == (target == none)) return UserError{"csv_header", "", {}};
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) return UserError{"csv_columns", "", {shortened(*twice, 40)}};
  const std::size_t features = none - 1 - (part == none ? 0 : 1);
  if (features == 0 || features > static_cast<std::size_t>(kFeaturesMost))
    return damaged(1, std::to_string(features) + " features (1 … " + std::to_string(kFeaturesMost) + ")");

  Source source;
  std::vector<std::string> labels[2]; // of the training and of the test part
  std::map<std::string, std::uint8_t, LabelOrder> classes;
  std::vector<std::string> fields;
  for (std::size_t row = 0; records.next(fields); ++row) {
    if (fields.size() == 1 && fields[0].empty()) {
      --row; // an empty line is no example
      continue;
    }
    if (fields.size() != none) return damaged(records.line(), std::to_string(fields.size()) + " ≠ " + std::to_string(none));
    bool train = row % 5 != 4;
    if (part != none) {
      if (fields[part] != "train" && fields[part] != "test") return damaged(records.line(), "part: train, test");
      train = fields[part] == "train";
    }
    Examples& into = train ? source.train : source.test;
    double value = 0;
    for (std::size_t c = 0; c < none; ++c) {
      if (c == part) continue;
      if (c == label) {
        labels[train ? 0 : 1].push_back(fields[c]);
        classes[fields[c]] = 0;
        if (classes.size() > kClassesMost) return damaged(records.line(), "> " + std::to_string(kClassesMost) + " label");
        continue;
      }
      if (!number(fields[c], value)) return damaged(records.line(), shortened(names[c], 40) + " = " + shortened(fields[c], 40));
      (c == target ? into.targets : into.values).push_back(static_cast<float>(value));
    }
    const std::size_t size = label == none ? into.targets.size() : labels[train ? 0 : 1].size();
    if (size > (train ? kTrainMost : kTestMost)) return damaged(records.line(), "> " + std::to_string(train ? kTrainMost : kTestMost));
  }
  if (records.bad()) return damaged(records.line(), "\"");
  std::uint8_t number_of = 0;
  for (auto& [name, index] : classes) {
    index = number_of++;
    source.names.push_back(name);
  }
  for (const bool train : {true, false}) {
    Examples& into = train ? source.train : source.test;
    into.features = static_cast<std::int64_t>(features);
    for (const std::string& name : labels[train ? 0 : 1]) into.labels.push_back(classes[name]);
  }
  if (source.train.size() == 0 || source.test.size() == 0)
    return UserError{"csv_empty", "", {std::to_string(source.train.size()), std::to_string(source.test.size())}};
  source.classes = static_cast<std::int64_t>(classes.size());
  Hash hash;
  hash.add_bytes(bytes);
  source.file_hash = hash.value();
  return source;
}

} // namespace downhill
