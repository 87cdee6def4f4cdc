#include "app/core/rating.hpp"

#include "cases/raters_file.hpp"
#include "core/hash.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace downhill {
namespace {

constexpr std::size_t kMarksMost = 64; // of what was forgotten
constexpr const char *kSeed = "/data/seed", *kClasses = "/data/classes";

bool one_draw(const Json& a, const Json& b) { return a["seed"] == b["seed"] && a["classes"] == b["classes"]; }

UserError other_draw(const Json& rater, const Json& here, const std::string& place) {
  return {"other_draw", place, {brief(rater["seed"]), brief(rater["classes"]), brief(here["seed"]), brief(here["classes"])}};
}

// Whether `scores` begin as `beginning` does.
bool goes_on(const Json& scores, const Json& beginning) {
  return scores.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), scores.begin());
}
// What names scores once they are forgotten: nobody can tell them by it, nor who gave them.
std::string mark_of(const Json& rater) {
  const std::string text = Json::array({rater["seed"], rater["classes"], rater["scores"]}).dump();
  Hash hash;
  hash.add_bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return hex16(hash.value());
}
bool of_one(const Json& a, const Json& b) { return a["name"] == b["name"] && one_draw(a, b); }

// Whether somebody on the screen has all the scores that were kept, whatever they are called there.
bool has(const Json& shown, const Json& kept) { return one_draw(shown, kept) && goes_on(shown["scores"], kept["scores"]); }
// Whether the scores that were kept are somebody's on the screen, or go on from there.
bool goes_with(const Json& shown, const Json& kept) {
  return has(shown, kept) || (!shown["scores"].empty() && of_one(shown, kept) && goes_on(kept["scores"], shown["scores"]));
}
bool is_among(const Json& raters, const Json& kept) {
  return std::any_of(raters.begin(), raters.end(), [&](const Json& each) { return has(each, kept); });
}

bool has_name(const Json& raters, const Json& name) {
  return std::any_of(raters.begin(), raters.end(), [&](const Json& each) { return each["name"] == name; });
}
// Where others are called so: with a number.
std::string own_name(const Json& raters, const std::string& name) {
  std::string unlike = name;
  for (int n = 2; has_name(raters, unlike); ++n) unlike = name + " (" + std::to_string(n) + ")";
  return unlike;
}

} // namespace

// Undo and redo take scores back and give them again, one at a time: that is to be kept, too.
void RatingModel::follow() {
  const Json before = own_json_;
  read();
  follow_removed();
  if (before.is_null() || own_json_.is_null() || !of_one(before, own_json_)) return;
  const Json &had = before["scores"], &has = own_json_["scores"];
  if (has.size() + 1 == had.size() ? goes_on(had, has) : has.size() == had.size() + 1 && goes_on(has, had)) keep(before);
}

void RatingModel::read() {
  CaseSettings settings = cases_settings(document_.now()).settings;
  raters_ = std::move(settings.raters);
  who_ = std::min(settings.rater, raters_.size());
  items_ = settings.items;
  own_json_ = who_ < raters_.size() ? raters_json()[who_] : Json();
  draw_ = raters_.empty() ? Rater{{}, {}, settings.data_seed, settings.classes} : Rater{{}, {}, raters_[0].seed, raters_[0].classes};
  draw_shown_ = draw_.seed == settings.data_seed && draw_.classes == settings.classes;
  order_ = rating_order(draw_.seed, static_cast<std::size_t>(items_));
  rated_ = mean_scores(raters_).size();

  // a showing has its score if that picture was rated so often; ratings of files may be in any order
  std::map<std::uint32_t, std::size_t> scores;
  if (own())
    for (const Rating& each : own()->ratings) ++scores[each.place];
  given_ = 0;
  upcoming_.clear();
  for (const std::uint32_t place : order_) {
    if (std::size_t& left = scores[place]; left > 0)
      --left, ++given_;
    else if (upcoming_.size() < kAhead)
      upcoming_.push_back(place);
  }
}

std::array<std::int64_t, RatingModel::kScores> RatingModel::histogram() const {
  std::array<std::int64_t, kScores> counts{};
  if (own())
    for (const Rating& each : own()->ratings) ++counts[static_cast<std::size_t>(std::floor(each.score + 0.5)) - 1];
  return counts;
}

