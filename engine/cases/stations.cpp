#include "cases/stations.hpp"

#include "network/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

constexpr CasePart kParts[] = {CasePart::train, CasePart::validation, CasePart::test};
constexpr std::size_t kFirstShown = 12, kSurprisesShown = 12;

std::string_view name_of(CasePart part) { return kCaseParts[static_cast<std::size_t>(part)]; }
double answer_in(const Part& answers, std::size_t i) {
  return answers.targets.empty() ? static_cast<double>(answers.labels[i]) : static_cast<double>(answers.targets[i]);
}
// As a person would say it: the class of the official data, or the score.
double told(const CaseSettings& settings, double answer) {
  return settings.kind == CaseKind::scores ? answer : static_cast<double>(settings.classes[static_cast<std::size_t>(answer)]);
}
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json json_of(const TensorLook& look) { return {{"shape", look.shape}, {"dtype", std::string(look.dtype)}}; }
Json json_of(const CaseSettings& s, const CaseExample& e) {
  Json out = {{s.own ? "of" : "official", std::string(name_of(e.from))}, {"place", e.place}};
  if (e.kind >= 0) out["class"] = e.kind;
  return out;
}
Json json_of(const Agreement& a) { return {{"pairs", a.pairs}, {"equal", a.equal}, {"mean_difference", number_or_null(a.mean_difference)}}; }
Json json_of(const YesNoCounts& c) {
  return {{"true_yes", c.true_yes},
          {"false_yes", c.false_yes},
          {"false_no", c.false_no},
          {"true_no", c.true_no},
          {"accuracy", number_or_null(c.accuracy())},
          {"precision", number_or_null(c.precision())},
          {"recall", number_or_null(c.recall())}};
}

// What is known of the user's own file.
void add_file(const CaseRun& run, Json& out) {
  const CaseSettings& s = run.settings();
  const Source& source = run.data().source();
  out["shape"] = s.shape, out["columns"] = source.columns, out["answer"] = source.answer;
  out["validation_of"] = s.own_validation ? "validation" : "train"; // which part of the file gives the examples for validation
  out["names"] = Json::array();
  for (const int label : s.classes) out["names"].push_back(source.names[static_cast<std::size_t>(label)]);
  if (s.kind != CaseKind::scores) return;
  const ScoreRange range = score_range(s, run.data());
  out["score_range"] = {range.least, range.most};
}

Json data_json(const CaseRun& run) {
  const CaseSettings& s = run.settings();
  Json out = {{"classes", s.classes}, {"parts", Json::object()}, {"first", Json::array()}};
  if (s.own) add_file(run, out);
  for (const CasePart part : kParts) {
    const PartCounts counts = counts_of(s, run.data(), part);
    Json& json = out["parts"][std::string(name_of(part))] = {{"pictures", run.data().size(part)}, {"by_class", counts.by_class}};
    if (!counts.by_score.empty()) json["by_score"] = counts.by_score;
  }
  const auto& examples = run.data().examples[0];
  for (std::size_t i = 0; i < std::min(kFirstShown, examples.size()); ++i) {
    Json one = json_of(s, examples[i]);
    if (s.kind == CaseKind::scores) one["score"] = answer_in(run.data().answers(CasePart::train), i);
    out["first"].push_back(std::move(one));
  }
  if (!s.rated()) return out;
  out["raters"] = Json::array();
  for (const Rater& rater : s.raters)
    out["raters"].push_back({{"name", rater.name}, {"ratings", rater.ratings.size()}, {"with_oneself", json_of(agreement_with_oneself(rater))}});
  out["between"] = Json::array();
  for (std::size_t a = 0; a < s.raters.size(); ++a)
    for (std::size_t b = a + 1; b < s.raters.size(); ++b)
      out["between"].push_back({{"one", a}, {"other", b}, {"agreement", json_of(agreement_of(s.raters[a], s.raters[b]))}});
  return out;
}

Json dataset_json(const CaseRun& run) {
  const CaseItem item = item_of(run.data(), CasePart::train, 0);
  return {{"len", run.data().size(CasePart::train)},
          {"item",
           {{"i", 0},
            {"from", json_of(run.settings(), item.example)},
            {"x", {{"tensor", json_of(picture_tensor(run.settings()))}, {"least", item.least}, {"most", item.most}, {"mean", item.mean}}},
            {"y", {{"tensor", json_of(answer_tensor(run.settings()))}, {"value", item.answer}}}}}};
}

Json loader_json(const CaseRun& run) {
  const CaseSettings& s = run.settings();
  const LoaderLook look = loader_look(s);
  return {{"pictures", look.pictures},     {"batch", look.batch},     {"drop_last", s.drop_last}, {"shuffle", s.shuffle}, {"workers", s.workers},
          {"iterations", look.iterations}, {"formula", look.formula}, {"last", look.last},        {"left", look.left},    {"epoch", 0},
          {"batches", case_batches(s, 0)}};
}

