// 1. The data: what is in it, and who made it.
#include "app/labs/cases/parts.hpp"

#include "app/core/typed_number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace downhill::walk {
namespace {

constexpr std::size_t kSamplesMost = 12; // pictures of a class, or of a range of scores
constexpr float kCount = 60;             // px of a number in the table

class DataPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  std::string csv(std::string_view plot) const override;
  bool press(const std::string& id) override { return id == "cases.rate" ? lab_.set_rating(true), true : false; }
  std::optional<UserError> choose_field(const std::string& id, const std::string& to) override;
  void add_fields(Json& out) const override;
  std::string spoken() const override { return lab_.model().data() ? parts_text() : std::string(); }

private:
  // A class, or a range of scores: what it is called, how many pictures of each part it has, some of the training part.
  struct Group {
    std::string name;
    std::array<std::int64_t, 3> counts{};
    std::vector<std::uint32_t> samples;
  };
  std::vector<Group> groups() const;
  // A row of the table: a group, or a class that takes no part.
  struct Row {
    int kind = -1; // of what can be chosen
    const Group* group = nullptr;
    std::string name;
  };
  std::vector<Row> rows(const std::vector<Group>& groups) const;
  std::string parts_text() const;
  std::string who_text() const;
  std::string origin_text() const;
  void source_choice(Column& column);
  bool may_choose() const { return lab_.model().settings().kind == CaseKind::one_of_ten; }
  bool takes_part(int kind) const;
  void turn(int kind);
  void table(Column& column);
  void head(Rect row);
  void name_of_row(Rect box, const Row& row);
  void choice(Column& column, const char* pointer);
  void two_classes(Column& column);
  CasePictures pictures_;
  std::optional<int> turned_; // a class whose box was pressed in this frame
};

std::string range_of(const ScoreRange& range, std::size_t bin) {
  const double wide = (range.most - range.least) / static_cast<double>(kScoreBins), from = range.least + wide * static_cast<double>(bin);
  const double unit = wide >= 100 ? 1 : 100;
  const auto text = [&](double score) { return setting(std::round(score * unit) / unit); };
  return text(from) + " – " + text(from + wide);
}

std::size_t bin_of(const ScoreRange& range, float score) {
  const auto bin = static_cast<std::ptrdiff_t>((static_cast<double>(score) - range.least) / (range.most - range.least) * static_cast<double>(kScoreBins));
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(bin, 0, kScoreBins - 1));
}

std::vector<DataPart::Group> DataPart::groups() const {
  const CasesModel& model = lab_.model();
  const CaseSettings& s = model.settings();
  const bool scored = s.kind == CaseKind::scores;
  const ScoreRange range = scored && model.data() ? score_range(s, *model.data()) : ScoreRange();
  std::vector<Group> out(scored ? kScoreBins : s.classes.size());
  for (std::size_t g = 0; g < out.size(); ++g) {
    out[g].name = scored ? range_of(range, g) : lab_.class_name(s.classes[g]);
    if (s.kind == CaseKind::yes_no) out[g].name = std::string(tr(g == 0 ? StringKey("cases.no") : StringKey("cases.yes"))) + " · " + out[g].name;
  }
  for (const CasePart part : {CasePart::train, CasePart::validation, CasePart::test}) {
    if (!model.data()) break;
    const PartCounts counts = counts_of(s, *model.data(), part);
    for (std::size_t g = 0; g < out.size(); ++g) out[g].counts[static_cast<std::size_t>(part)] = (scored ? counts.by_score : counts.by_class)[g];
  }
  if (!model.data()) return out;
  const auto& answers = model.data()->answers(CasePart::train);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(model.data()->size(CasePart::train)); ++i)
    if (auto& samples = out[scored ? bin_of(range, answers.targets[i]) : answers.labels[i]].samples; samples.size() < kSamplesMost) samples.push_back(i);
  return out;
}

std::string DataPart::parts_text() const {
  const CaseSettings& s = lab_.model().settings();
  const auto count = [&](CasePart part) { return grouped(static_cast<double>(s.count(part))); };
  if (s.own)
    return fill(tr(s.own_validation ? StringKey("cases.parts_own") : StringKey("cases.parts_own_two")),
                {count(CasePart::train), count(CasePart::validation), count(CasePart::test)});
  return fill(tr(s.rated() ? StringKey("cases.parts_rated") : StringKey("cases.parts")),
              {count(CasePart::train), count(CasePart::validation), count(CasePart::test)});
}

