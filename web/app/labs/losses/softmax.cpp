// Softmax live: logits as sliders, what they come to as bars, the loss on its scale, and a softmax too many.
#include "app/labs/losses/parts.hpp"

#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::cost {
namespace {

constexpr double kLogitShown = 10;
constexpr float kMeterHeight = 66, kHeadHeight = 30;

std::string class_text(const Scene& s, std::size_t k) { return fill(s.ui("losses.class"), {std::to_string(k)}); }

// A bar from `zero` to `value` on an axis from `low` to `high`.
void bar(const Scene& s, Rect area, double low, double high, double value, std::uint32_t color) {
  const auto at = [&](double v) { return area.x + area.w * static_cast<float>(std::clamp((v - low) / (high - low), 0.0, 1.0)); };
  const float from = std::min(at(0), at(value)), to = std::max(at(0), at(value));
  s.ui.draw()->AddRectFilled({from, area.y}, {std::max(to, from + 1), area.bottom()}, color, 2);
}

// The number of a bar: beyond its end where there is room, else on the other side of zero, else in the bar, else over it.
void bar_number(const Scene& s, Rect area, double low, double high, double value, const std::string& text) {
  const auto at = [&](double v) { return area.x + area.w * static_cast<float>(std::clamp((v - low) / (high - low), 0.0, 1.0)); };
  const float width = s.ui.text_width(text, kSmall) + 2, end = at(value), zero = at(0), most = std::max(area.x, area.right() - width);
  const auto fits = [&](float x) { return x >= area.x && x <= most; };
  const float beyond = value < 0 ? end - width - 3 : end + 4, across = value < 0 ? zero + 4 : zero - width - 3;
  const bool inside = !fits(beyond) && !fits(across) && std::fabs(end - zero) > width + 4;
  const float x = fits(beyond) ? beyond : fits(across) ? across : inside ? (value < 0 ? end + 3 : end - width - 3) : std::clamp(beyond, area.x, most);
  s.ui.text({x, area.y - 3, width + 2, area.h + 6}, text, inside ? s.ui.theme->on_accent : s.ui.theme->ink, kSmall);
}

// The scale of gradients: a power of ten, or 2 or 5 of it, and 1 at least.
double gradient_reach(const SoftmaxStand& stand) {
  double most = 1;
  for (const double g : stand.gradient) most = std::max(most, std::fabs(g));
  double power = 1;
  for (;;) {
    for (const double step : {1.0, 2.0, 5.0})
      if (most <= step * power * 1.0000001) return step * power;
    power *= 10;
  }
}

std::string_view gradient_title(const Scene& s) {
  const SoftmaxSettings& settings = s.model.settings().softmax;
  return settings.twice ? s.ui("losses.gradient_twice") : settings.temperature == 1 ? s.ui("losses.gradient_once") : s.ui("losses.gradient_warm");
}

void axis_marks(const Scene& s, Rect area, std::initializer_list<std::pair<double, std::string>> marks, double low, double high, float top, float bottom) {
  for (const auto& [v, text] : marks) {
    const float x = std::round(area.x + area.w * static_cast<float>((v - low) / (high - low))) + 0.5F;
    s.ui.draw()->AddLine({x, top}, {x, bottom}, s.ui.theme->line);
    s.ui.text({x - 30, top - 14, 60, 13}, text, s.ui.theme->faint, kSmall, Weight::regular, Align::center);
  }
}

// The loss on its own scale, with what it is to be compared to: a guess without preference, and the floor of a softmax too many.
void meter(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const SoftmaxStand& stand = s.model.softmax();
  const std::size_t classes = s.model.settings().softmax.logits.size();
  const double guess = std::log(static_cast<double>(classes)), most = std::max({1.6 * guess, 1.1 * stand.loss, 1.1 * stand.floor});
  const std::string words = fill(ui("losses.loss_is"), {digits(stand.loss, 6)});
  ui.text(box.cut_top(18), words, ui.theme->ink, kText, Weight::bold);
  Rect area{box.x + 8, box.y + 16, box.w - 40, 12};
  const auto at = [&](double v) { return area.x + area.w * static_cast<float>(std::clamp(v / most, 0.0, 1.0)); };
  ui.draw()->AddRectFilled(area.min(), area.max(), ui.theme->fill, 3);
  if (stand.floor > 0) ui.draw()->AddRectFilled(area.min(), {at(stand.floor), area.bottom()}, faded(ui.theme->bad, 0.22F), 3);
  ui.draw()->AddRectFilled({area.x, area.y + 3}, {std::max(area.x + 2, at(stand.loss)), area.bottom() - 3}, ui.theme->accent, 2);
  const auto mark = [&](double v, const std::string& text, std::uint32_t color, bool above) {
    ui.draw()->AddLine({at(v), area.y - 3}, {at(v), area.bottom() + 3}, color, 2);
    const float width = ui.text_width(text, kSmall) + 2;
    ui.text({std::clamp(at(v) - width / 2, box.x, std::max(box.x, box.right() - width)), above ? area.y - 15 : area.bottom() + 3, width, 14}, text, color,
            kSmall);
  };
  mark(guess, fill(ui("losses.guess"), {std::to_string(classes), digits(guess, 4)}), ui.theme->soft, false);
  if (stand.floor > 0) mark(stand.floor, fill(ui("losses.floor"), {digits(stand.floor, 4)}), ui.theme->bad, true);
  ui.note_item("losses.meter", ui("losses.loss"), "img", words, area);
}

} // namespace

