// Random experiments over everything the format allows, numbered from 0; the same in every build. For tests that compare
// builds, slicings and PyTorch.
#pragma once
#include "core/philox.hpp"
#include "experiment/fields.hpp"
#include "network/activation.hpp"
#include "network/loss.hpp"

namespace downhill {

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
    if (images && chance(0.5)) data["classes"] = chance(0.5) ? Json{3, 7} : Json{9, 0, 4};

    Json hidden = Json::array();
    for (std::int64_t layers = whole(0, 3); layers > 0; --layers) {
      Json layer = {{"units", whole(1, 24)}, {"activation", named(activation_field())}};
      if (chance(0.3)) layer["dropout"] = between(0, 0.7);
      hidden.push_back(layer);
    }
    json["network"]["hidden"] = hidden;
    Json init = named(field("/network/init"));
    if (init["name"] == "normal") init = {{"name", "normal"}, {"mean", between(-0.1, 0.1)}, {"std", between(0.05, 0.5)}};
    if (init["name"] == "uniform") init = {{"name", "uniform"}, {"a", between(-0.5, 0)}, {"b", between(0, 0.5)}};
    if (init["name"] == "constant") init["val"] = between(-0.3, 0.3);
    json["network"]["init"] = init;

    for (;;) {
      const LossEntry& loss = losses()[static_cast<std::size_t>(whole(0, static_cast<std::int64_t>(losses().size()) - 1))];
      if (numbers && !loss.for_numbers) continue;
      if (images && loss.one_logit && !(data.contains("classes") && data["classes"].size() == 2)) continue;
      json["loss"] = loss.id;
      break;
    }
    if (json["loss"] == "huber") json["loss"] = {{"name", "huber"}, {"delta", between(0.1, 2)}};
    Json optimizer = named(field("/optimizer"));
    const std::string rule = optimizer["name"];
    optimizer["lr"] = rule == "adadelta" ? between(0.1, 1) : rule.starts_with("ad") || rule == "rmsprop" ? between(0.0005, 0.005) : between(0.005, 0.05);
    if (rule == "adadelta") optimizer["stage"] = whole(1, 2);
    if (rule == "adadelta" && optimizer["stage"] == 1) optimizer["lr"] = between(0.0005, 0.005);
    if (rule == "momentum" || rule == "nesterov") optimizer["momentum"] = chance(0.2) ? 0.0 : between(0.3, 0.9);
    if (rule.starts_with("adam") && chance(0.5)) optimizer["betas"] = {between(0.5, 0.95), between(0.8, 0.999)};
    json["optimizer"] = optimizer;
    Json schedule = named(field("/schedule"));
    if (chance(0.3)) schedule["warmup"] = whole(1, 9);
    if (schedule["name"] == "step") schedule["step_size"] = whole(1, 2);
    if (schedule["name"] == "cosine" && chance(0.5)) schedule["eta_min"] = between(0, 0.001);
    json["schedule"] = schedule;
    if (chance(0.3)) json["regularization"]["l1"] = between(0, 0.001);
    if (chance(0.3)) json["regularization"]["l2"] = between(0, 0.01);
    const std::int64_t train = data["train"];
    json["batch"] = chance(0.15) ? Json("full") : chance(0.15) ? Json(1) : Json(whole(2, std::min<std::int64_t>(64, train)));
    json["epochs"] = 2;
    json["seed"] = whole(0, 1000000);
    json["evaluate"]["every"] = chance(0.5) ? Json("epoch") : chance(0.5) ? Json(whole(1, 20)) : Json(std::to_string(whole(10, 100)) + " examples");
    return json;
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
    std::vector<std::string_view> ids = field("/data/source").ids();
    std::erase(ids, "fashion-mnist");
    std::erase(ids, "own");
    return ids;
  }
  static const Field& field(std::string_view pointer) {
    for (const Field& f : fields())
      if (f.pointer == pointer) return f;
    std::abort();
  }
  Json named(const Field& f) { return {{"name", one_of(f.ids())}}; }

  PhiloxStream stream_;
  bool with_files_;
};

} // namespace downhill
