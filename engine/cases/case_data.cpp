#include "cases/case_data.hpp"

#include "core/hash.hpp"
#include "core/matrix.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace downhill {
namespace {

struct Drawn {
  CaseExample example;
  std::uint8_t label = 0;
  float target = 0;
};

std::string pointer_of(CasePart part) { return "/data/" + std::string(kCaseParts[static_cast<std::size_t>(part)]); }

const Examples& examples_of(const Source& source, CasePart part) {
  return part == CasePart::train ? source.train : part == CasePart::test ? source.test : source.validation;
}

double score_of(const Source& source, const CaseSettings& settings, const CaseExample& example) {
  const Examples& all = examples_of(source, example.from);
  return entry_of(scores(), settings.score).of(std::span(all.pixels).subspan(example.row * kCasePixels, kCasePixels));
}

// The examples of a draw from place `from` on. A failure of it is told at the part that asks.
Result<std::vector<Drawn>> draw(const Source& source, CasePart of, const CaseSettings& settings, std::int64_t from, std::int64_t count, CasePart part) {
  const auto drawn = of == CasePart::validation ? draw_validation(source, settings.data_seed, settings.classes, count)
                                                : draw_part(source, of == CasePart::train, settings.data_seed, settings.classes, count, from);
  if (!drawn) {
    UserError error = drawn.error();
    if (error.place != "/data/seed" && error.place != "/data/classes") error.place = pointer_of(part);
    if (error.code == "too_many_examples" && part == CasePart::validation && of == CasePart::train)
      error.code = settings.own ? "own_to_validate" : "too_many_to_validate";
    return error;
  }
  std::vector<Drawn> out;
  for (std::size_t i = 0; i < drawn->rows.size(); ++i) {
    const bool numbers = drawn->labels.empty();
    const std::uint8_t label = numbers ? std::uint8_t{0} : drawn->labels[i];
    out.push_back({{drawn->rows[i], static_cast<std::uint32_t>(static_cast<std::size_t>(from) + i), of, numbers ? -1 : settings.classes[label]},
                   label,
                   numbers ? drawn->targets[i] : 0});
  }
  return out;
}

// Where a document has the first score of a place.
std::string pointer_of(const std::vector<Rater>& raters, std::uint32_t place) {
  for (std::size_t i = 0; i < raters.size(); ++i)
    for (std::size_t j = 0; j < raters[i].ratings.size(); ++j)
      if (raters[i].ratings[j].place == place) return "/raters/" + std::to_string(i) + "/scores/" + std::to_string(j) + "/0";
  return "/raters";
}

std::int64_t wanted(const CaseSettings& settings) { return std::accumulate(std::begin(settings.counts), std::end(settings.counts), std::int64_t{0}); }

// As many as the parts ask for, by place; what is rated beyond them is not looked at.
Result<std::vector<Drawn>> rated_pictures(const Source& source, const CaseSettings& settings) {
  if (const auto error = too_few_rated(settings)) return *error;
  const auto means = mean_scores(settings.raters);
  const auto end = std::next(means.begin(), static_cast<std::ptrdiff_t>(wanted(settings)));
  const std::uint32_t last = std::prev(end)->first;
  const auto all = draw(source, CasePart::train, settings, 0, static_cast<std::int64_t>(last) + 1, CasePart::train);
  if (!all) {
    const UserError& error = all.error();
    if (error.code == "too_many_examples") return UserError{"no_such_place", pointer_of(settings.raters, last), {std::to_string(last), error.with[1]}};
    return UserError{error.code, error.place == "/data/seed" ? "/data/seed" : "/raters", error.with};
  }
  std::vector<Drawn> out;
  for (auto rated = means.begin(); rated != end; ++rated) {
    out.push_back((*all)[rated->first]);
    out.back().target = static_cast<float>(rated->second);
  }
  return out;
}

void add(const Source& source, const CaseSettings& settings, const Drawn& drawn, Examples& to, Part& part) {
  const Examples& from = examples_of(source, drawn.example.from);
  const auto features = static_cast<std::size_t>(from.features), begin = drawn.example.row * features;
  const auto copy = [&](const auto& values, auto& into) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(begin);
    into.insert(into.end(), at, at + static_cast<std::ptrdiff_t>(features));
  };
  part.rows.push_back(static_cast<std::uint32_t>(to.size()));
  to.features = from.features;
  from.pixels.empty() ? copy(from.values, to.values) : copy(from.pixels, to.pixels);
  if (settings.kind == CaseKind::scores) {
    to.targets.push_back(drawn.target);
    part.targets.push_back(drawn.target);
    return;
  }
  to.labels.push_back(drawn.label);
  part.labels.push_back(drawn.label);
  part.true_labels.push_back(drawn.label);
}

