// Every preset of assets/presets.json keeps its word: its claims are measured on the engine five times, over seeds of weights and data
// (trainings.cpp), over starts or orders of points (walks.cpp), over networks nearby (networks.cpp), over draws of images (units.cpp), over
// points, logits and starts nearby (costs.cpp), over draws of points (fits.cpp), or of pictures (cases.cpp). Prints TAP, and for each claim the worst measure
// beside its bound.
//   downhill_presets ASSETS_DIR DATA_DIR [ID]     with an ID: that preset alone
// A claim: {"lane": 1, "value": "test_accuracy", "least": 0.7, "most": 1, "at": 5}. `at` is an epoch, or a walk's step; absent: the end.
// `lane` may be a list. "minus": 0 or "over": 0 takes the difference from, or the ratio to, another lane's value; "minus_at": its moment,
// where that is not the same. "minus_at" without a lane is the lane's own; so are, of epochs, "minus_epoch" and, as a ratio, "against_epoch".
// {"same": [0, 1]}: equal to the bit, the whole run. "with": {"optimizer": {"lr": 0.001}} measures the lane so changed, in a run that the
// preset does not show but speaks of; of a race it may change the data, too. "exactly": true: of the preset's own start alone. "below": the height that
// `steps_to` asks for. With an ID the table of what every lane came to is printed, too: from smallest to largest over the five.
#include "measured.hpp"

#include "cli/files.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

namespace downhill {

std::vector<std::size_t> lanes_of(const Json& lane) { return lane.is_array() ? lane.get<std::vector<std::size_t>>() : std::vector{lane.get<std::size_t>()}; }

std::vector<ChangedLane> changed_lanes(const Json& claims) {
  std::set<ChangedLane> all;
  for (const Json& claim : claims)
    if (claim.contains("with"))
      for (const std::size_t lane : lanes_of(claim["lane"])) all.emplace(lane, claim["with"].dump());
  return {all.begin(), all.end()};
}

} // namespace downhill

using namespace downhill;

namespace {

// What claims about a kind of run may have besides, and what is printed of each of its lanes.
struct Kind {
  std::vector<std::string_view> keys, table;
};
const Kind& kind_of(const Json& preset) {
  static const Kind trainings{
      {"against_epoch", "minus_epoch"},
      {"train_loss", "test_loss", "train_accuracy", "test_accuracy", "least_test_loss", "least_test_loss_epoch", "dead_share", "steps"}};
  static const Kind walks{{"exactly", "below"},
                          {"x", "y", "f", "distance", "minimum", "least_x", "most_x", "least_y", "most_y", "turns_x", "turns_y", "length", "stride", "radius"}};
  static const Kind networks{{"exactly", "less", "less_at", "against", "size", "alone", "over_first"}, {"loss"}};
  static const Kind units{{"exactly"}, {}}; // of the labs Neuron and Losses
  static const Kind fits{{"exactly"}, {"train_error", "expected_error"}};
  static const Kind cases{{"exactly", "rows", "columns", "unit", "rule", "of"},
                          {"train_loss", "train_metric", "validation_loss", "validation_metric", "test_loss", "test_metric", "baseline"}};
  const auto& lab = preset["lab"];
  return lab == "surface"                     ? walks
         : lab == "backprop"                  ? networks
         : lab == "fit"                       ? fits
         : lab == "cases"                     ? cases
         : lab == "neuron" || lab == "losses" ? units
                                              : trainings;
}

// Why a claim can't be measured, or can't fail; empty: it is well.
std::string mistake_in(const Json& claim, const Kind& kind, std::size_t lanes) {
  static constexpr std::string_view kKeys[] = {"lane", "value", "least", "most", "at", "minus", "minus_at", "over", "with"};
  const auto well_typed = [](const std::string& key, const Json& value) {
    const auto number = [](const Json& each) { return each.is_number_unsigned(); };
    if (key == "value") return value.is_string();
    if (key == "with") return value.is_object();
    if (key == "exactly" || key == "size" || key == "over_first") return value.is_boolean();
    if (key == "less" || key == "against" || key == "rule") return value.is_string();
    if (key == "rows" || key == "columns" || key == "of") return value.is_array() && value.size() >= 2 && std::all_of(value.begin(), value.end(), number);
    if (key == "unit") return number(value);
    if (key == "alone" || key == "less_at") return number(value);
    if (key == "lane" && value.is_array()) return !value.empty() && std::all_of(value.begin(), value.end(), number);
    return key == "lane" || key == "minus" || key == "over" ? number(value) : value.is_number();
  };
  if (claim.contains("same")) return claim.size() == 1 && claim["same"].size() == 2 ? "" : "\"same\" takes two lanes and nothing else";
  for (const auto& [key, value] : claim.items())
    if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys) && std::find(kind.keys.begin(), kind.keys.end(), key) == kind.keys.end())
      return "does not know \"" + key + "\"";
    else if (!well_typed(key, value))
      return "can't read \"" + key + "\"";
  if (!claim.contains("lane") || !claim.contains("value")) return "names no lane or no value";
  if (!claim.contains("least") && !claim.contains("most")) return "has no bound";
  if ((claim["value"] == "steps_to") != claim.contains("below")) return "\"steps_to\" and \"below\" go together";
  for (const char* key : {"lane", "minus", "over"})
    if (claim.contains(key))
      for (const std::size_t lane : lanes_of(claim[key]))
        if (lane >= lanes) return "has no lane " + std::to_string(lane);
  return "";
}