Json look_json(const CaseRun& run) {
  const CaseSettings& s = run.settings();
  const auto batch = case_batches(s, 0).front();
  const auto size = static_cast<std::int64_t>(batch.size());
  Json out = {{"epoch", 0}, {"batch", 0}, {"x", json_of(picture_tensor(s, size))}, {"y", json_of(answer_tensor(s, size))}, {"pictures", Json::array()}};
  for (const std::uint32_t i : batch) {
    Json one = json_of(s, run.data().examples[0][i]);
    one["i"] = i, one["y"] = answer_in(run.data().answers(CasePart::train), i);
    if (s.table()) one["x"] = run.data().input(CasePart::train, i);
    out["pictures"].push_back(std::move(one));
  }
  return out;
}

Json model_json(const CaseRun& run) {
  Json layers = Json::array();
  for (const SummaryRow& row : model_summary(run.settings()))
    layers.push_back({{"layer", row.layer}, {"output", row.output}, {"parameters", row.parameters}, {"by_hand", row.by_hand}});
  return {{"layers", std::move(layers)}, {"parameters", parameters_of_model(run.settings())}};
}

Json training_json(const CaseRun& run) {
  const CaseSettings& s = run.settings();
  Json epochs = Json::array();
  for (const CaseStand& stand : run.stands())
    epochs.push_back({{"epoch", stand.epoch},
                      {"train", {{"loss", number_or_null(stand.train_loss)}, {"metric", number_or_null(stand.train_metric)}}},
                      {"validation", {{"loss", number_or_null(stand.validation_loss)}, {"metric", number_or_null(stand.validation_metric)}}}});
  return {{"loss", std::string(s.loss())},
          {"metric", std::string(s.metric())},
          {"steps", run.trainer().step()},
          {"diverged", run.diverged()},
          {"baseline", case_baseline(run.data(), CasePart::validation)},
          {"epochs", std::move(epochs)}};
}

Json prediction_json(const CaseRun& run) {
  const CaseSettings& s = run.settings();
  const CaseAnswer answer = answer_of(run, s.picture);
  const CaseMeasure test = run.measure(CasePart::test);
  Json out = {
      {"picture", s.picture}, {"from", json_of(s, answer.example)}, {"output", Json::array()}, {"truth", answer.truth}, {"said", number_or_null(answer.said)}};
  for (const float z : answer.output) out["output"].push_back(number_or_null(static_cast<double>(z)));
  if (s.kind != CaseKind::scores) {
    out["probabilities"] = Json::array();
    for (const double p : answer.probabilities) out["probabilities"].push_back(number_or_null(p));
  }
  out["test"] = {{"loss", number_or_null(test.loss)}, {"metric", number_or_null(test.metric)}, {"baseline", case_baseline(run.data(), CasePart::test)}};
  if (s.kind == CaseKind::yes_no) {
    out["threshold"] = s.threshold;
    for (const CasePart part : {CasePart::validation, CasePart::test}) {
      const std::vector<double> yes = run.yes(part);
      const auto& labels = run.data().answers(part).labels;
      Json& json = out["at_threshold"][std::string(name_of(part))] = json_of(counts_at(yes, labels, s.threshold));
      json["pictures"] = yes.size();
    }
    out["thresholds"] = Json::array(); // of validation pictures, with which one is chosen
    for (const ThresholdCounts& at : counts_at_all(run.yes(CasePart::validation), run.data().answers(CasePart::validation).labels))
      out["thresholds"].push_back(
          {number_or_null(at.threshold), number_or_null(at.counts.accuracy()), number_or_null(at.counts.precision()), number_or_null(at.counts.recall())});
  }
  if (s.kind == CaseKind::scores) {
    out["given_and_said"] = Json::array(); // of each test picture
    for (const Prediction& p : run.say(CasePart::test))
      out["given_and_said"].push_back({answer_in(run.data().answers(CasePart::test), p.place), number_or_null(static_cast<double>(p.output[0]))});
    out["surprises"] = Json::array();
    for (const Surprise& one : surprises(run, CasePart::test, kSurprisesShown))
      out["surprises"].push_back({{"i", one.place}, {"given", one.given}, {"said", number_or_null(one.said)}});
  }
  return out;
}

constexpr Json (*kJsonOf[])(const CaseRun&) = {data_json, dataset_json, loader_json, look_json, model_json, training_json, prediction_json};

} // namespace

TensorLook picture_tensor(const CaseSettings& settings, std::int64_t batch) {
  TensorLook look{settings.shape, "torch.float32"};
  if (!settings.table()) look.shape.insert(look.shape.begin(), 1);
  if (batch > 0) look.shape.insert(look.shape.begin(), batch);
  return look;
}

TensorLook answer_tensor(const CaseSettings& settings, std::int64_t batch) {
  TensorLook look{{}, settings.one_number() ? "torch.float32" : "torch.int64"};
  if (batch > 0) look.shape.push_back(batch);
  if (settings.one_number()) look.shape.push_back(1);
  return look;
}

ScoreRange score_range(const CaseSettings& settings, const CaseData& data) {
  if (!settings.own) return {};
  ScoreRange range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const CasePart part : kParts)
    for (const float score : data.answers(part).targets)
      range.least = std::min(range.least, static_cast<double>(score)), range.most = std::max(range.most, static_cast<double>(score));
  if (range.least == range.most) range.least -= 0.5, range.most += 0.5;
  return range;
}