// Names what is learned and measured, so that no checkpoint of a run is taken up by one on other pictures or other answers.
std::uint64_t hash_of(const Source& source, const CaseSettings& settings) {
  Hash hash;
  for (const Examples* examples : {&source.train, &source.test}) {
    hash.add_bytes(examples->pixels);
    hash.add_floats(examples->values);
    hash.add_bytes(examples->labels);
    hash.add_floats(examples->targets);
  }
  for (const std::int64_t count : settings.counts) { // where one part ends and the next begins
    const auto exact = static_cast<double>(count);
    hash.add_doubles({&exact, 1});
  }
  return hash.value();
}

} // namespace

std::span<const std::uint8_t> CaseData::picture(CasePart part, std::size_t i) const {
  const Examples& all = part == CasePart::train ? learned->source->train : learned->source->test;
  if (all.pixels.empty()) return {};
  const auto features = static_cast<std::size_t>(all.features);
  return std::span(all.pixels).subspan(answers(part).rows[i] * features, features);
}

std::vector<float> CaseData::input(CasePart part, std::size_t i) const {
  Matrix row(1, static_cast<Index>(source().train.features));
  Gathered answers;
  const auto place = static_cast<std::uint32_t>(i);
  gather(subset(part), part == CasePart::train, {&place, 1}, row, answers);
  return {row.data(), row.data() + row.size()};
}

CaseFile file_of(const Source& source) {
  const bool pixels = !source.train.pixels.empty();
  return {hex16(source.file_hash),     source.shape, pixels ? source.shape.size() == 2 : !source.columns.empty(), source.classes, kept_classes(source, {}),
          source.validation.size() > 0};
}

Result<CaseSettings> settings_with(const CaseSettings& settings, const CaseFile* file) {
  CaseSettings s = settings;
  if (!s.own) return s;
  if (!file) return UserError{"needs_file", "/data/file", {}};
  if (!s.file.empty() && s.file != file->hash) return UserError{"other_file", "/data/file", {file->hash, s.file}};
  if (!file->packed) return UserError{"case_needs_packed", "/data/file", {}};
  const bool scored = s.kind == CaseKind::scores;
  if (scored && file->classes > 0) return UserError{"case_needs_numbers", "/case", {}};
  if (!scored && file->classes == 0) return UserError{"case_needs_classes", "/case", {}};
  for (std::size_t i = 0; i < s.classes.size(); ++i)
    if (s.classes[i] >= file->classes)
      return UserError{"no_such_class", "/data/classes/" + std::to_string(i), {std::to_string(s.classes[i]), std::to_string(file->classes)}};
  if (!scored && s.classes.empty()) s.classes = file->occurring;
  if (s.kind == CaseKind::yes_no && s.classes.size() != 2) return UserError{"own_needs_two", "/data/classes", {std::to_string(s.classes.size())}};
  if (s.kind == CaseKind::one_of_ten && s.classes.size() < 2) return UserError{"one_class", "/data/classes", {}};
  s.shape = file->shape;
  s.own_validation = file->validation;
  return s;
}

Result<CaseSettings> settings_with(const CaseSettings& settings, const std::shared_ptr<const Source>& source) {
  if (!settings.own || !source) return settings_with(settings, static_cast<const CaseFile*>(nullptr));
  const CaseFile file = file_of(*source);
  return settings_with(settings, &file);
}

PicturesNeeded pictures_needed(const CaseSettings& settings) {
  const auto classes = std::max<std::int64_t>(1, static_cast<std::int64_t>(settings.classes.size()));
  const auto rounds = [&](std::int64_t count) { return (count + classes - 1) / classes * classes; };
  const std::int64_t train = settings.count(CasePart::train), validation = settings.count(CasePart::validation);
  if (!settings.rated()) {
    const std::int64_t apart = settings.own_validation ? validation : 0;
    return {rounds(train + validation - apart), rounds(settings.count(CasePart::test)), rounds(apart)};
  }
  const auto means = mean_scores(settings.raters);
  if (means.empty()) return {};
  const auto taken = static_cast<std::ptrdiff_t>(std::min<std::int64_t>(wanted(settings), static_cast<std::int64_t>(means.size())));
  return {rounds(static_cast<std::int64_t>(std::next(means.begin(), taken - 1)->first) + 1), 0, 0};
}

CaseCounts counts_of_file(const CaseCounts& most, std::int64_t classes) {
  const std::int64_t round = std::max<std::int64_t>(1, classes);
  const auto whole = [&](std::int64_t count) { return std::max<std::int64_t>(1, count >= round ? count / round * round : count); };
  const auto within = [&](std::int64_t count, double bound) { return whole(std::min(count, static_cast<std::int64_t>(bound))); };
  CaseCounts out{0, within(most.validation, kCaseOthersMost), within(most.test, kCaseOthersMost)};
  if (most.validation == 0) out.validation = within(most.train / 5, kCaseOthersMost);
  out.train = within(most.validation > 0 ? most.train : most.train - out.validation, kCaseTrainMost);
  return out;
}