std::optional<UserError> RatingModel::put(Json raters, std::size_t who) {
  auto error = document_.set_all({{"/raters", std::move(raters)}, {"/rating/rater", who}});
  read();
  return error;
}

std::optional<UserError> RatingModel::rate(int score, const std::string& name) {
  if (upcoming_.empty() || score < 1 || score > kScores) return {};
  Json raters = raters_json();
  const std::size_t who = who_;
  if (who == raters.size()) raters.push_back({{"name", own_name(raters, name)}, {"seed", draw_.seed}, {"classes", draw_.classes}, {"scores", Json::array()}});
  const Json before = raters[who];
  raters[who]["scores"].push_back({upcoming_.front(), score});
  if (auto error = put(std::move(raters), who)) return error;
  keep(before);
  return {};
}

std::optional<UserError> RatingModel::take_back() {
  if (!last()) return {};
  Json raters = raters_json();
  const std::size_t who = who_;
  const Json before = raters[who];
  Json& scores = raters[who]["scores"];
  scores.erase(scores.size() - 1);
  if (auto error = put(std::move(raters), who)) return error;
  keep(before);
  return {};
}

std::optional<UserError> RatingModel::show_draw() {
  if (raters_.empty()) return {};
  auto error = document_.set_all(draw_values(raters_json()[0]));
  read();
  return error;
}

std::optional<UserError> RatingModel::set_items(std::int64_t items) {
  auto error = document_.set(FieldId{{}, "/rating/items"}, items);
  read();
  return error;
}

// ---- all raters ----

double RatingModel::mean_of(std::size_t rater) const {
  double sum = 0;
  for (const Rating& each : raters_[rater].ratings) sum += each.score;
  return sum / static_cast<double>(raters_[rater].ratings.size());
}

std::optional<UserError> RatingModel::choose(std::size_t rater) {
  auto error = document_.set(FieldId{{}, "/rating/rater"}, std::min(rater, raters_.size()));
  read();
  return error;
}

std::optional<UserError> RatingModel::rename(std::size_t rater, const std::string& name) {
  if (rater >= raters_.size()) return {};
  Json raters = raters_json();
  const Json before = raters[rater];
  raters[rater]["name"] = name;
  if (auto error = put(std::move(raters), who_)) return error;
  if (rater == who_) keep(before);
  return {};
}

std::optional<UserError> RatingModel::remove(std::size_t rater) {
  if (rater >= raters_.size()) return {};
  Json raters = raters_json();
  const Json removed = raters[rater];
  raters.erase(rater);
  for (std::size_t i = kept_.size(); i-- > 0;) {
    if (!goes_with(removed, kept_[i].rater) || is_among(raters, kept_[i].rater)) continue;
    removed_here_.push_back(kept_[i]);
    forget(i);
  }
  const std::size_t who = rater == who_ ? raters.size() : who_ - (rater < who_ ? 1 : 0);
  return put(std::move(raters), who);
}

OpenedRaters RatingModel::open(const std::vector<NamedText>& files) {
  OpenedRaters opened;
  Json raters = raters_json();
  const bool somebody = own() != nullptr;
  for (const NamedText& file : files) {
    const auto refuse = [&](UserError error) {
      error.place = error.place.empty() ? file.name : file.name + " " + error.place;
      opened.refused.push_back(std::move(error));
    };
    const auto read = raters_from_file(file.text);
    std::string no_place; // names
    if (!read) {
      refuse(read.error());
      continue;
    }
    for (std::size_t i = 0; i < read->size(); ++i) {
      Json rater = (*read)[i];
      const std::string place = "/raters/" + std::to_string(i);
      if (std::find(raters.begin(), raters.end(), rater) != raters.end()) {
        ++opened.had;
        continue;
      }
      if (!raters.empty() && !one_draw(rater, raters[0])) {
        refuse(other_draw(rater, raters[0], place));
        break;
      }
      if (raters.size() == kRatersMost) {
        no_place += (no_place.empty() ? "" : ", ") + rater["name"].get<std::string>();
        continue;
      }
      rater["name"] = own_name(raters, rater["name"].get<std::string>());
      raters.push_back(std::move(rater));
      ++opened.added;
    }
    if (no_place.empty()) continue;
    std::string here;
    for (const Json& each : raters) here += (here.empty() ? "" : ", ") + each["name"].get<std::string>();
    refuse({"too_many_raters", "", {std::to_string(kRatersMost), std::move(here), std::move(no_place)}});
  }
  if (opened.added == 0) return opened;
  auto values = draw_values(raters[0]);
  values.emplace_back("/rating/rater", somebody ? who_ : raters.size());
  values.emplace_back("/raters", std::move(raters));
  if (auto error = document_.set_all(values)) opened.refused.push_back(std::move(*error)), opened.added = 0;
  read();
  return opened;
}