PartCounts counts_of(const CaseSettings& settings, const CaseData& data, CasePart part) {
  PartCounts out{std::vector<std::int64_t>(settings.classes.size()), {}};
  for (const CaseExample& example : data.examples[static_cast<std::size_t>(part)])
    if (example.kind >= 0)
      ++out.by_class[static_cast<std::size_t>(std::find(settings.classes.begin(), settings.classes.end(), example.kind) - settings.classes.begin())];
  if (settings.kind != CaseKind::scores) return out;
  out.by_score.resize(kScoreBins);
  const ScoreRange range = score_range(settings, data);
  for (const float score : data.answers(part).targets) {
    const double bin = (static_cast<double>(score) - range.least) / (range.most - range.least) * static_cast<double>(kScoreBins);
    ++out.by_score[std::min(static_cast<std::size_t>(bin), kScoreBins - 1)];
  }
  return out;
}

CaseItem item_of(const CaseData& data, CasePart part, std::size_t i) {
  CaseItem item{data.examples[static_cast<std::size_t>(part)][i], 0, 0, 0, answer_in(data.answers(part), i)};
  double sum = 0;
  const std::vector<float> numbers = data.input(part, i);
  item.least = item.most = static_cast<double>(numbers.front());
  for (const float v : numbers) {
    const auto x = static_cast<double>(v);
    item.least = std::min(item.least, x), item.most = std::max(item.most, x), sum += x;
  }
  item.mean = sum / static_cast<double>(numbers.size());
  return item;
}

std::string with_commas(std::int64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3 + (value < 0 ? 1U : 0U);) text.insert(i -= 3, ",");
  return text;
}

LoaderLook loader_look(const CaseSettings& s) {
  LoaderLook out{s.count(CasePart::train), s.batch_size(), s.iterations(), s.batch_size(), 0, {}};
  const std::int64_t over = out.pictures % out.batch;
  if (s.drop_last)
    out.left = over;
  else if (over > 0)
    out.last = over;
  out.formula =
      (s.drop_last ? "⌊" : "⌈") + with_commas(out.pictures) + "/" + with_commas(out.batch) + (s.drop_last ? "⌋" : "⌉") + " = " + with_commas(out.iterations);
  return out;
}

std::vector<SummaryRow> model_summary(const CaseSettings& s) {
  const std::int64_t batch = s.batch_size();
  std::int64_t inputs = s.features();
  std::vector<SummaryRow> rows{{"Flatten", "flatten", {batch, inputs}, 0, {}}};
  const auto linear = [&](std::string_view mark, std::int64_t outputs) {
    const std::int64_t count = inputs * outputs + outputs;
    rows.push_back({"Linear",
                    mark,
                    {batch, outputs},
                    count,
                    with_commas(inputs) + "·" + with_commas(outputs) + " + " + with_commas(outputs) + " = " + with_commas(count)});
    inputs = outputs;
  };
  for (const HiddenLayer& layer : s.hidden) {
    linear("hidden", layer.units);
    const ActivationEntry& activation = entry_of(activations(), layer.activation.name);
    inputs *= activation.width;
    const std::string module = layer.activation.name == "step"    ? "Step"
                               : layer.activation.name == "crelu" ? "CReLU"
                                                                  : std::string(activation.torch.substr(3)); // "nn."
    rows.push_back({module, "activation", {batch, inputs}, 0, {}});
  }
  linear("output", s.outputs());
  return rows;
}

std::int64_t parameters_of_model(const CaseSettings& settings) {
  std::int64_t sum = 0;
  for (const SummaryRow& row : model_summary(settings)) sum += row.parameters;
  return sum;
}

CaseAnswer answer_of(const CaseRun& run, std::int64_t picture) {
  const CaseSettings& s = run.settings();
  const auto place = static_cast<std::uint32_t>(picture);
  const Prediction p = predict(run.trainer(), *run.data().held, false, {&place, 1}).front();
  CaseAnswer out{run.data().examples[static_cast<std::size_t>(CasePart::test)][place], p.output, p.probabilities, 0, 0};
  out.truth = told(s, answer_in(run.data().answers(CasePart::test), place));
  if (run.diverged() || !std::all_of(p.output.begin(), p.output.end(), [](float z) { return std::isfinite(z); })) {
    out.said = std::numeric_limits<double>::quiet_NaN();
    return out;
  }
  const double said = s.kind == CaseKind::scores   ? static_cast<double>(p.output[0])
                      : s.kind == CaseKind::yes_no ? static_cast<double>(p.probabilities[1] >= s.threshold)
                                                   : static_cast<double>(p.predicted);
  out.said = told(s, said);
  return out;
}

std::string stations_json(const CaseRun& run, std::optional<CaseStation> one) {
  Json out = Json::object();
  for (std::size_t i = 0; i < std::size(kJsonOf); ++i)
    if (!one || static_cast<std::size_t>(*one) == i) out[std::string(kCaseStations[i])] = kJsonOf[i](run);
  return out.dump() + "\n";
}

} // namespace downhill
