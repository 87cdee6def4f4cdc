// Rate it yourself: pictures are shown one by one and given 1 to 5, by keys,
// presses or touch; others' ratings are opened from files, and a model is
// trained on them.
#include "app/labs/cases/rate.hpp"
#include "app/labs/cases/parts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace downhill::walk {
namespace {

constexpr std::string_view kScoreKeys[] = {"1", "2", "3", "4", "5"};
constexpr int kSide = static_cast<int>(kCaseSide);
constexpr const char* kMemory = "ratings"; // what the browser calls what it keeps

std::string points(double value) { return std::isfinite(value) ? setting(std::round(100 * value) / 100) : "–"; }

// The digits at the end of an id.
std::size_t number_of(const std::string& id) {
  std::size_t n = 0;
  for (std::size_t at = id.find_last_not_of("0123456789") + 1; at < id.size(); ++at) n = 10 * n + static_cast<std::size_t>(id[at] - '0');
  return n;
}

} // namespace

// ---- what is pressed, on the screen or in the form view ----

bool Rate::press(const std::string& id) {
  if (!id.starts_with("cases.rate.")) return false;
  model_.follow();
  const std::string what = id.substr(11);
  const std::size_t n = number_of(what);
  const auto is = [&](std::string_view name) { return what.starts_with(name); };
  if (is("score."))
    give(static_cast<int>(n));
  else if (is("back"))
    take_back();
  else if (is("train"))
    train();
  else if (is("open"))
    lab_.tell({{"type", "choose_files"}, {"accept", ".json,application/json"}});
  else if (is("other"))
    lab_.keep(model_.choose(model_.raters().size()));
  else if (is("save.") && n < model_.raters().size())
    lab_.save(model_.raters()[n].name + ".json", model_.file(n));
  else if (is("go."))
    lab_.keep(model_.choose(n));
  else if (is("remove."))
    lab_.keep(model_.remove(n));
  else if (is("kept."))
    lab_.keep(model_.go_on(n));
  else if (is("forget"))
    model_.forget_kept();
  else if (is("template"))
    save_template();
  else if (is("draw"))
    lab_.keep(model_.show_draw());
  else if (is("leave"))
    lab_.set_rating(false);
  else
    return false;
  keep();
  return true;
}

void Rate::give(int score) {
  if (!ready()) return;
  const std::size_t before = model_.given();
  lab_.keep(model_.rate(score, name_.empty() ? std::string(lab_.controls()("cases.rate.me")) : name_));
  if (model_.given() != before) tell_stand(fill(lab_.controls()("cases.rate.gave"), {std::to_string(score)}));
}

void Rate::take_back() {
  if (!model_.last()) return;
  const std::string score = points(model_.last()->score);
  lab_.keep(model_.take_back());
  tell_stand(fill(lab_.controls()("cases.rate.took_back"), {score}));
}

void Rate::train() {
  if (auto error = model_.train()) return lab_.keep(std::move(error));
  lab_.set_rating(false);
}

void Rate::save_template() { lab_.save("scores.csv", scores_template(kBookPictures)); }

// To screen readers: what was done, and which picture comes.
void Rate::tell_stand(const std::string& done) {
  Ui& ui = lab_.controls();
  lab_.tell(
      {{"type", "said"}, {"text", fill(ui("cases.rate.said"), {done, model_.now() ? stand() : std::string(ui("cases.rate.done")) + " " + agreement_text()})}});
}

// Which picture it is, of how many.
std::string Rate::stand() const {
  const auto place = model_.now();
  return place ? fill(lab_.controls()("cases.rate.stand"),
                      {std::to_string(model_.given() + 1), std::to_string(model_.total()), lab_.class_name(lab_.model().drawn_class(*place))})
               : std::string(lab_.controls()("cases.rate.done"));
}

std::string Rate::agreement_text() const {
  const Agreement a = model_.agreement();
  if (a.pairs == 0) return {};
  return fill(lab_.controls()("cases.rate.agreement"), {std::to_string(a.pairs), std::to_string(a.equal), points(a.mean_difference)});
}