std::string RatingModel::file(std::size_t rater) const { return raters_file(Json::array({raters_json()[rater]})); }

// What else is shown of the data is of the raters' draw, then.
std::vector<std::pair<std::string, Json>> RatingModel::draw_values(const Json& rater) const { return {{kSeed, rater["seed"]}, {kClasses, rater["classes"]}}; }

std::optional<UserError> RatingModel::train() {
  if (rated_ < kTrainLeast) return UserError{"too_few_rated", "", {std::to_string(kTrainLeast), std::to_string(rated_)}};
  const std::size_t fifth = rated_ / 5, train = rated_ - 2 * fifth;
  auto values = draw_values(raters_json()[0]);
  const std::initializer_list<std::pair<std::string, Json>> others = {{"/case", "scores"},
                                                                      {"/score", "raters"},
                                                                      {"/station", "training"},
                                                                      {"/data/train", train},
                                                                      {"/data/validation", fifth},
                                                                      {"/data/test", fifth},
                                                                      {"/hidden", Json::array()},
                                                                      {"/batch", std::min<std::size_t>(train, kTasteBatch)},
                                                                      {"/drop_last", false},
                                                                      {"/epochs", kTasteEpochs},
                                                                      {"/optimizer", {{"name", "adam"}, {"lr", kTasteRate}}},
                                                                      {"/picture", 0}};
  values.insert(values.end(), others.begin(), others.end());
  auto error = document_.set_all(values);
  read();
  return error;
}

// ---- kept by the browser ----

// What was kept of the scores as they were before this one; a score that had not reached the link before the page was closed is one more.
void RatingModel::keep(const Json& before) {
  const Json& now = own_json_;
  const auto same = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& each) {
    const Json &scores = each.rater["scores"], &had = before["scores"];
    return of_one(each.rater, before) && goes_on(scores, had) && scores.size() - had.size() <= 1;
  });
  if (same != kept_.end()) kept_.erase(same);
  if (!now["scores"].empty()) add_kept({now, items_});
  cut_kept();
  ++kept_version_;
}

// What was given again is not forgotten any more.
void RatingModel::add_kept(Kept kept) {
  if (is_removed(kept.rater)) ++turns_[mark_of(kept.rater)];
  kept_.push_back(std::move(kept));
}

void RatingModel::forget(std::size_t kept) {
  const std::string mark = mark_of(kept_[kept].rater);
  std::uint64_t& turn = turns_[mark];
  turn += 1 + turn % 2;
  cut_marks(mark);
  kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(kept));
  ++kept_version_;
}

// Of too many those go first that are forgotten no more; `newest` stays.
void RatingModel::cut_marks(const std::string& newest) {
  while (turns_.size() > kMarksMost) {
    const auto back = std::find_if(turns_.begin(), turns_.end(), [&](const auto& each) { return each.second % 2 == 0 && each.first != newest; });
    turns_.erase(back != turns_.end() ? back : turns_.begin()->first == newest ? std::next(turns_.begin()) : turns_.begin());
  }
}

bool RatingModel::is_removed(const Json& rater) const {
  const auto turn = turns_.find(mark_of(rater));
  return turn != turns_.end() && turn->second % 2 == 1;
}

// Undo has brought somebody back who was removed, or redo has removed them again.
void RatingModel::follow_removed() {
  for (const Kept& each : removed_here_) {
    const auto kept = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.rater == each.rater; });
    const Json& raters = raters_json();
    const bool here = std::any_of(raters.begin(), raters.end(), [&](const Json& shown) { return goes_with(shown, each.rater); });
    if (here && kept == kept_.end() && is_removed(each.rater)) add_kept(each), cut_kept(), ++kept_version_;
    if (!here && kept != kept_.end()) forget(static_cast<std::size_t>(kept - kept_.begin()));
  }
}

