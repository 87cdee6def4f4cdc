// A lane on other training examples: how far its error, and what it says, hang on which ones it was given.
#include "app/views/list.hpp"

#include "app/core/typed_number.hpp"
#include "core/hash.hpp"

#include <algorithm>
#include <numeric>

namespace downhill {

using namespace ui;

namespace {

constexpr float kCard = 56;

class DrawsView final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;
  std::optional<UserError> type(std::string_view id, const std::string& text) override;

private:
  void head(const ViewPlace& s, Rect row) const;
  void runs(const ViewPlace& s, Rect& box, const Draws::Result& result, const Disagreement& all) const;
  void divided(const ViewPlace& s, Rect box, const Draws::Result& result, const Disagreement& all);

  std::size_t wanted_ = 5;
  std::array<PictureSheet, 2> images_; // of either side
};

const Json& settings_of(const ViewPlace& s) { return s.race.experiment().lanes[s.lane].complete; }

// How many draws, and the button.
void DrawsView::head(const ViewPlace& s, Rect row) const {
  Ui& ui = s.ui;
  const std::string side = std::to_string(s.side);
  const Draws& draws = s.race.draws();
  if (draws.running()) { // of this lane, or of another, which is then named
    if (ui.button("draws.cancel" + side, row.cut_left(ui.text_width(ui("sweep.cancel")) + 28), ui("sweep.cancel"))) s.race.cancel_draws();
    row.cut_left(kGrid);
    std::string share = percent(draws.progress());
    const auto& lanes = s.race.experiment().lanes;
    for (std::size_t i = 0; i < lanes.size() && !draws.running(settings_of(s)); ++i)
      if (draws.running(lanes[i].complete)) {
        share += " · " + lane_name(s.race.experiment(), i, ui.language);
        break;
      }
    ui.note_item("draws.progress" + side, ui("draws.running"), "status", share, row);
    ui.text(row, fill(ui("draws.progress"), {share}), ui.theme->soft, kLabel);
    return;
  }
  const std::size_t most = s.race.draws_most();
  const std::string count = std::to_string(std::min(wanted_, most));
  if (s.side == 0) {
    ui.label("view.draws", row.cut_left(ui.text_width(ui("draws.count")) + 6), ui("draws.count"), ui("help.draws.count"));
    ui.number("view.draws", row.cut_left(48), ui("draws.count"), count, ui("help.draws.count"));
    row.cut_left(kGrid);
  }
  const std::string words = fill(ui("draws.start"), {count});
  if (ui.button("draws.start" + side, row.cut_left(std::min(row.w, ui.text_width(words) + 28)), words, false, !s.race.waiting()))
    s.race.start_draws(s.lane, std::min(wanted_, most));
}

// What all runs come to, and each one's error as a bar, with the mean.
void DrawsView::runs(const ViewPlace& s, Rect& box, const Draws::Result& result, const Disagreement& all) const {
  const Ui& ui = s.ui;
  // the sums first: rows may be more than there is room for
  const std::pair<std::string, std::string> numbers[] = {{"mean", percent(all.mean_error) + " ± " + percent(all.deviation)},
                                                         {"disagreement", percent(all.disagreement)},
                                                         {"majority", percent(all.majority_error)}};
  for (const auto& [name, value] : numbers) {
    Rect row = box.cut_top(20);
    const std::string_view words = ui.by_id("draws." + name);
    s.ui.note_item("draws." + std::to_string(s.side) + "." + name, words, "status", value, row);
    ui.text(row.cut_left(std::min(row.w * 0.6F, 250.0F)), words, ui.theme->soft, kLabel);
    ui.text(row, value, ui.theme->ink, kLabel, Weight::bold);
  }
  box.cut_top(kHalf);
  const double most = std::max(1e-9, *std::max_element(all.errors.begin(), all.errors.end()));
  constexpr float kName = 74, kValue = 52, kRow = 16;
  std::size_t done = 0;
  const float top = box.y, bar = std::max(20.0F, std::min(box.w, 420.0F) - kName - kValue);
  for (std::size_t k = 0; k < result.runs.size(); ++k) {
    const bool ended = !result.runs[k].said.empty();
    if (!ended && !result.runs[k].given_up) continue;
    Rect row = box.cut_top(kRow);
    const double error = ended ? all.errors[done++] : 0;
    const std::string name = fill(ui("draws.run"), {std::to_string(k + 1)}), value = ended ? percent(error) : std::string(ui("draws.given_up"));
    s.ui.note_item("draws." + std::to_string(s.side) + "." + std::to_string(k), name, "status", value, row);
    ui.text(row.cut_left(kName), name, ui.theme->soft, kSmall);
    if (!ended) {
      ui.text(row, value, ui.theme->bad, kSmall);
      continue;
    }
    ui.draw()->AddRectFilled({row.x, row.y + 3}, {row.x + bar * static_cast<float>(error / most), row.bottom() - 3}, ui.theme->accent, 2);
    row.cut_left(bar + 4);
    ui.text(row, value, ui.theme->ink, kSmall);
  }
  const float x = box.x + kName + bar * static_cast<float>(all.mean_error / most);
  ui.line({x, top}, {x, box.y});
  box.cut_top(kHalf);
}

// The test images that the runs agree least on.
void DrawsView::divided(const ViewPlace& s, Rect box, const Draws::Result& result, const Disagreement& all) {
  const Ui& ui = s.ui;
  if (!s.race.has_images() || box.h < kCard + 50 || box.w < 2 * kCard) return;
  ui.text(box.cut_top(20), ui("draws.divided"), ui.theme->soft, kLabel, Weight::bold);
  std::vector<std::uint32_t> order(all.votes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return all.votes[a] < all.votes[b]; });
  const Grid grid(box, kCard, 12, 30);
  order.resize(std::min(order.size(), static_cast<std::size_t>(grid.size())));
  PictureSheet& images = images_[s.side];
  const auto* seen = images.want(s.race, false, order);
  if (!seen || seen->places != order) return;
  images.sheet.begin(ui);
  for (std::size_t i = 0; i < order.size(); ++i) images.sheet.draw(ui, i, grid.at(static_cast<int>(i)));
  images.sheet.end(ui);
  const auto runs = static_cast<std::size_t>(std::count_if(result.runs.begin(), result.runs.end(), [](const Draws::Run& run) { return !run.said.empty(); }));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Rect at = grid.at(static_cast<int>(i));
    const std::size_t said = all.said[order[i]], label = result.labels[order[i]];
    const std::string votes = std::to_string(all.votes[order[i]]) + "/" + std::to_string(runs);
    ui.text({at.x - 6, at.bottom(), at.w + 12, 15}, s.class_name(said) + " " + votes, said == label ? ui.theme->positive : ui.theme->negative, kSmall,
            Weight::regular, Align::center);
    ui.text({at.x - 6, at.bottom() + 14, at.w + 12, 15}, s.class_name(label), ui.theme->soft, kSmall, Weight::regular, Align::center);
    s.ui.note_item("draws.image." + std::to_string(s.side) + "." + std::to_string(order[i]),
                   fill(ui("draws.image"), {s.class_name(label), s.class_name(said), votes}), "img", "", at);
  }
}