// Where answers come from.
std::string DataPart::who_text() const {
  const CaseSettings& s = lab_.model().settings();
  if (s.own) return std::string(tr("cases.answers_own"));
  if (s.kind != CaseKind::scores) return std::string(tr("cases.answers_classes"));
  if (s.rated()) return fill(tr("cases.answers_raters"), {std::to_string(s.raters.size())});
  return std::string(tr_id("cases.score." + s.score)) + (lab_.controls().language == Language::zh ? "" : " ") + std::string(tr("cases.answers_measured"));
}

bool DataPart::takes_part(int kind) const {
  const auto& classes = lab_.model().settings().classes;
  return std::find(classes.begin(), classes.end(), kind) != classes.end();
}

// A class is taken in or left out; that one alone is too few the document says.
void DataPart::turn(int kind) {
  std::vector<int> classes = lab_.model().settings().classes;
  const auto at = std::lower_bound(classes.begin(), classes.end(), kind);
  if (takes_part(kind))
    classes.erase(std::find(classes.begin(), classes.end(), kind));
  else
    classes.insert(at, kind);
  lab_.put("/data/classes", classes);
}

std::vector<DataPart::Row> DataPart::rows(const std::vector<Group>& groups) const {
  std::vector<Row> out;
  if (!may_choose()) {
    for (const Group& group : groups) out.push_back({-1, &group, group.name});
    return out;
  }
  const auto& classes = lab_.model().settings().classes;
  for (int kind = 0; kind < lab_.class_count(); ++kind) {
    const auto at = static_cast<std::size_t>(std::find(classes.begin(), classes.end(), kind) - classes.begin());
    out.push_back({kind, at < groups.size() ? &groups[at] : nullptr, lab_.class_name(kind)});
  }
  return out;
}

// Above the numbers: which part they are of. Pressed, its line in the code is lit.
void DataPart::head(Rect row) {
  Ui& ui = lab_.controls();
  for (const std::size_t part : {2U, 1U, 0U}) {
    const std::string id = "cases.part." + std::string(kCaseParts[part]), mark = std::string(kCaseParts[part]) + "_part";
    const std::string_view name = ui.by_id(id);
    const Rect box = row.cut_right(kCount);
    const bool lit = lab_.model().lit(mark);
    if (ui.press(id, box).pressed) lab_.model().work(mark);
    ui.text(box, name, lit ? ui.theme->accent : ui.theme->soft, kSmall, lit ? Weight::bold : Weight::regular, Align::right);
    ui.explained(id, name, "button", mark, box, ui("help.cases.expression"));
  }
}

// The name, with a box to be ticked where classes are chosen.
void DataPart::name_of_row(Rect box, const Row& row) {
  Ui& ui = lab_.controls();
  if (row.kind < 0) return void(ui.text(box, row.name, ui.theme->ink, kLabel));
  box = {box.x, box.y + (box.h - ui.control_height()) / 2, box.w, ui.control_height()};
  if (ui.check("class." + std::to_string(row.kind), box, row.name, row.group != nullptr, ui("help.data.classes"))) turned_ = row.kind;
}