// A text of more could not be read again.
void RatingModel::cut_kept() {
  if (kept_.size() > kRatersMost) kept_.erase(kept_.begin(), kept_.end() - static_cast<std::ptrdiff_t>(kRatersMost));
}

bool RatingModel::take_kept(const std::string& text) {
  const auto json = read_json(text);
  if (!json || !json->is_object() || !json->contains("raters") || !json->contains("items") || !(*json)["items"].is_array()) return false;
  const Json& items = (*json)["items"];
  const Json listed = (*json)["raters"], turns = json->value("removed", Json::object());
  const auto raters = listed.empty() ? Result<Json>(Json::array()) : raters_from_file(raters_file(listed));
  if (!raters || raters->size() != items.size()) return false;
  std::set<std::string> news; // marks that another window has turned
  if (turns.is_object())
    for (const auto& [mark, turn] : turns.items())
      if (turn.is_number_unsigned() && turn.get<std::uint64_t>() > turns_[mark]) turns_[mark] = turn.get<std::uint64_t>(), news.insert(mark);
  std::vector<Kept> kept;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!check_number(items[i], "", kItemsLeast, kItemsMost, true)) kept.push_back({(*raters)[i], items[i].get<std::int64_t>()});
  const bool holds_forgotten = std::any_of(kept.begin(), kept.end(), [&](const Kept& each) { return is_removed(each.rater); });
  // what was given before the browser's answer came, or beside it in another window, goes behind it; of one rater's the longer is kept
  for (Kept& mine : kept_) {
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const Kept& each) {
      return of_one(each.rater, mine.rater) && (goes_on(each.rater["scores"], mine.rater["scores"]) || goes_on(mine.rater["scores"], each.rater["scores"]));
    });
    if (same != kept.end()) {
      if (same->rater["scores"].size() > mine.rater["scores"].size()) mine = *same;
      kept.erase(same);
    }
    kept.push_back(std::move(mine));
  }
  for (const Kept& each : kept) // what another window has forgotten no undo here brings back
    if (is_removed(each.rater) && news.contains(mark_of(each.rater))) std::erase_if(removed_here_, [&](const Kept& one) { return one.rater == each.rater; });
  std::erase_if(kept, [&](const Kept& each) { return is_removed(each.rater); });
  cut_marks({}); // only now, since one that goes may be that of scores that were here
  kept_ = std::move(kept);
  cut_kept();
  ++kept_version_;
  return holds_forgotten;
}

std::string RatingModel::kept_text() const {
  if (kept_.empty() && turns_.empty()) return {};
  Json items = Json::array(), raters = Json::array();
  for (const Kept& each : kept_) items.push_back(each.items), raters.push_back(each.rater);
  Json out{{"items", items}, {"raters", raters}};
  if (!turns_.empty()) out["removed"] = turns_;
  return out.dump();
}

std::vector<std::size_t> RatingModel::waiting() const {
  std::vector<std::size_t> out;
  const Json raters = raters_json();
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (!is_among(raters, kept_[i].rater)) out.push_back(i);
  }
  return out;
}

std::optional<UserError> RatingModel::go_on(std::size_t kept) {
  if (kept >= kept_.size()) return {};
  const Kept wanted = kept_[kept];
  Json raters = raters_json();
  if (!raters.empty() && !one_draw(wanted.rater, raters[0])) return other_draw(wanted.rater, raters[0], "");
  // where its beginning is on the screen, that goes on
  auto place = std::find_if(raters.begin(), raters.end(),
                            [&](const Json& each) { return of_one(each, wanted.rater) && goes_on(wanted.rater["scores"], each["scores"]); });
  const std::size_t who = static_cast<std::size_t>(place - raters.begin());
  if (place != raters.end())
    *place = wanted.rater;
  else {
    raters.push_back(wanted.rater);
    if (who > 0) raters[who]["name"] = own_name(raters_json(), wanted.rater["name"].get<std::string>()), kept_[kept].rater["name"] = raters[who]["name"];
  }
  auto values = draw_values(wanted.rater);
  values.emplace_back("/raters", std::move(raters));
  values.emplace_back("/rating/rater", who), values.emplace_back("/rating/items", wanted.items);
  auto error = document_.set_all(values);
  read();
  return error;
}

void RatingModel::forget_kept() {
  removed_here_.clear(); // no undo brings them back to the browser
  while (!kept_.empty()) forget(kept_.size() - 1);
}

} // namespace downhill