bool Rate::ready() const { return model_.now() && model_.draw_is_shown() && !lab_.model().drawn(*model_.now()).empty(); }

void Rate::follow() {
  model_.follow();
  if (!asked_) asked_ = true, lab_.tell({{"type", "recall"}, {"key", kMemory}});
  keep();
}

// Not before what was kept has come: it would be lost.
void Rate::keep() {
  if (!recalled_ || kept_version_ == model_.kept_version()) return;
  kept_version_ = model_.kept_version();
  lab_.tell({{"type", "keep"}, {"key", kMemory}, {"text", model_.kept_text()}});
}

void Rate::recalled(const std::string& text, bool works, bool refused) {
  const bool again = std::exchange(recalled_, true); // another window has written
  browser_keeps_ = works;
  const bool some = !model_.kept().empty();
  const bool anew = model_.take_kept(text) || refused;
  if (!anew && (again || !some)) kept_version_ = model_.kept_version(); // that is what it has; of two windows that answered each other neither would rest
  ++news_;
  keep();
}

void Rate::open(const Json& files) {
  model_.follow();
  std::vector<NamedText> texts;
  if (files.is_array())
    for (const Json& file : files)
      if (file.is_object() && file.contains("name") && file.contains("text") && file["name"].is_string() && file["text"].is_string())
        texts.push_back({file["name"].get<std::string>(), file["text"].get<std::string>()});
  if (texts.empty()) return;
  if (const CaseSettings& s = lab_.model().settings(); s.kind != CaseKind::scores || s.own)
    return lab_.keep(UserError{"raters_for_scores", texts.front().name, {}});
  opened_ = model_.open(texts);
  ++news_;
  if (!opened_->refused.empty()) lab_.keep(opened_->refused.front());
}

Json Rate::stand_json() {
  model_.follow();
  const auto place = model_.now();
  const Agreement a = model_.agreement();
  Json out = {{"given", model_.given()}, {"total", model_.total()}, {"place", nullptr}, {"pixels", Json::array()}, {"pairs", a.pairs}, {"equal", a.equal}};
  if (!place || !ready()) return out;
  out["place"] = *place;
  for (const std::uint8_t pixel : lab_.model().drawn(*place)) out["pixels"].push_back(pixel);
  return out;
}

std::optional<UserError> Rate::type(const std::string& id, const std::string& text) {
  if (!id.starts_with("cases.rate.name")) return no_field(id);
  const std::size_t n = id.starts_with("cases.rate.name.") ? number_of(id.substr(0, id.find(':'))) : model_.who();
  ++news_;
  if (n < model_.raters().size()) return model_.rename(n, text);
  if (auto failure = check_line(text, "", kNameMost)) return *failure;
  name_ = text;
  return {};
}

std::string Rate::csv(std::string_view plot) const {
  if (plot != "view") return {};
  std::string out = "rater,place,class,score\n";
  for (std::size_t r = 0; r < model_.raters().size(); ++r)
    for (const Rating& each : model_.raters()[r].ratings)
      out +=
          std::to_string(r + 1) + "," + std::to_string(each.place) + "," + std::to_string(model_.class_of(each.place)) + "," + shortest_text(each.score) + "\n";
  return out;
}

