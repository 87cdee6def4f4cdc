#include "data/csv.hpp"

#include "core/hash.hpp"
#include "core/printable.hpp"
#include "data/csv_text.hpp"

#include <algorithm>
#include <map>

namespace downhill {
namespace {

constexpr std::size_t kTrainMost = 60000, kTestMost = 10000, kClassesMost = 256;
constexpr std::size_t kColumnsMost = static_cast<std::size_t>(kFeaturesMost) + 2; // and an answer, and a part

UserError damaged(std::size_t line, std::string why) { return {"csv_damaged", "", {std::to_string(line), std::move(why)}}; }

} // namespace

Result<Source> read_csv(std::span<const std::uint8_t> bytes) {
  CsvRecords records({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, ',', kColumnsMost);
  std::vector<std::string> names;
  if (!records.next(names)) return records.bad() ? damaged(1, "\"") : UserError{"csv_header", "", {}};
  if (records.count() > kColumnsMost) return damaged(1, std::to_string(records.count()) + " > " + std::to_string(kColumnsMost));
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
    if (records.count() != none) return damaged(records.line(), std::to_string(records.count()) + " ≠ " + std::to_string(none));
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
      if (!csv_number(fields[c], value)) return damaged(records.line(), shortened(names[c], 40) + " = " + shortened(fields[c], 40));
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
    source.shape = {into.features};
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
