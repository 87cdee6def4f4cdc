// 1. The data: what is in it, and who made it.
#include "app/labs/cases/parts.hpp"

#include <algorithm>
#include <array>

namespace downhill::walk {
namespace {

constexpr std::size_t kSamplesMost = 12; // pictures of a class, or of a range of scores

class DataPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  std::string csv(std::string_view plot) const override;
  bool press(const std::string& id) override { return id == "cases.rate" ? lab_.set_rating(true), true : false; }
  void add_fields(Json& out) const override {
    if (lab_.model().settings().kind == CaseKind::scores) out.push_back(form_button("cases.rate", tr("cases.rate"), tr("help.control.cases.rate")));
  }
  std::string spoken() const override { return lab_.model().data() ? parts_text() : std::string(); }

private:
  // A class, or a range of scores: what it is called, how many pictures of each part it has, some of the training part.
  struct Group {
    std::string name;
    std::array<std::int64_t, 3> counts{};
    std::vector<std::uint32_t> samples;
  };
  std::vector<Group> groups() const;
  std::string parts_text() const;
  std::string who_text() const;
  void table(Column& column);
  void two_classes(Column& column);
  CasePictures pictures_;
};

std::string range_of(std::size_t bin) {
  const double from = kScoreLeast + 0.5 * static_cast<double>(bin);
  return setting(from) + " – " + setting(from + 0.5);
}

std::size_t bin_of(float score) {
  const auto bin = static_cast<std::ptrdiff_t>((static_cast<double>(score) - kScoreLeast) * 2);
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(bin, 0, kScoreBins - 1));
}

std::vector<DataPart::Group> DataPart::groups() const {
  const CasesModel& model = lab_.model();
  const CaseSettings& s = model.settings();
  const bool scored = s.kind == CaseKind::scores;
  std::vector<Group> out(scored ? kScoreBins : s.classes.size());
  for (std::size_t g = 0; g < out.size(); ++g) {
    out[g].name = scored ? range_of(g) : lab_.class_name(s.classes[g]);
    if (s.kind == CaseKind::yes_no) out[g].name = std::string(tr(g == 0 ? StringKey("cases.no") : StringKey("cases.yes"))) + " · " + out[g].name;
  }
  for (const CasePart part : {CasePart::train, CasePart::validation, CasePart::test}) {
    const PartCounts counts = counts_of(s, *model.data(), part);
    for (std::size_t g = 0; g < out.size(); ++g) out[g].counts[static_cast<std::size_t>(part)] = (scored ? counts.by_score : counts.by_class)[g];
  }
  const auto& answers = model.data()->answers(CasePart::train);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(model.data()->size(CasePart::train)); ++i)
    if (auto& samples = out[scored ? bin_of(answers.targets[i]) : answers.labels[i]].samples; samples.size() < kSamplesMost) samples.push_back(i);
  return out;
}

std::string DataPart::parts_text() const {
  const CaseSettings& s = lab_.model().settings();
  const auto count = [&](CasePart part) { return grouped(static_cast<double>(s.count(part))); };
  return fill(tr(s.rated() ? StringKey("cases.parts_rated") : StringKey("cases.parts")),
              {count(CasePart::train), count(CasePart::validation), count(CasePart::test)});
}

// Where answers come from.
std::string DataPart::who_text() const {
  const CaseSettings& s = lab_.model().settings();
  if (s.kind != CaseKind::scores) return std::string(tr("cases.answers_classes"));
  if (s.rated()) return fill(tr("cases.answers_raters"), {std::to_string(s.raters.size())});
  return std::string(tr_id("cases.score." + s.score)) + (lab_.controls().language == Language::zh ? "" : " ") + std::string(tr("cases.answers_measured"));
}