void Rate::add_fields(Json& rows) const {
  Ui& ui = lab_.controls();
  const auto button = [&](const std::string& id, const std::string& words, std::string_view help) {
    rows.push_back(form_button("cases.rate." + id, words, help));
  };
  rows.push_back(form_line("cases.rate.name", ui("cases.rate.name"), ui("help.control.cases.rate.name"), own_name()));
  if (ready())
    for (int score = 1; score <= RatingModel::kScores; ++score) button("score." + std::to_string(score), score_label(score), stand());
  if (model_.last()) button("back", std::string(ui("cases.rate.back")), fill(ui("cases.rate.last"), {points(model_.last()->score)}));
  if (model_.rated() >= RatingModel::kTrainLeast) button("train", std::string(ui("cases.rate.train")), ui("help.control.cases.rate.train"));
  button("open", std::string(ui("cases.rate.open")), ui("help.control.cases.rate.open"));
  for (std::size_t i = 0; i < model_.raters().size(); ++i) {
    const std::string n = std::to_string(i), &name = model_.raters()[i].name;
    button("save." + n, name + ": " + std::string(ui("cases.rate.save")), rater_text(i));
    button("remove." + n, name + ": " + std::string(ui("cases.rate.remove")), ui("help.control.cases.rate.remove"));
  }
  for (const std::size_t i : model_.waiting()) button("kept." + std::to_string(i), kept_text(i), ui("help.control.cases.rate.kept"));
  button("leave", std::string(ui("cases.rate.leave")), ui("help.control.cases.rate.leave"));
}

// ---- words ----

std::string Rate::own_name() const { return model_.own() ? model_.own()->name : name_.empty() ? std::string(lab_.controls()("cases.rate.me")) : name_; }

std::string Rate::score_label(int score) const {
  return std::to_string(score) + " " + std::string(lab_.controls().by_id("cases.rate.word." + std::to_string(score)));
}

std::string Rate::rater_text(std::size_t i) const {
  const std::size_t count = model_.raters()[i].ratings.size();
  return fill(lab_.controls()("cases.rate.rater"), {std::to_string(count), points(model_.mean_of(i))});
}

std::string Rate::kept_text(std::size_t i) const {
  const Json& rater = model_.kept()[i].rater;
  return fill(lab_.controls()("cases.rate.go_on_kept"), {rater["name"].get<std::string>(), std::to_string(rater["scores"].size())});
}

// ---- drawing: the picture ----

void Rate::picture(Rect box, Room) {
  rated_picture(box);
  take_pressed();
}

void Rate::rated_picture(Rect box) {
  Ui& ui = lab_.controls();
  if (!model_.draw_is_shown()) {
    const std::string text(ui("cases.rate.other_draw"));
    box.cut_top(ui.paragraph(box, text, ui.theme->soft, kText) + kGrid);
    ui.note_item("cases.rate.stray", ui("cases.rate.title"), "status", text, box);
    Rect row = box.cut_top(ui.control_height());
    button(row, "draw", ui("cases.rate.draw"), true);
    return;
  }
  progress(box.cut_top(ui.touch ? 46 : 26)); // a finger takes scores back, too
  if (!model_.now()) return ended(box);
  score_buttons(box.cut_bottom(ui.touch ? 64 : 54));
  box.cut_bottom(kGrid);
  const auto pixels = lab_.model().drawn(*model_.now());
  if (pixels.empty()) {
    without_data(lab_, box);
    return;
  }
  const float side = std::max(28.0F, std::min(box.w, box.h));
  const Rect square{box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side};
  sheet_.set_pixels(pixels, 1, kSide, kSide, (lab_.model().news() << 16) + *model_.now() + 1);
  sheet_.begin(ui);
  sheet_.draw(ui, 0, square);
  sheet_.end(ui);
  ui.note_item("cases.rate.picture", ui("cases.rate.picture"), "img", stand(), square);
}

// How far it is, in words and as a bar; what was given last, and the way back.
void Rate::progress(Rect box) {
  Ui& ui = lab_.controls();
  const Rect bar = box.cut_bottom(4);
  ui.draw()->AddRectFilled(bar.min(), bar.max(), ui.theme->fill, 2);
  const float share = static_cast<float>(model_.given()) / static_cast<float>(std::max<std::size_t>(1, model_.total()));
  ui.draw()->AddRectFilled(bar.min(), {bar.x + bar.w * share, bar.bottom()}, ui.theme->accent, 2);
  const std::string text = fill(ui("cases.rate.progress"), {std::to_string(model_.given()), std::to_string(model_.total())});
  box.cut_bottom(2);
  if (model_.last()) {
    const std::string back = fill(ui("cases.rate.back_from"), {points(model_.last()->score)});
    if (ui.link("cases.rate.back", box, back)) pressed_ = "cases.rate.back";
    set_key("cases.rate.back", "Backspace");
    box.cut_right(ui.text_width(back, kLabel, Weight::bold) + kGrid);
  }
  ui.text(box, text, ui.theme->soft, kLabel, Weight::bold);
  ui.note_item("cases.rate.progress", ui("cases.rate.title"), "status", text, box);
}