std::optional<UserError> too_few_rated(const CaseSettings& settings) {
  if (!settings.rated()) return {};
  const auto rated = static_cast<std::int64_t>(mean_scores(settings.raters).size());
  if (rated >= wanted(settings)) return {};
  return UserError{"too_few_rated", "/raters", {std::to_string(wanted(settings)), std::to_string(rated)}};
}

Result<CaseData> case_data(const std::shared_ptr<const Source>& source, const CaseSettings& settings) {
  if (!settings.own && (!source || source->train.features != static_cast<std::int64_t>(kCasePixels) || source->train.pixels.empty()))
    return UserError{"needs_images", "", {}};
  assert(!settings.own || (source && source->train.features == settings.features()));
  std::vector<Drawn> parts[3];
  const std::int64_t train = settings.count(CasePart::train), validation = settings.count(CasePart::validation), test = settings.count(CasePart::test);
  if (settings.rated()) {
    auto rated = rated_pictures(*source, settings);
    if (!rated) return rated.error();
    auto from = rated->begin();
    for (const CasePart part : {CasePart::train, CasePart::validation, CasePart::test}) {
      const auto to = from + settings.count(part);
      parts[static_cast<std::size_t>(part)].assign(from, to);
      from = to;
    }
  } else {
    struct Ask {
      CasePart part, of;
      std::int64_t from, count;
    };
    const Ask to_validate = settings.own_validation ? Ask{CasePart::validation, CasePart::validation, 0, validation}
                                                    : Ask{CasePart::validation, CasePart::train, train, validation};
    for (const Ask& ask : {Ask{CasePart::train, CasePart::train, 0, train}, to_validate, Ask{CasePart::test, CasePart::test, 0, test}}) {
      auto drawn = draw(*source, ask.of, settings, ask.from, ask.count, ask.part);
      if (!drawn) return drawn.error();
      if (settings.kind == CaseKind::scores && !settings.own)
        for (Drawn& one : *drawn) one.target = static_cast<float>(score_of(*source, settings, one.example));
      parts[static_cast<std::size_t>(ask.part)] = std::move(*drawn);
    }
  }

  CaseData data;
  auto copied = std::make_shared<Source>();
  copied->names = source->names, copied->shape = settings.shape, copied->columns = source->columns, copied->answer = source->answer;
  const auto reserve = [&](Examples& examples, std::int64_t count) {
    const auto numbers = static_cast<std::size_t>(count) * static_cast<std::size_t>(settings.features());
    settings.table() ? examples.values.reserve(numbers) : examples.pixels.reserve(numbers);
  };
  reserve(copied->train, train), reserve(copied->test, validation + test);
  Subset learned, held;
  copied->classes = learned.classes = held.classes = settings.kind == CaseKind::scores ? 0 : static_cast<std::int64_t>(settings.classes.size());
  for (const CasePart part : {CasePart::train, CasePart::validation, CasePart::test})
    for (const Drawn& drawn : parts[static_cast<std::size_t>(part)]) {
      data.examples[static_cast<std::size_t>(part)].push_back(drawn.example);
      add(*source, settings, drawn, part == CasePart::train ? copied->train : copied->test,
          part == CasePart::train        ? learned.train
          : part == CasePart::validation ? learned.test
                                         : held.test);
    }
  copied->file_hash = hash_of(*copied, settings);
  held.train = learned.train;
  learned.source = held.source = copied;
  data.learned = std::make_shared<Subset>(std::move(learned));
  data.held = std::make_shared<Subset>(std::move(held));
  return data;
}

std::vector<std::vector<std::uint32_t>> case_batches(const CaseSettings& settings, std::int64_t epoch) {
  const auto count = static_cast<std::size_t>(settings.count(CasePart::train)), batch = static_cast<std::size_t>(settings.batch_size());
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  if (settings.shuffle) order = random_order(PhiloxStream(stream_key(settings.seed, Purpose::order), {0, static_cast<std::uint64_t>(epoch), 0}), count);
  std::vector<std::vector<std::uint32_t>> batches;
  for (std::size_t i = 0; i < static_cast<std::size_t>(settings.iterations()); ++i)
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(i * batch), order.begin() + static_cast<std::ptrdiff_t>(std::min(count, (i + 1) * batch)));
  return batches;
}

double case_baseline(const CaseData& data, CasePart part) {
  const Part& answers = data.answers(part);
  const auto count = static_cast<double>(data.size(part));
  if (answers.targets.empty()) {
    std::int64_t most = 0;
    for (std::int64_t label = 0; label < data.learned->classes; ++label)
      most = std::max<std::int64_t>(most, std::count(answers.labels.begin(), answers.labels.end(), static_cast<std::uint8_t>(label)));
    return static_cast<double>(most) / count;
  }
  double mean = 0, sum = 0;
  for (const float target : data.learned->train.targets) mean += static_cast<double>(target) / static_cast<double>(data.size(CasePart::train));
  for (const float target : answers.targets) sum += std::fabs(static_cast<double>(target) - mean);
  return sum / count;
}

} // namespace downhill
