#include "data/csv_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace downhill {

CsvRecords::CsvRecords(std::string_view text, char separator, std::size_t most) : rest_(text), separator_(separator), most_(most) {
  if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
}

bool CsvRecords::next(std::vector<std::string>& fields) {
  fields.clear();
  count_ = 0;
  if (rest_.empty()) return false;
  line_ = next_line_;
  const char ends[] = {separator_, '\r', '\n'};
  for (;;) {
    std::string field;
    if (rest_.starts_with('"')) {
      if (!quoted(field)) return false;
    } else {
      const std::size_t end = std::min(rest_.find_first_of(std::string_view(ends, sizeof ends)), rest_.size());
      field = rest_.substr(0, end);
      rest_.remove_prefix(end);
    }
    if (count_++ < most_) fields.push_back(std::move(field));
    if (!rest_.starts_with(separator_)) break;
    rest_.remove_prefix(1);
  }
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

bool CsvRecords::quoted(std::string& field) {
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

bool csv_number(const std::string& text, double& value) {
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return *end == 0 && std::isfinite(value) && std::isfinite(static_cast<float>(value));
}

bool LabelOrder::operator()(const std::string& a, const std::string& b) const {
  double x = 0, y = 0;
  const bool a_is = csv_number(a, x), b_is = csv_number(b, y);
  if (a_is != b_is) return a_is;
  if (a_is && x != y) return x < y;
  return a < b;
}

} // namespace downhill
