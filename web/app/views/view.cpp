#include "app/core/pad.hpp"
#include "app/views/list.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;

RaceView::RaceView() = default;
RaceView::~RaceView() = default;

void RaceView::begin_anew() {
  static_cast<RaceLooks&>(*this) = {};
  static_cast<RaceSession&>(*this) = {};
  lane = 0, tab = -1;
}

bool offers(const Race& race, const ViewRow& row) {
  switch (row.needs) {
  case Needs::anything: return true;
  case Needs::images: return race.has_images();
  case Needs::image_classes: return race.has_images() && race.has_classes();
  case Needs::pad: return race.has_images() && race.has_classes() && race.inputs() == Pad::kSide * Pad::kSide;
  case Needs::points: return race.has_plane();
  case Needs::classes: return race.has_classes();
  case Needs::numbers: return race.is_toy() && !race.has_classes();
  }
  return false;
}

View& shown_view(RaceView& view) {
  std::unique_ptr<View>& it = view.views[view.view];
  if (!it) it = view.view->make();
  return *it;
}

double acceptable_error(const RaceView& view) {
  for (const auto& [row, each] : view.views)
    if (const auto typed = each ? each->acceptable() : std::nullopt) return *typed;
  return kAcceptable;
}

const protocol::Images* PictureSheet::want(Race& race, bool train, std::vector<std::uint32_t> places) {
  const protocol::Images* images = pictures_.want(race, train, std::move(places));
  if (images) sheet.set_pixels(images->pixels, images->labels.size(), static_cast<int>(images->width), static_cast<int>(images->height), pictures_.version());
  return images;
}

void awaited(const Ui& ui, const Race& race, Rect box, const LookPlace& look, std::size_t lane) {
  if (look.failed())
    ui.paragraph(box, fill(ui("views.no_memory"), {lane_name(race.experiment(), lane, ui.language)}), ui.theme->bad, kText);
  else if (look.progress() > 0)
    ui.text(box, fill(ui("views.progress"), {percent(look.progress())}), ui.theme->faint, kText, Weight::regular, Align::center);
  else
    ui.text(box, race.pack_ready() ? ui("views.waiting") : ui("views.no_data"), ui.theme->faint, kText, Weight::regular, Align::center);
}

std::string class_name(const Ui& ui, const Race& race, std::size_t label) {
  const std::vector<int> classes = race.classes();
  if (label >= classes.size()) return std::to_string(label);
  const auto number = static_cast<std::size_t>(classes[label]);
  if (!race.is_own()) return std::string(ui.by_id("class." + std::to_string(number)));
  const protocol::OwnFacts* facts = race.own();
  return facts && number < facts->classes.size() ? facts->classes[number] : std::to_string(number);
}

std::string ViewPlace::class_name(std::size_t label) const { return downhill::class_name(ui, race, label); }

void ViewPlace::caption(Rect box, std::string_view text, std::string_view shorter) const {
  const bool fits = ui.text_width(text, kSmall) <= box.w;
  if (fits || ui.text_width(shorter, kSmall) <= box.w) ui.text(box, fits ? text : shorter, ui.theme->soft, kSmall);
}

const ViewRow* view_of(std::string_view id) {
  const auto found = std::find_if(views().begin(), views().end(), [&](const ViewRow* view) { return view->id == id; });
  return found == views().end() ? nullptr : *found;
}

Grid::Grid(Rect b, float wanted, float gap, float below) : box(b) {
  columns = std::max(1, static_cast<int>((box.w + gap) / (wanted + gap)));
  rows = std::max(1, static_cast<int>((box.h + gap) / (wanted + below + gap)));
  side = wanted, pitch_x = wanted + gap, pitch_y = wanted + below + gap;
}

std::uint32_t page_start(std::uint32_t from, std::uint32_t page, std::uint32_t all) { return std::min(from, all > 0 ? (all - 1) / page * page : 0); }

void pages(Ui& ui, Rect box, const std::string& id, std::uint32_t& from, std::uint32_t page, std::uint32_t all) {
  const float h = ui.touch ? 40 : 24;
  const std::uint32_t here = page_start(from, page, all);
  const std::string text = fill(ui("views.page"), {grouped(all ? here + 1 : 0), grouped(std::min(all, here + page)), grouped(all)});
  if (ui.icon_button(id + ".next", box.cut_right(h), Icon::step, ui("views.next"), here + page < all)) from = here + page;
  const float width = ui.text_width(text, kSmall) + 12;
  if (width + h <= box.w) ui.text(box.cut_right(width), text, ui.theme->soft, kSmall, Weight::regular, Align::center); // else the buttons alone
  if (ui.icon_button(id + ".back", box.cut_right(h), Icon::step_back, ui("views.back"), here > 0)) from = here - std::min(page, here);
}

std::string comma_number(double value) { return "," + csv_number(value); }

std::string spread_row(const std::string& name, double low, double high, const std::vector<std::uint32_t>& counts) {
  std::string out = name + comma_number(low) + comma_number(high);
  for (const std::uint32_t count : counts) out += "," + std::to_string(count);
  return out + "\n";
}

} // namespace downhill
