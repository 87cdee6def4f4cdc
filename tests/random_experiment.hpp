// Random experiments over everything the format allows, numbered from 0; the same in every build. For tests that compare
// builds, slicings and PyTorch. Every number of the format is drawn, but for `repeats`, which are runs of their own, and the
// hash of a user's file.
#pragma once
#include "core/philox.hpp"
#include "experiment/fields.hpp"
#include "network/activation.hpp"
#include "network/loss.hpp"

#include <algorithm>
#include <numeric>

namespace downhill {

inline const Field& field_at(std::string_view pointer) {
  for (const Field& f : fields())
    if (f.pointer == pointer) return f;
  std::abort();
}

class RandomExperiment {
public:
  explicit RandomExperiment(std::uint64_t number, bool with_files) : stream_({number, 0x72616e64}), with_files_(with_files) {}

  /// One lane over toys, or (with_files) also over Fashion-MNIST.
  Json make() {
    const std::string source = chance(with_files_ ? 0.4 : 0.0) ? "fashion-mnist" : std::string(one_of(toy_ids()));
    const bool numbers = source == "sine" || source == "steps", images = source == "fashion-mnist";
    Json json = {{"downhill", 1}, {"lanes", {Json::object()}}};
    Json& data = json["data"];
    data = {{"source", source}, {"seed", whole(0, 1000)}, {"train", whole(40, images ? 500 : 200)}, {"test", whole(20, 60)}};
    if (!images) data["noise"] = between(0, 0.3);
    if (!numbers && chance(0.3)) data["label_noise"] = between(0, 0.4);
    if (!numbers && chance(0.5)) data["classes"] = some_classes(images ? 10 : 2);

    Json hidden = Json::array();
    for (std::int64_t layers = whole(0, 3); layers > 0; --layers) {
      Json layer = {{"units", whole(1, 24)}, {"activation", named(activation_field())}};
      if (chance(0.3)) layer["dropout"] = between(0, 0.7);
      hidden.push_back(layer);
    }
    json["network"] = {{"hidden", hidden}, {"init", named(field_at("/network/init"))}};
    for (;;) {
      const LossEntry& loss = losses()[static_cast<std::size_t>(whole(0, static_cast<std::int64_t>(losses().size()) - 1))];
      if (numbers && !loss.for_numbers) continue;
      if (images && loss.one_logit && !(data.contains("classes") && data["classes"].size() == 2)) continue;
      json["loss"] = with_numbers(field_at("/loss"), loss.id);
      break;
    }
    Json& optimizer = json["optimizer"] = named(field_at("/optimizer"));
    if (optimizer.contains("momentum") && chance(0.2)) optimizer["momentum"] = 0;
    if (optimizer.value("stage", 2) == 1) optimizer["lr"] = between(0.0005, 0.005); // RMSprop's formula
    json["schedule"] = named(field_at("/schedule"));
    if (chance(0.3)) json["regularization"]["l1"] = between(0, 0.001);
    if (chance(0.3)) json["regularization"]["l2"] = between(0, 0.01);
    const std::int64_t train = data["train"];
    json["batch"] = chance(0.15) ? Json("full") : chance(0.15) ? Json(1) : Json(whole(2, std::min<std::int64_t>(64, train)));
    json["epochs"] = whole(1, 3);
    json["seed"] = whole(0, 1000000);
    json["evaluate"]["every"] = chance(0.5) ? Json("epoch") : chance(0.5) ? Json(whole(1, 20)) : Json(std::to_string(whole(10, 100)) + " examples");
    return json;
  }

  /// An entry of a table with a number drawn for each of its parameters, near enough to the standard that training stays
  /// tame: a wild run would only show how it blows rounding up.
  Json with_numbers(const Field& f, std::string_view id) {
    Json choice = {{"name", id}};
    for (const ParameterSpec& spec : *f.parameters(id)) choice[Json::json_pointer("/" + std::string(spec.name))] = number(f.pointer, id, spec);
    return choice;
  }

  double between(double least, double most) { return least + (most - least) * stream_.next_uniform(); }
  std::int64_t whole(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(stream_.next_word() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool chance(double p) { return stream_.next_uniform() < p; }

private:
  template <class Item> Item one_of(const std::vector<Item>& items) {
    return items[static_cast<std::size_t>(whole(0, static_cast<std::int64_t>(items.size()) - 1))];
  }
  static std::vector<std::string_view> toy_ids() {
    std::vector<std::string_view> ids = field_at("/data/source").ids();
    std::erase(ids, "fashion-mnist");
    std::erase(ids, "own");
    return ids;
  }
  // at least two of them, in any order
  Json some_classes(std::int64_t count) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    for (std::int64_t i = count - 1; i > 0; --i) std::swap(all[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(whole(0, i))]);
    all.resize(static_cast<std::size_t>(chance(0.5) ? 2 : whole(2, count)));
    return all;
  }
  Json named(const Field& f) {
    const std::string_view id = one_of(f.ids());
    return chance(0.2) ? Json{{"name", id}} : with_numbers(f, id);
  }
  Json number(std::string_view pointer, std::string_view id, const ParameterSpec& spec) {
    if (spec.whole) return whole(static_cast<std::int64_t>(spec.least), static_cast<std::int64_t>(std::min(spec.most, spec.least + 5)));
    // where the standard says little about what is tame
    struct Tame {
      std::string_view pointer, id, name; // id "": of every entry
      double least, most;
    };
    static constexpr Tame kTame[] = {
        {"/optimizer", "adadelta", "lr", 0.1, 1},        {"/optimizer", "adagrad", "lr", 0.0005, 0.005}, {"/optimizer", "adam", "lr", 0.0005, 0.005},
        {"/optimizer", "adamw", "lr", 0.0005, 0.005},    {"/optimizer", "rmsprop", "lr", 0.0005, 0.005}, {"/optimizer", "", "lr", 0.005, 0.05},
        {"/optimizer", "", "momentum", 0, 0.9},          {"/schedule", "", "eta_min", 0, 0.001},         {"/activation", "softplus", "threshold", 1, 5},
        {"/network/init", "constant", "val", -0.3, 0.3}, {"/network/init", "normal", "mean", -0.1, 0.1}, {"/network/init", "normal", "std", 0.05, 0.5},
        {"/network/init", "uniform", "a", -0.5, 0},      {"/network/init", "uniform", "b", 0, 0.5},      {"/network/init", "", "a", 0, 1},
        {"/network/init", "", "gain", 0.3, 2},
    };
    for (const Tame& tame : kTame)
      if (pointer == tame.pointer && (tame.id.empty() || id == tame.id) && spec.name == tame.name) return between(tame.least, tame.most);
    const double stretch = between(1, 4), factor = chance(0.5) ? stretch : 1 / stretch;
    // of what is kept of a mean the rest counts: from 0.99 to 0.9 is as far as from 0.01 to 0.1
    return std::clamp(spec.standard > 0.5 && spec.standard < 1 ? 1 - (1 - spec.standard) * factor : spec.standard * factor, spec.least, spec.most);
  }

  PhiloxStream stream_;
  bool with_files_;
};

} // namespace downhill