struct Bounds {
  double low = std::numeric_limits<double>::infinity(), high = -low;
};
struct Outcome { // of one preset over all its samples
  bool good = true;
  std::vector<Bounds> claims;
  std::vector<std::vector<Bounds>> lanes;
  std::string trouble;
};
void widen(Bounds& bounds, double v) { bounds.low = std::min(bounds.low, v), bounds.high = std::max(bounds.high, v); }

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

double measured(const Json& claim, std::size_t lane, const Course& course) {
  const auto moment = [&](const char* key) { return claim.contains(key) ? std::optional(claim[key].get<double>()) : std::nullopt; };
  const MeasuredLane& own = claim.contains("with") ? *course.changed.at({lane, claim["with"].dump()}) : *course.lanes.at(lane);
  const auto other = [&](const char* key) -> const MeasuredLane& { return claim.contains(key) ? *course.lanes.at(claim[key].get<std::size_t>()) : own; };
  const auto at = moment("at");
  double v = own.value(claim, at);
  if (claim.contains("minus") || claim.contains("minus_at")) v -= other("minus").value(claim, claim.contains("minus_at") ? moment("minus_at") : at);
  if (claim.contains("over")) v /= other("over").value(claim, at);
  if (claim.contains("against_epoch")) v /= own.value(claim, moment("against_epoch"));
  if (claim.contains("minus_epoch")) v -= own.value(claim, moment("minus_epoch"));
  return v;
}