void Rate::set_key(const std::string& id, std::string_view key) {
  auto& items = lab_.controls().items;
  if (!items.empty() && items.back().id == id) items.back().key = key;
}

void Rate::score_buttons(Rect box) {
  Ui& ui = lab_.controls();
  const float gap = 6, width = (std::min(box.w, 480.0F) - 4 * gap) / RatingModel::kScores;
  float x = box.x + (box.w - (RatingModel::kScores * width + 4 * gap)) / 2;
  const bool can = ready();
  for (int score = 1; score <= RatingModel::kScores; ++score, x += width + gap) {
    const std::string id = "cases.rate.score." + std::to_string(score), label = score_label(score);
    Rect place{x, box.y, width, box.h};
    const Ui::Press p = ui.press(id, place, can);
    ui.draw()->AddRectFilled(place.min(), place.max(), faded(ui.theme->fill, p.held ? 0.6F : 1), 6);
    if (p.hovered && !ui.touch) ui.draw()->AddRect(place.min(), place.max(), ui.theme->accent, 6, 0, 2);
    const std::uint32_t ink = faded(ui.theme->ink, can ? 1 : 0.45F);
    ui.note_item(id, label, "button", "", place, can);
    set_key(id, kScoreKeys[score - 1]);
    if (p.pressed) pressed_ = id;
    place = place.inset(1, 6);
    ui.text(place.cut_bottom(16), ui.by_id("cases.rate.word." + std::to_string(score)), faded(ui.theme->soft, can ? 1 : 0.45F), kSmall, Weight::regular,
            Align::center);
    ui.text(place, kScoreKeys[score - 1], ink, kTitle, Weight::bold, Align::center);
  }
}

// All are rated: what was given, and how well it agrees with itself.
void Rate::ended(Rect box) {
  Ui& ui = lab_.controls();
  box.cut_top(kGrid);
  const std::string text = std::string(ui("cases.rate.done")) + " " + agreement_text();
  const float height = ui.paragraph(box, text, ui.theme->ink, kText);
  ui.note_item("cases.rate.ended", ui("cases.rate.title"), "status", text, {box.x, box.y, box.w, height});
  box.cut_top(height + kGrid);
  Rect row = box.cut_top(ui.control_height());
  button(row, "train", ui("cases.rate.train"), true);
  box.cut_top(kGrid);
  if (box.h > 60) histogram(box.cut_top(std::min(box.h, 240.0F)));
}

void Rate::histogram(Rect box) {
  Ui& ui = lab_.controls();
  const auto counts = model_.histogram();
  const std::int64_t most = std::max<std::int64_t>(1, *std::max_element(counts.begin(), counts.end()));
  const float pitch = std::min(box.w, 400.0F) / static_cast<float>(counts.size());
  std::string words;
  const Rect area = box;
  const Rect names = box.cut_bottom(16);
  box.cut_top(16);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const float x = box.x + pitch * static_cast<float>(i), tall = std::max(1.0F, box.h * static_cast<float>(counts[i]) / static_cast<float>(most));
    const Rect bar{x + pitch * 0.15F, box.bottom() - tall, pitch * 0.7F, tall};
    ui.draw()->AddRectFilled(bar.min(), bar.max(), ui.theme->accent, 2);
    ui.text({x, bar.y - 16, pitch, 15}, std::to_string(counts[i]), ui.theme->soft, kSmall, Weight::regular, Align::center);
    ui.text({x, names.y, pitch, names.h}, kScoreKeys[i], ui.theme->soft, kSmall, Weight::bold, Align::center);
    words += (words.empty() ? "" : ", ") + std::string(kScoreKeys[i]) + ": " + std::to_string(counts[i]);
  }
  ui.note_item("cases.rate.histogram", ui("cases.rate.histogram"), "img", words, area);
}