// A row each: its name, pictures, how many of each part; a bar has the training part's.
void DataPart::table(Column& column) {
  Ui& ui = lab_.controls();
  const auto all = groups();
  constexpr float kRow = 34, kPicture = 28, kCount = 52;
  float name_px = 0;
  for (const Group& group : all) name_px = std::max(name_px, ui.text_width(group.name, kLabel) + kGrid);
  name_px = std::min(name_px, column.rest.w * 0.34F);
  const bool three = column.rest.w - name_px - 3 * kCount > 2 * kPicture;
  const float counts_px = three ? 3 * kCount : 0;
  const auto fits = static_cast<std::size_t>(std::max(1.0F, (column.rest.w - name_px - counts_px) / (kPicture + 3)));
  Rect head = column.row(20);
  if (three)
    for (const char* part : {"test", "validation", "train"})
      ui.text(head.cut_right(kCount), ui.by_id("cases.part." + std::string(part)), ui.theme->soft, kSmall, Weight::regular, Align::right);
  std::vector<std::uint32_t> places;
  std::vector<Rect> boxes;
  for (std::size_t g = 0; g < all.size(); ++g) {
    const Group& group = all[g];
    const Rect whole = column.row(kRow);
    Rect row = whole;
    ui.text(row.cut_left(name_px), group.name, ui.theme->ink, kLabel);
    std::string words;
    for (const std::size_t part : {2U, 1U, 0U})
      if (three)
        ui.text(row.cut_right(kCount), grouped(static_cast<double>(group.counts[part])), ui.theme->ink, kLabel, part == 0 ? Weight::bold : Weight::regular,
                Align::right);
    for (std::size_t part = 0; part < 3; ++part)
      words += (part == 0 ? "" : "; ") + std::string(tr_id("cases.part." + std::string(kCaseParts[part]))) + " " + std::to_string(group.counts[part]);
    for (std::size_t i = 0; i < std::min(fits, group.samples.size()); ++i) {
      places.push_back(group.samples[i]);
      boxes.push_back({row.x + static_cast<float>(i) * (kPicture + 3), row.y + 2, kPicture, kPicture});
    }
    ui.note_item("cases.group." + std::to_string(g), group.name, "img", words, whole);
  }
  pictures_.show(lab_, CasePart::train, places);
  pictures_.draw(ui, boxes);
}

// How scores are spread: a bar for each half point.
void score_bars(CasesLab& lab, Column& column) {
  const PartCounts counts = counts_of(lab.model().settings(), *lab.model().data(), CasePart::train);
  BarSpec spec{.id = "cases.scores", .title = std::string(tr("cases.score_axis")), .groups = {}, .log = false};
  BarSeries series{std::string(tr("cases.part.train")), lab.controls().theme->accent, {}};
  for (std::size_t bin = 0; bin < kScoreBins; ++bin) {
    spec.groups.push_back(range_of(bin));
    series.values.push_back(static_cast<double>(counts.by_score[bin]));
    spec.most = std::max(spec.most, series.values.back());
  }
  bars(lab.controls(), column.rest.cut_top(170), spec, {series});
}

void DataPart::picture(Rect box, Room) {
  if (without_data(lab_, box)) return;
  Ui& ui = lab_.controls();
  Column column(ui, "cases.data", {box.x - kPadding, box.y - kHalf, box.w + 2 * kPadding, box.h + kGrid}, false);
  column.paragraph(ui("cases.who"), ui.theme->ink);
  column.rest.cut_top(kHalf);
  say(lab_, column, "cases.parts", ui("cases.parts_label"), parts_text(), ui.theme->soft);
  say(lab_, column, "cases.answers", ui("cases.answers_label"), who_text(), ui.theme->soft);
  if (lab_.model().settings().kind == CaseKind::scores) score_bars(lab_, column);
  table(column);
}