void DrawsView::draw(const ViewPlace& s, Rect box) {
  Ui& ui = s.ui;
  Rect row = box.cut_top(ui.control_height() + 4);
  row.h = ui.control_height();
  const std::size_t most = s.race.draws_most();
  if (most < 2) return void(ui.paragraph({row.x, row.y, std::min(row.w, 520.0F), 60}, ui("draws.too_many"), ui.theme->soft));
  head(s, row);
  if (const PackInfo* pack = s.race.draws().running() || s.race.draws_pack(1) ? nullptr : s.race.draws_pack(std::min(wanted_, most));
      pack && s.race.has_images()) {
    const std::string words = fill(ui("draws.download"), {grouped(static_cast<double>(pack->bytes) / 1e6, 1)});
    const float used = ui.paragraph({box.x, box.y, std::min(box.w, 560.0F), 40}, words, ui.theme->soft);
    ui.note_item("draws.download" + std::to_string(s.side), ui("draws.count"), "status", words, {box.x, box.y, box.w, used});
    box.cut_top(used + kHalf);
  }
  const Draws::Result* result = s.race.draws().of(settings_of(s));
  const Disagreement* all = result && result->disagreement ? &*result->disagreement : nullptr;
  if (!all) {
    const Rect at{box.x, box.y, std::min(box.w, 560.0F), 100};
    const std::size_t lost = result && !s.race.draws().running(settings_of(s)) ? result->given_up() : 0;
    if (lost == 0) return void(ui.paragraph(at, ui("draws.explain"), ui.theme->soft));
    const std::string words = fill(ui("draws.failed"), {std::to_string(lost), std::to_string(result->runs.size())});
    ui.note_item("draws.failed" + std::to_string(s.side), words, "status", "", at);
    return void(ui.paragraph(at, words, ui.theme->bad));
  }
  const bool wide = box.w > 640;
  Rect left = wide ? box.cut_left(box.w * 0.5F) : box;
  if (wide) left.w -= 2 * kGrid;
  runs(s, left, *result, *all);
  if (left.h > 40) left.cut_top(ui.paragraph(left, ui("draws.means"), ui.theme->soft) + kGrid);
  divided(s, wide ? box : left, *result, *all);
}

std::optional<UserError> DrawsView::type(std::string_view id, const std::string& text) {
  if (id != "view.draws") return {};
  const auto number = number_between(text, 2, static_cast<double>(kDrawsMost));
  if (!number) return number.error();
  wanted_ = static_cast<std::size_t>(*number);
  return {};
}

std::string DrawsView::csv(const Ui&, const Race& race, std::size_t lane) const {
  const Draws::Result* result = race.draws().of(race.experiment().lanes[lane].complete);
  const Disagreement* all = result && result->disagreement ? &*result->disagreement : nullptr;
  if (!all) return {};
  std::string out = "draw,test_error,hash\n";
  std::size_t done = 0;
  for (std::size_t k = 0; k < result->runs.size(); ++k) {
    const Draws::Run& run = result->runs[k];
    const std::string number = std::to_string(k + 1); // as the page counts them
    if (!run.said.empty()) out += number + comma_number(all->errors[done++]) + "," + hex16(run.hash) + "\n";
    if (run.given_up) out += number + ",,\n";
  }
  out += "mean_error,deviation,disagreement,majority_error\n" + csv_number(all->mean_error) + comma_number(all->deviation) + comma_number(all->disagreement) +
         comma_number(all->majority_error) + "\n";
  out += "test_example,label,majority,votes,wrong\n";
  for (std::size_t i = 0; i < all->said.size(); ++i)
    out += std::to_string(i) + "," + std::to_string(result->labels[i]) + "," + std::to_string(all->said[i]) + "," + std::to_string(all->votes[i]) + "," +
           std::to_string(all->wrong[i]) + "\n";
  return out;
}

} // namespace

const ViewRow kDrawsView{.id = "draws", .needs = Needs::classes, .make = make_view<DrawsView>, .height_share = 0.5F};

} // namespace downhill