// ---- drawing: the column ----

// Cuts its place off the row's left.
void Rate::button(Rect& row, const std::string& id, std::string_view words, bool accent) {
  Ui& ui = lab_.controls();
  const float width = std::min(row.w, ui.text_width(words, kText, accent ? Weight::bold : Weight::regular) + 24);
  if (ui.button("cases.rate." + id, row.cut_left(width), words, accent)) pressed_ = "cases.rate." + id;
  row.cut_left(6);
}

void Rate::setup(Column& column) {
  Ui& ui = lab_.controls();
  column.title(ui("cases.rate.title"));
  say(lab_, column, "cases.rate.intro", ui("cases.rate.title"), std::string(ui(ui.touch ? StringKey("cases.rate.intro_touch") : StringKey("cases.rate.intro"))),
      ui.theme->soft);
  ui.number("cases.rate.name:label", column.field("cases.rate.name", ui("cases.rate.name"), 120, ui("help.control.cases.rate.name")), ui("cases.rate.name"),
            own_name(), ui("help.control.cases.rate.name"));
  field_slider(lab_, column, "/rating/items", {.least = kItemsLeast, .most = kItemsMost, .parts = 0.1});
  if (model_.given() > 0 && model_.now()) {
    column.rest.cut_top(kHalf);
    histogram(column.row(76));
  }
  if (model_.rated() >= RatingModel::kTrainLeast && model_.now()) {
    column.rest.cut_top(kHalf);
    Rect row = column.row();
    button(row, "train", ui("cases.rate.train"), false);
  }
  memory(column);
  raters(column);
  column.rule();
  column.title(ui("cases.rate.own_pictures"));
  say(lab_, column, "cases.rate.template_words", ui("cases.rate.own_pictures"), std::string(ui("cases.rate.template_words")), ui.theme->soft);
  Rect row = column.row();
  button(row, "template", ui("cases.rate.template"));
  column.rule();
  row = column.row();
  button(row, "leave", ui("cases.rate.leave"));
  take_pressed();
}

// What a press changes is changed when all of a panel is drawn.
void Rate::take_pressed() {
  if (!pressed_.empty()) press(std::exchange(pressed_, {}));
}

// Whether the browser keeps what was given, and what it kept before.
void Rate::memory(Column& column) {
  Ui& ui = lab_.controls();
  column.rule();
  const auto waiting = model_.waiting();
  for (const std::size_t i : waiting) {
    Rect row = column.row();
    button(row, "kept." + std::to_string(i), kept_text(i), i == waiting.back() && model_.given() == 0);
  }
  const std::string text(ui(!browser_keeps_ ? StringKey("cases.rate.keeps_nothing") : StringKey("cases.rate.keeps")));
  say(lab_, column, "cases.rate.memory", ui("cases.rate.title"), text, browser_keeps_ ? ui.theme->soft : ui.theme->bad);
  if (browser_keeps_ && !model_.kept().empty()) {
    Rect row = column.row();
    button(row, "forget", ui("cases.rate.forget"));
  }
}

