#include "app/core/code_spans.hpp"

#include <algorithm>
#include <cctype>

namespace downhill {
namespace {

constexpr std::string_view kKeywords[] = {"and", "as",     "class", "def", "else", "False",  "for",  "from", "if",    "import",
                                          "in",  "lambda", "None",  "not", "or",   "return", "True", "with", "while", "global"};

// Some words are explained only behind a point, where they are a method, since they also are names of the script's own.
struct NameRow {
  std::string_view name;
  bool method = false;
};
constexpr NameRow kRows[] = {{"Dataset"},
                             {"DataLoader"},
                             {"Sampler"},
                             {"Subset"},
                             {"__init__"},
                             {"__len__"},
                             {"__getitem__"},
                             {"__iter__"},
                             {"super"},
                             {"iter"},
                             {"next"},
                             {"batch_size"},
                             {"sampler"},
                             {"shuffle"},
                             {"drop_last"},
                             {"num_workers"},
                             {"from_numpy", true},
                             {"unsqueeze", true},
                             {"float", true},
                             {"tensor", true},
                             {"shape", true},
                             {"dtype", true},
                             {"Module", true},
                             {"Flatten", true},
                             {"Linear", true},
                             {"forward"},
                             {"children", true},
                             {"parameters", true},
                             {"numel", true},
                             {"copy_", true},
                             {"no_grad", true},
                             {"MSELoss", true},
                             {"BCEWithLogitsLoss", true},
                             {"CrossEntropyLoss", true},
                             {"optim", true},
                             {"train", true},
                             {"eval", true},
                             {"zero_grad", true},
                             {"backward", true},
                             {"step", true},
                             {"item", true},
                             {"sigmoid", true},
                             {"softmax", true},
                             {"argmax", true},
                             {"Philox", true},
                             {"argsort", true}};

bool of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

std::string_view name_of(std::string_view word, bool behind_point) {
  for (const NameRow& row : kRows)
    if (row.name == word && (!row.method || behind_point)) return row.name;
  return {};
}

} // namespace

std::span<const std::string_view> code_names() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> names;
    for (const NameRow& row : kRows) names.push_back(row.name);
    return names;
  }();
  return all;
}

std::vector<CodeSpan> code_spans(std::string_view line, bool& in_text) {
  constexpr std::string_view kLong = "\"\"\"";
  std::vector<CodeSpan> out;
  const auto add = [&](std::size_t begin, std::size_t end, CodeKind kind, std::string_view name = {}) {
    if (end <= begin) return;
    if (kind == CodeKind::plain && !out.empty() && out.back().kind == kind)
      out.back().size += end - begin;
    else
      out.push_back({begin, end - begin, kind, name});
  };
  // where a text that begins at `from`, behind its quotation mark, ends
  const auto end_of = [&](std::string_view mark, std::size_t from) {
    const std::size_t at = line.find(mark, from);
    in_text = at == std::string_view::npos && mark == kLong;
    return at == std::string_view::npos ? line.size() : at + mark.size();
  };
  std::size_t at = 0;
  if (in_text) {
    at = end_of(kLong, 0);
    add(0, at, CodeKind::text);
  }
  while (at < line.size()) {
    std::size_t end = at + 1;
    const char c = line[at];
    if (c == '#') {
      add(at, line.size(), CodeKind::remark);
      break;
    }
    if (line.substr(at).starts_with(kLong)) {
      end = end_of(kLong, at + kLong.size());
      add(at, end, CodeKind::text);
    } else if (c == '\'' || c == '"') {
      end = end_of(line.substr(at, 1), at + 1);
      add(at, end, CodeKind::text);
    } else if (of_word(c)) {
      while (end < line.size() && of_word(line[end])) ++end;
      const std::string_view word = line.substr(at, end - at);
      const std::string_view name = name_of(word, at > 0 && line[at - 1] == '.');
      const bool keyword = std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords);
      const bool prefix = word == "f" && end < line.size() && (line[end] == '\'' || line[end] == '"'); // f'…'
      add(at, end, keyword ? CodeKind::keyword : !name.empty() ? CodeKind::name : prefix ? CodeKind::text : CodeKind::plain, name);
    } else {
      add(at, end, CodeKind::plain);
    }
    at = end;
  }
  return out;
}

} // namespace downhill