void softmax_picture(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const SoftmaxSettings& settings = s.model.settings().softmax;
  const SoftmaxStand& stand = s.model.softmax();
  const float least = box.bottom() - kMeterHeight - kGrid;
  const std::size_t classes = settings.logits.size();
  box.h = least - box.y;
  if (box.h < kHeadHeight + 6 * static_cast<float>(classes) || box.w < 200) return;
  const float row_height = std::min(46.0F, (box.h - kHeadHeight) / static_cast<float>(classes));
  box.h = kHeadHeight + row_height * static_cast<float>(classes);
  meter(s, {box.x, box.bottom() + kGrid, box.w, kMeterHeight});
  Rect names = box;
  names.w = ui.text_width(class_text(s, 9), kLabel, Weight::bold) + 8;
  const Rect logits{names.right(), box.y, box.w > 420 ? 56.0F : 38.0F, box.h};
  const float gap = box.w > 420 ? 28.0F : 20.0F, half = (box.right() - logits.right() - kGrid - gap - 4) / 2;
  const Rect probabilities{logits.right() + kGrid, box.y, half, box.h}, gradients{probabilities.right() + gap, box.y, half, box.h};
  const double reach = gradient_reach(stand);
  ui.text({logits.x, box.y, logits.w - 4, 16}, "z", ui.theme->soft, kSmall, Weight::bold, Align::right);
  ui.text({probabilities.x, box.y, half, 16},
          settings.twice              ? ui("losses.p_and_q")
          : settings.temperature == 1 ? ui("losses.p")
                                      : ui("losses.p_warm"),
          ui.theme->soft, kSmall, Weight::bold);
  ui.text({gradients.x, box.y, half, 16}, gradient_title(s), ui.theme->soft, kSmall, Weight::bold);
  axis_marks(s, probabilities, {{0.0, "0"}, {0.5, "0.5"}, {1.0, "1"}}, 0, 1, box.y + kHeadHeight, box.bottom());
  axis_marks(s, gradients, {{-reach, height_text(-reach)}, {0.0, "0"}, {reach, height_text(reach)}}, -reach, reach, box.y + kHeadHeight, box.bottom());
  for (std::size_t k = 0; k < classes; ++k) {
    const Rect row{box.x, box.y + kHeadHeight + row_height * static_cast<float>(k), box.w, row_height};
    const bool right = k == settings.label;
    if (right) ui.draw()->AddRectFilled(row.min(), row.max(), faded(ui.theme->accent, 0.1F), 4);
    ui.text({names.x + 4, row.y, names.w, row.h}, class_text(s, k), right ? ui.theme->accent : ui.theme->ink, kLabel, right ? Weight::bold : Weight::regular);
    ui.text({logits.x, row.y, logits.w - 4, row.h}, digits(settings.logits[k], 4), ui.theme->ink, kLabel, Weight::regular, Align::right);
    const float inset = std::max(2.0F, row.h * 0.2F);
    const auto in = [&](const Rect& column) { return Rect{column.x, row.y + inset, column.w, row.h - 2 * inset}; };
    const double p = stand.probabilities[k], g = stand.gradient[k];
    Rect bars = in(probabilities);
    std::string words = fill(ui("losses.row"), {digits(settings.logits[k]), digits(p), digits(g)});
    if (settings.twice) {
      const double q = stand.again[k];
      const Rect upper = bars.cut_top(bars.h / 2);
      bar(s, upper, 0, 1, p, faded(ui.theme->accent, 0.45F));
      bar(s, bars, 0, 1, q, ui.theme->accent);
      const bool both = row.h >= 32; // else there is room for the number of what the loss is of
      if (both) bar_number(s, upper, 0, 1, p, digits(p, 3));
      bar_number(s, both ? bars : in(probabilities), 0, 1, both ? q : std::max(p, q), digits(q, 3));
      words += ", q = " + digits(q);
    } else {
      bar(s, bars, 0, 1, p, ui.theme->accent);
      bar_number(s, bars, 0, 1, p, digits(p, 4));
    }
    const Rect slope = in(gradients);
    bar(s, slope, -reach, reach, g, g < 0 ? ui.theme->negative : ui.theme->positive);
    bar_number(s, slope, -reach, reach, g, digits(g, slope.w > 160 ? 4 : 3));
    ui.note_item("losses.bar." + std::to_string(k), class_text(s, k), "img", words, row);
  }
}