void Rate::raters(Column& column) {
  Ui& ui = lab_.controls();
  column.rule();
  column.title(ui("cases.rate.raters"));
  const auto& all = model_.raters();
  for (std::size_t i = 0; i < all.size(); ++i) rater_rows(column, i);
  if (all.size() > 1) {
    say(lab_, column, "cases.rate.averaged", ui("cases.rate.raters"),
        fill(ui("cases.rate.averaged"), {std::to_string(all.size()), std::to_string(model_.rated())}), ui.theme->soft);
    differences(column);
  }
  if (opened_) {
    if (opened_->added + opened_->had > 0)
      say(lab_, column, "cases.rate.opened", ui("cases.rate.open"),
          fill(ui(opened_->had > 0 ? StringKey("cases.rate.opened_had") : StringKey("cases.rate.opened")),
               {std::to_string(opened_->added), std::to_string(opened_->had)}),
          ui.theme->soft);
    for (std::size_t i = 0; i < opened_->refused.size(); ++i)
      say(lab_, column, ("cases.rate.refused." + std::to_string(i)).c_str(), ui("cases.rate.refused"), opened_->refused[i].sentence(ui.language),
          ui.theme->bad);
  }
  Rect row = column.row();
  button(row, "open", ui("cases.rate.open"));
  if (model_.own()) {
    row = column.row();
    button(row, "other", ui("cases.rate.other"));
  }
}

void Rate::rater_rows(Column& column, std::size_t i) {
  Ui& ui = lab_.controls();
  const std::string n = std::to_string(i);
  const std::string &name = model_.raters()[i].name, text = rater_text(i);
  Rect row = column.row();
  ui.text(row.cut_left(18), std::to_string(i + 1), i == model_.who() ? ui.theme->accent : ui.theme->soft, kLabel, Weight::bold);
  ui.number("cases.rate.name." + n + ":label", row.cut_left(std::min(96.0F, row.w / 2)), ui("cases.rate.name"), name, ui("help.control.cases.rate.name"));
  row.cut_left(6);
  ui.text(row, text, ui.theme->soft, kLabel);
  ui.note_item("cases.rate.rater." + n, name, "status", text, row);
  row = column.row();
  row.cut_left(18);
  const auto link = [&](const char* what, std::string_view words) {
    const float width = ui.text_width(words, kLabel, Weight::bold);
    if (ui.link(std::string("cases.rate.") + what + n, row.cut_left(std::min(row.w, width)), words, Align::left))
      pressed_ = std::string("cases.rate.") + what + n;
    row.cut_left(12);
  };
  link("save.", ui("cases.rate.save"));
  if (i != model_.who()) link("go.", ui("cases.rate.go"));
  link("remove.", ui("cases.rate.remove"));
}

// By how many points two raters differ on the pictures that both have rated.
void Rate::differences(Column& column) {
  Ui& ui = lab_.controls();
  const auto& all = model_.raters();
  const float head = 22, width = std::min(40.0F, (column.rest.w - head) / static_cast<float>(all.size()));
  const Rect whole{column.rest.x, column.rest.y, column.rest.w, 18 * static_cast<float>(all.size() + 1)};
  std::string words;
  Rect row = column.row(18);
  row.cut_left(head);
  for (std::size_t j = 0; j < all.size(); ++j) ui.text(row.cut_left(width), std::to_string(j + 1), ui.theme->soft, kSmall, Weight::bold, Align::center);
  for (std::size_t i = 0; i < all.size(); ++i) {
    row = column.row(18);
    ui.text(row.cut_left(head), std::to_string(i + 1), ui.theme->soft, kSmall, Weight::bold);
    for (std::size_t j = 0; j < all.size(); ++j) {
      const Rect cell = row.cut_left(width);
      if (j == i) continue;
      const Agreement a = agreement_of(all[i], all[j]);
      ui.text(cell, points(a.mean_difference), ui.theme->ink, kSmall, Weight::regular, Align::center);
      if (j > i)
        words += (words.empty() ? "" : " ") +
                 fill(ui("cases.rate.pair"), {all[i].name, all[j].name, std::to_string(a.pairs), std::to_string(a.equal), points(a.mean_difference)});
    }
  }
  ui.note_item("cases.rate.pairs", ui("cases.rate.pairs"), "img", words, whole);
  column.paragraph(ui("cases.rate.pairs_words"), ui.theme->faint);
  column.rest.cut_top(kHalf);
}

std::unique_ptr<RatePart> rate_part(CasesLab& lab) { return std::make_unique<Rate>(lab); }

} // namespace downhill::walk