// A row each: its name, pictures, how many of each part.
void DataPart::table(Column& column) {
  Ui& ui = lab_.controls();
  const auto all = groups();
  const auto lines = rows(all);
  constexpr float kPicture = 28;
  const float height = ui.touch && may_choose() ? 40.0F : 34.0F, tick = may_choose() ? 30.0F : 0;
  float name_px = 0;
  for (const Row& row : lines) name_px = std::max(name_px, ui.text_width(row.name, may_choose() ? kText : kLabel) + kGrid + tick);
  name_px = std::min(name_px, column.rest.w * 0.4F);
  const bool three = column.rest.w - name_px - 3 * kCount > 2 * kPicture;
  const auto fits = static_cast<std::size_t>(std::max(1.0F, (column.rest.w - name_px - (three ? 3 * kCount : 0)) / (kPicture + 3)));
  if (three) head(column.row(22));
  turned_.reset();
  std::vector<std::uint32_t> places;
  std::vector<Rect> boxes;
  for (const Row& line : lines) {
    const Rect whole = column.row(height);
    Rect row = whole;
    name_of_row(row.cut_left(name_px), line);
    if (!line.group || !lab_.model().data()) continue;
    const Group& group = *line.group;
    std::string words;
    for (const std::size_t part : {2U, 1U, 0U})
      if (three)
        ui.text(row.cut_right(kCount), grouped(static_cast<double>(group.counts[part])), ui.theme->ink, kLabel, part == 0 ? Weight::bold : Weight::regular,
                Align::right);
    for (std::size_t part = 0; part < 3; ++part)
      words += (part == 0 ? "" : "; ") + std::string(tr_id("cases.part." + std::string(kCaseParts[part]))) + " " + std::to_string(group.counts[part]);
    for (std::size_t i = 0; i < std::min(fits, group.samples.size()); ++i) {
      places.push_back(group.samples[i]);
      boxes.push_back({row.x + static_cast<float>(i) * (kPicture + 3), row.y + (height - kPicture) / 2, kPicture, kPicture});
    }
    ui.note_item("cases.group." + std::to_string(&group - all.data()), group.name, "img", words, row);
  }
  if (lab_.model().data()) pictures_.show(lab_, CasePart::train, places), pictures_.draw(ui, boxes);
  if (turned_) turn(*turned_);
}

// How scores are spread: a bar for each half point.
void score_bars(CasesLab& lab, Column& column) {
  const PartCounts counts = counts_of(lab.model().settings(), *lab.model().data(), CasePart::train);
  BarSpec spec{.id = "cases.scores", .title = std::string(tr("cases.score_axis")), .groups = {}, .log = false};
  BarSeries series{std::string(tr("cases.part.train")), lab.controls().theme->accent, {}};
  for (std::size_t bin = 0; bin < kScoreBins; ++bin) {
    spec.groups.push_back(range_of(score_range(lab.model().settings(), *lab.model().data()), bin));
    series.values.push_back(static_cast<double>(counts.by_score[bin]));
    spec.most = std::max(spec.most, series.values.back());
  }
  bars(lab.controls(), column.rest.cut_top(170), spec, {series});
}

void DataPart::picture(Rect box, Room) {
  Ui& ui = lab_.controls();
  Column column(ui, "cases.data", {box.x - kPadding, box.y - kHalf, box.w + 2 * kPadding, box.h + kGrid}, false);
  column.paragraph(origin_text(), ui.theme->ink);
  column.rest.cut_top(kHalf);
  if (without_data(lab_, column.rest)) { // classes stay where they can be pressed
    column.rest.cut_top(56);
    if (may_choose()) table(column);
    return;
  }
  say(lab_, column, "cases.parts", ui("cases.parts_label"), parts_text(), ui.theme->soft);
  say(lab_, column, "cases.answers", ui("cases.answers_label"), who_text(), ui.theme->soft);
  if (lab_.model().settings().kind == CaseKind::scores) score_bars(lab_, column);
  table(column);
  const CaseData& data = *lab_.model().data();
  if (!lab_.model().settings().table()) return;
  column.title(ui("cases.first_rows"));
  std::vector<std::uint32_t> first(std::min<std::size_t>(kSamplesMost, static_cast<std::size_t>(data.size(CasePart::train))));
  std::iota(first.begin(), first.end(), 0U);
  row_table(lab_, column, CasePart::train, first, {});
}

// What the data are.
std::string DataPart::origin_text() const {
  const CaseSettings& s = lab_.model().settings();
  if (!s.own) return std::string(tr("cases.who"));
  const std::string name = lab_.own_name();
  if (s.features() == 0) return fill(tr("cases.who_own"), {name});
  if (s.table()) return fill(tr("cases.who_own_table"), {name, std::to_string(s.features())});
  const PictureSize size = picture_size(s);
  return fill(tr("cases.who_own_pictures"), {name, std::to_string(size.height), std::to_string(size.width)});
}

