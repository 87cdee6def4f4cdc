#include "own/deal.hpp"

#include "core/streams.hpp"
#include "data/csv_text.hpp"
#include "own/sentences.hpp"
#include "own/text.hpp"

#include <algorithm>
#include <map>

namespace downhill {
namespace {

std::size_t share(std::size_t count, int percent, std::size_t least) { return std::max(least, (count * static_cast<std::size_t>(percent) + 50) / 100); }

// The members of each class, dealt by the seed.
void deal_group(const std::vector<std::uint32_t>& members, std::uint32_t index, const OwnSplit& split, std::vector<OwnPart>& parts) {
  const std::size_t n = members.size();
  const auto order = random_order(PhiloxStream(stream_key(split.seed, Purpose::split, index)), n);
  const std::size_t test = std::min(share(n, split.test_percent, 1), n - 1);
  const std::size_t validation = split.validation_percent == 0 ? 0 : std::min(share(n, split.validation_percent, n >= 3 ? 1 : 0), n - 1 - test);
  for (std::size_t i = 0; i < n; ++i) parts[members[order[i]]] = i < test ? OwnPart::test : i < test + validation ? OwnPart::validation : OwnPart::train;
}

template <class T> void copy_rows(const std::vector<std::uint32_t>& rows, std::span<const T> from, std::size_t features, std::vector<T>& to) {
  to.reserve(rows.size() * features);
  for (const std::uint32_t row : rows) {
    const auto row_of = from.subspan(row * features, features);
    to.insert(to.end(), row_of.begin(), row_of.end());
  }
}

template <class T> void place_all(OwnData& data, const Dealt& dealt, std::span<const T> from, std::size_t features, std::vector<T> Examples::* values) {
  const std::pair<Examples*, const std::vector<std::uint32_t>*> parts[] = {
      {&data.train, &dealt.train}, {&data.validation, &dealt.validation}, {&data.test, &dealt.test}};
  for (const auto& [part, rows] : parts) {
    part->features = static_cast<std::int64_t>(features);
    copy_rows(*rows, from, features, part->*values);
  }
}

} // namespace

std::optional<OwnPart> part_named(std::string_view name) {
  std::string low(name);
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const std::string_view each : {"train", "training", "训练", "训练集"})
    if (low == each) return OwnPart::train;
  for (const std::string_view each : {"val", "valid", "validation", "验证", "验证集"})
    if (low == each) return OwnPart::validation;
  for (const std::string_view each : {"test", "testing", "测试", "测试集"})
    if (low == each) return OwnPart::test;
  return {};
}

Result<Dealt> deal(OwnData& data, const OwnAnswers& answers, const OwnSplit& split, const std::string& column, Told& told) {
  const bool of_numbers = answers.labels.empty();
  const std::size_t count = answers.size();
  std::map<std::string, std::vector<std::uint32_t>, LabelOrder> members;
  for (std::size_t i = 0; i < count; ++i) members[of_numbers ? std::string() : answers.labels[i]].push_back(static_cast<std::uint32_t>(i));
  if (!of_numbers && members.size() > kOwnClassesMost) return UserError{"own_many_classes", "", {column, std::to_string(kOwnClassesMost)}};
  if (of_numbers && count < 2) return UserError{"own_few", "", {std::to_string(count)}};
  if (!of_numbers)
    for (auto at = members.begin(); at != members.end();) {
      if (at->second.size() >= 2) {
        ++at;
        continue;
      }
      told.add({"own_few_in_class", "", {quoted_name(at->first)}});
      at = members.erase(at);
    }
  if (!of_numbers && members.size() < 2) {
    const std::string name = members.empty() ? "" : quoted_name(members.begin()->first);
    if (members.empty()) return UserError{"own_few", "", {std::to_string(count)}};
    return column.empty() ? UserError{"own_one_class", "", {name}} : UserError{"own_one_value", "", {column, name}};
  }
  if (of_numbers && std::all_of(answers.numbers.begin(), answers.numbers.end(), [&](float v) { return v == answers.numbers.front(); }))
    return UserError{"own_one_value", "", {column, std::to_string(answers.numbers.front())}};

  std::vector<OwnPart> parts = answers.parts;
  const auto given = [&](OwnPart part) {
    return std::any_of(members.begin(), members.end(),
                       [&](const auto& m) { return std::any_of(m.second.begin(), m.second.end(), [&](std::uint32_t i) { return parts[i] == part; }); });
  };
  if (!parts.empty() && given(OwnPart::train) && given(OwnPart::validation) && !given(OwnPart::test)) {
    std::replace(parts.begin(), parts.end(), OwnPart::validation, OwnPart::test);
    told.add({"own_validation_tests", "", {}});
  }
  if (parts.empty() || !given(OwnPart::train) || !given(OwnPart::test)) {
    if (!parts.empty()) told.add({"own_parts_unused", "", {}});
    parts.assign(count, OwnPart::train);
    std::uint32_t index = 0;
    for (const auto& [name, of_class] : members) deal_group(of_class, index++, split, parts);
  }
  std::vector<std::int32_t> label_of(count, -1); // of those that stay
  std::int32_t label = 0;
  std::vector<std::string> names;
  for (const auto& [name, of_class] : members) {
    if (!of_numbers) names.push_back(name);
    for (const std::uint32_t i : of_class) label_of[i] = label;
    ++label;
  }
  data.classes = file_names(names);
  Dealt dealt;
  for (std::size_t i = 0; i < count; ++i) {
    if (label_of[i] < 0) continue;
    auto& rows = parts[i] == OwnPart::train ? dealt.train : parts[i] == OwnPart::validation ? dealt.validation : dealt.test;
    Examples& into = parts[i] == OwnPart::train ? data.train : parts[i] == OwnPart::validation ? data.validation : data.test;
    rows.push_back(static_cast<std::uint32_t>(i));
    if (of_numbers)
      into.targets.push_back(answers.numbers[i]);
    else
      into.labels.push_back(static_cast<std::uint8_t>(label_of[i]));
  }
  return dealt;
}

void place(OwnData& data, const Dealt& dealt, std::span<const std::uint8_t> pixels, std::size_t features) {
  place_all(data, dealt, pixels, features, &Examples::pixels);
}
void place(OwnData& data, const Dealt& dealt, std::span<const float> values, std::size_t features) {
  place_all(data, dealt, values, features, &Examples::values);
}

} // namespace downhill