namespace {

// A class: whether it is the right one, its logit.
void logit_row(const Scene& s, Column& column, std::size_t k) {
  Ui& ui = s.ui;
  const SoftmaxSettings& settings = s.model.settings().softmax;
  const std::string number = std::to_string(k);
  Rect row = column.row();
  const Rect dot = row.cut_left(26);
  const bool right = k == settings.label;
  const Ui::Press press = ui.press("losses.label." + number, dot);
  const ImVec2 middle{dot.x + 8, dot.y + dot.h / 2};
  ui.draw()->AddCircle(middle, 7, right || press.hovered ? ui.theme->accent : ui.theme->faint, 24, 1.6F);
  if (right) ui.draw()->AddCircleFilled(middle, 4, ui.theme->accent, 20);
  ui.explained("losses.label." + number, fill(ui("losses.is_right"), {number}), "radio", right ? "true" : "false", dot, ui("help.losses.label"));
  if (press.pressed && !right) s.lab.keep(s.model.choose_label(k));
  const std::string label = fill(ui("losses.logit"), {number}), name = class_text(s, k);
  const auto moved = ui.slider_field({.id = "losses.logit." + number,
                                      .label = label,
                                      .shown = name,
                                      .text = setting(rounded_to(settings.logits[k], 6)),
                                      .help = ui("help.losses.logit"),
                                      .value = settings.logits[k],
                                      .range = {.least = -kLogitShown, .most = kLogitShown, .parts = 10},
                                      .label_px = 50,
                                      .number_px = 64},
                                     {row.x, row.y + (row.h - ui.control_height()) / 2, row.w, ui.control_height()});
  if (moved) s.lab.keep(s.model.set_logit(k, *moved, ui.slider_held));
  if (!ui.slider_held) s.model.let_go();
}

} // namespace

void softmax_setup(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  const std::size_t classes = s.model.settings().softmax.logits.size();
  column.paragraph(ui("losses.softmax_says"), ui.theme->soft);
  column.rest.cut_top(kHalf);
  for (std::size_t k = 0; k < s.model.settings().softmax.logits.size(); ++k) logit_row(s, column, k);
  {
    Rect row = column.row();
    const std::pair<const char*, std::string_view> buttons[] = {
        {"losses.more", ui("losses.more")}, {"losses.fewer", ui("losses.fewer")}, {"losses.descend", ui("losses.descend")}};
    const bool able[] = {classes<kLogitsMost, classes> kLogitsLeast, true};
    for (std::size_t i = 0; i < 3; ++i) {
      const float width = ui.text_width(buttons[i].second) + 20;
      if (row.w < width) row = column.row(); // the rest below
      if (ui.button(buttons[i].first, row.cut_left(std::min(row.w, width)), buttons[i].second, false, able[i]))
        s.lab.keep(i == 0 ? s.model.add_class() : i == 1 ? s.model.remove_class() : s.model.descend(1));
      row.cut_left(6);
    }
  }
  column.rule();
  s.lab.slider(column.row(), {{}, "/softmax/temperature"}, {.least = 0.1, .most = 10, .logarithmic = true, .digits = 2}, 98, 64);
  s.lab.check(column.row(), {{}, "/softmax/twice"});
  column.rule();
  const SoftmaxStand &stand = s.model.softmax(), &once = s.model.softmax_once();
  const std::string loss = fill(ui("losses.softmax_loss"), {digits(stand.loss, 6), digits(stand.steepness)});
  say(s, column, "losses.softmax", ui("losses.loss"), loss, ui.theme->ink);
  if (!s.model.settings().softmax.twice) return;
  say(s, column, "losses.twice", ui("losses.loss"), fill(ui("losses.twice_says"), {digits(stand.floor, 6), digits(once.loss, 6), digits(once.steepness, 4)}),
      ui.theme->bad);
  column.paragraph(ui("losses.log_twice"), ui.theme->soft);
}

} // namespace downhill::cost