// No, and yes.
void DataPart::two_classes(Column& column) {
  Ui& ui = lab_.controls();
  const std::vector<int> classes = lab_.model().settings().classes;
  if (classes.size() != 2) return; // of a file that is not here
  std::vector<std::string> names;
  for (int kind = 0; kind < lab_.class_count(); ++kind) names.push_back(lab_.class_name(kind));
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

// A field's choices as a list.
void DataPart::choice(Column& column, const char* pointer) {
  Ui& ui = lab_.controls();
  const FieldId id{{}, pointer};
  const FieldInfo info = lab_.field_of(pointer);
  const std::string label = field_label(id.pointer);
  const std::string_view help = field_help(info, id.pointer);
  std::vector<std::string_view> labels;
  int now = 0;
  std::vector<std::string_view> ids;
  for (const std::string_view each : info.ids) {
    if (each == "file") continue; // comes with the user's own data
    if (info.value == each) now = static_cast<int>(labels.size());
    ids.push_back(each);
    labels.push_back(ui.by_id("choice." + std::string(pointer) + "." + std::string(each)));
  }
  if (const auto picked = ui.select(id.text(), column.field(id.text(), label, 152, help), label, labels, now, help))
    lab_.keep(lab_.set_field(id.text(), std::string(ids[static_cast<std::size_t>(*picked)])));
}

// Fashion-MNIST, or what the user brings.
void DataPart::source_choice(Column& column) {
  Ui& ui = lab_.controls();
  const bool own = lab_.model().settings().own;
  const std::vector<std::string_view> labels{ui("source.fashion-mnist"), ui("data.own")};
  const std::string_view label = ui("cases.source"), help = ui("help.cases.source");
  const auto picked = ui.select("cases.source", column.field("cases.source", label, 152, help), label, labels, own ? 1 : 0, help);
  if (picked && *picked == 1) lab_.ask_own(); // another file, too
  if (picked && *picked == 0 && own) lab_.keep(lab_.model().set_fashion());
}

void DataPart::setup(Column& column) {
  Ui& ui = lab_.controls();
  choice(column, "/case");
  source_choice(column);
  const CaseSettings& s = lab_.model().settings();
  if (s.kind == CaseKind::scores && !s.own) {
    choice(column, "/score");
    const std::string_view rate = ui("cases.rate");
    Rect button = column.row();
    if (ui.button("cases.rate", button.cut_left(std::min(button.w, ui.text_width(rate) + 24)), rate)) return lab_.set_rating(true);
  }
  if (s.kind == CaseKind::yes_no) two_classes(column);
  const double least = s.own ? 1 : 10;
  field_slider(lab_, column, "/data/train", {.least = 2 * least, .most = kCaseTrainMost, .logarithmic = true, .parts = 1, .digits = 2});
  field_slider(lab_, column, "/data/validation", {.least = least, .most = kCaseOthersMost, .logarithmic = true, .parts = 1, .digits = 2});
  field_slider(lab_, column, "/data/test", {.least = least, .most = kCaseOthersMost, .logarithmic = true, .parts = 1, .digits = 2});
  field_slider(lab_, column, "/data/seed", {.least = 0, .most = 20, .parts = 1});
  column.paragraph(ui("cases.data_says"), ui.theme->soft);
}

void DataPart::add_fields(Json& out) const {
  if (lab_.model().settings().kind == CaseKind::scores && !lab_.model().settings().own)
    out.push_back(form_button("cases.rate", tr("cases.rate"), tr("help.control.cases.rate")));
  if (!may_choose()) return;
  for (int kind = 0; kind < lab_.class_count(); ++kind) {
    Json row = form_line("class." + std::to_string(kind), lab_.class_name(kind), tr("help.data.classes"), takes_part(kind) ? "yes" : "no");
    for (const char* choice : {"yes", "no"}) row["choices"].push_back({{"id", choice}, {"label", tr_id("cases." + std::string(choice))}});
    out.push_back(std::move(row));
  }
}

std::optional<UserError> DataPart::choose_field(const std::string& id, const std::string& to) {
  if (!may_choose() || id.size() < 7 || id.size() > 9 || !id.starts_with("class.")) return Part::choose_field(id, to);
  const auto number = place_in(id, "class.");
  const int kind = number ? static_cast<int>(*number) : -1;
  if (kind >= 0 && kind < lab_.class_count() && takes_part(kind) != (to == "yes")) turn(kind);
  return {};
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