// No, and yes.
void DataPart::two_classes(Column& column) {
  Ui& ui = lab_.controls();
  const std::vector<int> classes = lab_.model().settings().classes;
  std::vector<std::string> names;
  for (int kind = 0; kind < 10; ++kind) names.push_back(lab_.class_name(kind));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  for (const std::size_t which : {0U, 1U}) {
    const std::string id = which == 0 ? "cases.class_no" : "cases.class_yes";
    const std::string_view label = which == 0 ? ui("cases.class_no") : ui("cases.class_yes"),
                           help = which == 0 ? ui("help.cases.class_no") : ui("help.cases.class_yes");
    const Rect row = column.field(id, label, 132, help);
    const auto picked = ui.select(id, row, label, labels, classes[which], help);
    if (!picked || *picked == classes[which]) continue;
    Json both = classes;
    if (*picked == classes[1 - which]) both[1 - which] = classes[which]; // they change places
    both[which] = *picked;
    lab_.put("/data/classes", both);
  }
}

void DataPart::setup(Column& column) {
  Ui& ui = lab_.controls();
  const FieldInfo kinds = lab_.field_of("/case");
  {
    const FieldId id{{}, "/case"};
    const std::string label = field_label(id.pointer);
    const Rect row = column.field(id.text(), label, 152, field_help(kinds, id.pointer));
    std::vector<std::string> names;
    int now = 0;
    for (const std::string_view each : kinds.ids) {
      if (kinds.value == each) now = static_cast<int>(names.size());
      names.emplace_back(ui.by_id("choice./case." + std::string(each)));
    }
    const std::vector<std::string_view> labels(names.begin(), names.end());
    if (const auto picked = ui.select(id.text(), row, label, labels, now, field_help(kinds, id.pointer)))
      lab_.keep(lab_.set_field(id.text(), std::string(kinds.ids[static_cast<std::size_t>(*picked)])));
  }
  const CaseSettings& s = lab_.model().settings();
  if (s.kind == CaseKind::scores) {
    const FieldId id{{}, "/score"};
    const FieldInfo info = lab_.field_of("/score");
    const std::string label = field_label(id.pointer);
    const Rect row = column.field(id.text(), label, 152, field_help(info, id.pointer));
    std::vector<std::string> names;
    int now = 0;
    for (const std::string_view each : info.ids) {
      if (info.value == each) now = static_cast<int>(names.size());
      names.emplace_back(ui.by_id("choice./score." + std::string(each)));
    }
    const std::vector<std::string_view> labels(names.begin(), names.end());
    if (const auto picked = ui.select(id.text(), row, label, labels, now, field_help(info, id.pointer)))
      lab_.keep(lab_.set_field(id.text(), std::string(info.ids[static_cast<std::size_t>(*picked)])));
    const std::string_view rate = ui("cases.rate");
    Rect button = column.row();
    if (ui.button("cases.rate", button.cut_left(std::min(button.w, ui.text_width(rate) + 24)), rate)) return lab_.set_rating(true);
  }
  if (s.kind == CaseKind::yes_no) two_classes(column);
  field_slider(lab_, column, "/data/train", {.least = 20, .most = kCaseTrainMost, .logarithmic = true, .parts = 1, .digits = 2});
  field_slider(lab_, column, "/data/validation", {.least = 10, .most = kCaseOthersMost, .logarithmic = true, .parts = 1, .digits = 2});
  field_slider(lab_, column, "/data/test", {.least = 10, .most = kCaseOthersMost, .logarithmic = true, .parts = 1, .digits = 2});
  field_slider(lab_, column, "/data/seed", {.least = 0, .most = 20, .parts = 1});
  column.paragraph(ui("cases.data_says"), ui.theme->soft);
}

std::string DataPart::csv(std::string_view plot) const {
  if (plot != "view" || !lab_.model().data()) return {};
  std::string out = lab_.model().settings().kind == CaseKind::scores ? "scores,train,validation,test\n" : "class,train,validation,test\n";
  for (const Group& group : groups()) {
    out += csv_text(group.name);
    for (const std::int64_t count : group.counts) out += "," + std::to_string(count);
    out += "\n";
  }
  return out;
}

} // namespace

std::unique_ptr<Part> data_part(CasesLab& lab) { return std::make_unique<DataPart>(lab); }

} // namespace downhill::walk