void measure(const Json& preset, const std::string& assets, const std::shared_ptr<const Source>& source, std::uint64_t sample, std::mutex& mutex,
             Outcome& out) {
  const auto fail = [&](const std::string& why) {
    const std::lock_guard lock(mutex);
    out.good = false, out.trouble = why;
  };
  const Json json = Json::parse(text_of(assets + "/experiments/" + preset["id"].get<std::string>() + ".json"), nullptr, false), &claims = preset["claims"];
  if (!json.is_object()) return fail("no document of that name");
  const std::size_t lanes = json.contains("lanes") ? json["lanes"].size() : 1;
  const Kind& kind = kind_of(preset);
  for (const Json& claim : claims)
    if (const std::string mistake = mistake_in(claim, kind, lanes); !mistake.empty()) return fail(claim.dump() + " " + mistake);
  const auto course = preset["lab"] == "surface"    ? walk_lanes(json, claims, sample, source)
                      : preset["lab"] == "backprop" ? work_out_networks(json, claims, sample)
                      : preset["lab"] == "neuron"   ? measured_units(json, claims, sample, source)
                      : preset["lab"] == "losses"   ? measured_losses(json, claims, sample)
                      : preset["lab"] == "fit"      ? measured_fits(json, claims, sample)
                      : preset["lab"] == "cases"    ? measured_cases(json, claims, sample, source)
                                                    : train_lanes(json, claims, sample, source);
  if (!course) return fail(course.error().sentence(Language::en));

  for (std::size_t c = 0; c < claims.size(); ++c) {
    const Json& claim = claims[c];
    const auto take = [&](double v, bool holds) {
      const std::lock_guard lock(mutex);
      widen(out.claims[c], v);
      out.good = out.good && holds;
      if (std::isnan(v)) out.trouble = claim.dump() + " can't be measured";
    };
    if (claim.contains("same")) {
      const bool same = course->lanes.at(claim["same"][0].get<std::size_t>())->hash() == course->lanes.at(claim["same"][1].get<std::size_t>())->hash();
      take(same ? 1 : 0, same);
      continue;
    }
    if (claim.value("exactly", false) && sample > 0) continue;
    for (const std::size_t lane : lanes_of(claim["lane"])) {
      const double v = measured(claim, lane, *course);
      take(v, v >= claim.value("least", -1e300) && (v <= claim.value("most", 1e300) || (std::isinf(v) && !claim.contains("most")))); // NaN holds nothing
    }
  }
  const std::lock_guard lock(mutex);
  out.lanes.resize(course->lanes.size(), std::vector<Bounds>(kind.table.size()));
  for (std::size_t lane = 0; lane < course->lanes.size(); ++lane)
    for (std::size_t k = 0; k < kind.table.size(); ++k) widen(out.lanes[lane][k], course->lanes[lane]->value({{"value", kind.table[k]}}, std::nullopt));
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: downhill_presets ASSETS_DIR DATA_DIR [ID]\n", stderr), 2;
  const std::string assets = argv[1];
  Json presets = Json::parse(text_of(assets + "/presets.json"), nullptr, false);
  if (!presets.is_array()) return std::fputs("no presets.json there\n", stderr), 2;
  if (argc > 3) std::erase_if(presets.get_ref<Json::array_t&>(), [&](const Json& p) { return p["id"] != argv[3]; });
  auto source = read_fashion_mnist(argv[2]);
  if (!source) return std::fputs((source.error().sentence(Language::en) + "\n").c_str(), stderr), 2;
  const std::shared_ptr<const Source> shared = std::make_shared<Source>(std::move(*source));

  std::vector<Outcome> outcomes(presets.size());
  for (std::size_t i = 0; i < presets.size(); ++i) outcomes[i].claims.resize(presets[i]["claims"].size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t)
    threads.emplace_back([&] {
      for (std::size_t job; (job = next++) < presets.size() * kSamples;)
        measure(presets[job / kSamples], assets, shared, job % kSamples, mutex, outcomes[job / kSamples]);
    });
  for (std::thread& thread : threads) thread.join();

  std::size_t failed = 0;
  for (std::size_t i = 0; i < presets.size(); ++i) {
    if (presets[i]["claims"].empty()) outcomes[i].good = false, outcomes[i].trouble = "claims nothing";
    failed += !outcomes[i].good;
    std::printf("%s %zu - preset %s%s\n", outcomes[i].good ? "ok" : "not ok", i + 1, presets[i]["id"].get<std::string>().c_str(),
                outcomes[i].trouble.empty() ? "" : (": " + outcomes[i].trouble).c_str());
    for (std::size_t c = 0; c < outcomes[i].claims.size(); ++c)
      std::printf("#   %s: %.4g to %.4g\n", presets[i]["claims"][c].dump().c_str(), outcomes[i].claims[c].low, outcomes[i].claims[c].high);
    for (std::size_t lane = 0; argc > 3 && lane < outcomes[i].lanes.size(); ++lane) {
      std::printf("#   lane %zu:", lane);
      for (std::size_t k = 0; k < outcomes[i].lanes[lane].size(); ++k)
        std::printf(" %s %.4g to %.4g", kind_of(presets[i]).table[k].data(), outcomes[i].lanes[lane][k].low, outcomes[i].lanes[lane][k].high);
      std::printf("\n");
    }
  }
  std::printf("# pass %zu\n# fail %zu\n", presets.size() - failed, failed);
  return failed ? 1 : 0;
}
