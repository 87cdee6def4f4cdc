#include "app/core/cases_model.hpp"

#include "app/core/fresh_number.hpp"
#include "app/core/own_classes.hpp"
#include "cases/suited_training.hpp"

#include <algorithm>
#include <initializer_list>

namespace downhill {

using namespace protocol;

namespace {

constexpr int kForwardLine = 3, kUpdateLine = 5, kValidationLine = 6; // of kTrainingLines
constexpr double kLinesOfStep = 5;

Json without(Json complete, std::initializer_list<const char*> keys) {
  for (const char* key : keys) complete.erase(key);
  return complete;
}

std::size_t place_of(CaseStation station) { return static_cast<std::size_t>(station); }

} // namespace

CasesModel::CasesModel(LabDocument& document, Post post, std::function<double()> clock_s)
    : document_(document), post_(std::move(post)), clock_s_(std::move(clock_s)), read_(cases_settings(document.now())), settings_(read_.settings),
      worked_{"train_part", "getitem", "loader", "batch", "layers", "", "picture"} {
  read();
}

void CasesModel::follow() {
  if (version_ != document_.version()) return read();
  const OwnFacts* facts = settings().own ? own_facts(settings().file) : nullptr;
  if (facts && facts->hash != known_file_) read(); // it has come
}

namespace {

CaseFile file_of(const OwnFacts& facts) {
  CaseFile out{facts.hash, facts.shape, facts.pictures ? facts.shape.size() == 2 : !facts.columns.empty(), static_cast<std::int64_t>(facts.classes.size()),
               {},         false};
  for (std::size_t label = 0; label < facts.classes.size(); ++label)
    if (facts.train[label] + facts.test[label] > 0) out.occurring.push_back(static_cast<int>(label));
  for (const std::uint32_t count : facts.validation) out.validation = out.validation || count > 0;
  return out;
}

// How many examples of these classes a draw can deal out.
std::int64_t most_of(const std::vector<std::uint32_t>& counts, const std::vector<int>& classes) {
  if (classes.empty()) return counts.empty() ? 0 : static_cast<std::int64_t>(counts[0]);
  std::int64_t least = INT64_MAX;
  for (const int label : classes)
    least = std::min<std::int64_t>(least, static_cast<std::size_t>(label) < counts.size() ? counts[static_cast<std::size_t>(label)] : 0);
  return least * static_cast<std::int64_t>(classes.size());
}

CaseCounts counts_of(const OwnFacts& facts, const std::vector<int>& classes) {
  return counts_of_file({most_of(facts.train, classes), most_of(facts.validation, classes), most_of(facts.test, classes)},
                        static_cast<std::int64_t>(classes.size()));
}

} // namespace

// What the user's own file adds to the document's settings, as far as it is known.
void CasesModel::learn_of_file() {
  settings_ = read_.settings;
  misfit_.reset();
  known_file_.clear();
  const OwnFacts* facts = settings_.own ? own_facts(settings_.file) : nullptr;
  if (!facts) return; // nothing is wrong yet
  known_file_ = facts->hash;
  const CaseFile file = file_of(*facts);
  auto settings = settings_with(settings_, &file);
  settings ? void(settings_ = std::move(*settings)) : void(misfit_ = settings.error());
}

void CasesModel::read() {
  version_ = document_.version();
  ++news_;
  read_ = cases_settings(document_.now());
  const std::string known_before = known_file_;
  learn_of_file();
  Json run_key = without(read_.complete, {"station", "threshold", "picture", "workers"});
  Json data_key = without(run_key, {"output", "hidden", "batch", "drop_last", "shuffle", "epochs", "optimizer", "seed"});
  if (run_key != run_key_) {
    run_key_ = std::move(run_key);
    reset();
  }
  if (known_file_ != known_before) reset();
  if (data_key != data_key_ || known_file_ != known_before) {
    data_key_ = std::move(data_key);
    lay_out_data();
  }
  if (run_) run_->look_at(settings().threshold, settings().picture);
  set_item(item_);
  set_epoch(epoch_);
}

Json CasesModel::changed_case(const std::string& kind) const {
  const Json& now = read_.complete;
  Json json = {{"downhill", kFormatVersion}, {"lab", kCasesFormat.lab}, {"case", kind}, {"station", now["station"]}};
  for (const char* key : {"raters", "drop_last", "shuffle", "workers", "epochs", "seed"}) json[key] = now[key];
  if (now["raters"].empty()) json.erase("raters");
  if (json.contains("raters")) json["score"] = now["score"];
  json["data"]["seed"] = now["data"]["seed"];
  if (settings().own && settings().kind == CaseKind::scores) json.erase("epochs"); // they suited that file
  return json;
}

std::optional<UserError> CasesModel::set_case(const std::string& kind) {
  Json json = changed_case(kind);
  if (const OwnFacts* facts = file()) {
    std::vector<int> classes = usable_classes(*facts, true);
    if (kind == "yes_no" && classes.size() > 2) classes.resize(2);
    if (kind == "scores") classes.clear(); // what is wrong then is its answers
    json["data"]["file"] = read_.settings.file;
    return put_own(std::move(json), *facts, classes);
  }
  if (settings().own) { // its file is still to come
    json.erase("score"), json.erase("raters");
    json["data"]["source"] = "own", json["data"]["file"] = settings().file;
  }
  auto error = document_.change_to(json);
  follow();
  return error;
}

namespace {
SuitedTraining suited_to(const OwnFacts& facts, std::int64_t train) {
  return suited_training(train, kCasesFormat.field_at("/batch")->standard.get<std::int64_t>(), facts.features, facts.largest);
}
} // namespace

bool CasesModel::answers_far() const {
  const OwnFacts* facts = file();
  return facts && facts->classes.empty() && suited_to(*facts, settings().count(CasePart::train)).far;
}

// As many examples as there are of these classes. What does not fit is refused before the document is changed.
std::optional<UserError> CasesModel::put_own(Json json, const OwnFacts& facts, const std::vector<int>& classes) {
  json.erase("score"), json.erase("raters"); // of Fashion-MNIST's pictures
  Json& data = json["data"];
  const CaseCounts counts = counts_of(facts, classes);
  data["source"] = "own";
  data["train"] = counts.train, data["validation"] = counts.validation, data["test"] = counts.test;
  data["classes"] = classes;
  if (facts.classes.empty()) { // whatever the range of its answers is
    const SuitedTraining suited = suited_to(facts, counts.train);
    json["epochs"] = suited.epochs, json["optimizer"] = {{"name", "adam"}, {"lr", suited.lr}};
  }
  const auto document = cases_document_from_json(json);
  if (!document) return document.error();
  const CaseFile file = file_of(facts);
  if (const auto fits = settings_with(document->settings, &file); !fits) return fits.error();
  auto error = document_.change_to(json);
  follow();
  return error;
}

std::optional<UserError> CasesModel::set_own(const std::string& hash) {
  const OwnFacts* facts = own_facts(hash);
  if (!facts) return UserError{"needs_file", "/data/file", {}};
  std::vector<int> classes = usable_classes(*facts, true);
  if (!facts->classes.empty() && classes.size() < 2) return UserError{"own_few_usable", "/data/classes", {}};
  const bool two = classes.size() == 2 || (settings().kind == CaseKind::yes_no && classes.size() > 2);
  if (two) classes.resize(2);
  Json json = changed_case(facts->classes.empty() ? "scores" : two ? "yes_no" : "one_of_ten");
  json["data"]["file"] = hash;
  return put_own(std::move(json), *facts, classes);
}

std::optional<UserError> CasesModel::set_fashion() {
  Json json = changed_case(read_.complete["case"].get<std::string>());
  json.erase("score"); // the file's
  auto error = document_.change_to(json);
  follow();
  return error;
}

std::vector<std::pair<std::string, Json>> CasesModel::with_others(const std::string& pointer, const Json& value) const {
  std::vector<std::pair<std::string, Json>> all{{pointer, value}};
  if (const OwnFacts* facts = file(); facts && pointer == "/data/classes" && value.is_array()) { // others may have fewer examples, or more
    std::vector<int> classes;
    for (const Json& label : value)
      if (label.is_number_integer()) classes.push_back(label.get<int>());
    const CaseCounts counts = counts_of(*facts, classes);
    all.emplace_back("/data/train", counts.train), all.emplace_back("/data/validation", counts.validation), all.emplace_back("/data/test", counts.test);
    if (settings().batch > counts.train) all.emplace_back("/batch", counts.train);
    if (settings().picture >= counts.test) all.emplace_back("/picture", counts.test - 1);
    return all;
  }
  if (!value.is_number() || value.get<double>() < 1) return all;
  const double count = value.get<double>();
  if (pointer == "/data/train" && static_cast<double>(settings().batch) > count) all.emplace_back("/batch", value);
  if (pointer == "/data/test" && static_cast<double>(settings().picture) >= count) all.emplace_back("/picture", count - 1);
  return all;
}

// ---- pictures ----

CasesModel::Asked CasesModel::wanted() const {
  const PicturesNeeded needed = pictures_needed(settings());
  Asked out{settings().data_seed, settings().classes, needed.train, needed.test, needed.validation, known_file_};
  if (settings().kind == CaseKind::scores && !settings().own) out.train = std::max<std::int64_t>(out.train, kRatingsMost);
  return out;
}

DataSettings CasesModel::packs_needed() const {
  const Asked asked = wanted();
  DataSettings data;
  data.source = settings().own ? "own" : "fashion-mnist";
  data.file = settings().file;
  data.seed = asked.seed;
  data.classes = asked.classes;
  data.train = asked.train, data.test = std::max<std::int64_t>(1, asked.test);
  return data;
}

bool CasesModel::enough() const {
  const Asked asked = wanted();
  return source_ && held_.seed == asked.seed && held_.classes == asked.classes && held_.train >= asked.train && held_.test >= asked.test &&
         held_.validation >= asked.validation && held_.file == asked.file;
}

void CasesModel::want() {
  if (waiting_ || enough() || (refused_ && asked_ == wanted()) || misfit_ || (settings().own && known_file_.empty())) return;
  asked_ = wanted();
  refused_.reset();
  waiting_ = true;
  request_ = fresh_request();
  post_(AskDrawn{request_,
                 asked_.seed,
                 {asked_.classes.begin(), asked_.classes.end()},
                 static_cast<std::uint32_t>(asked_.train),
                 static_cast<std::uint32_t>(asked_.test),
                 static_cast<std::uint32_t>(asked_.validation),
                 asked_.file});
}

bool CasesModel::take(const ToApp& message) {
  const auto* answer = std::get_if<DrawnPictures>(&message);
  if (!answer || !waiting_ || answer->request != request_) return false;
  if (!answer->code.empty()) {
    refused_ = UserError{answer->code, answer->place, answer->with};
  } else {
    auto made = made_of(*answer);
    if (!made) return false;
    source_ = std::move(made);
    held_ = asked_;
  }
  waiting_ = false;
  ++news_;
  lay_out_data();
  return true;
}

// The beginning of a draw, in its order. Null: what came makes no sense.
std::shared_ptr<const Source> CasesModel::made_of(const DrawnPictures& answer) const {
  const OwnFacts* facts = asked_.file.empty() ? nullptr : own_facts(asked_.file);
  if (!asked_.file.empty() && !facts) return nullptr;
  auto made = std::make_shared<Source>();
  made->classes = facts ? static_cast<std::int64_t>(facts->classes.size()) : 10;
  if (facts) made->names = facts->classes, made->shape = facts->shape, made->columns = facts->columns, made->answer = facts->answer;
  made->drawn_seed = asked_.seed;
  const std::size_t features = facts ? facts->features : kCasePixels;
  for (auto [part, drawn] : {std::pair{&made->train, &answer.train}, std::pair{&made->test, &answer.test}, std::pair{&made->validation, &answer.validation}}) {
    const std::size_t numbers = drawn->pixels.size() + drawn->values.size(), count = numbers / features;
    if (count * features != numbers || (asked_.classes.empty() && drawn->targets.size() != count)) return nullptr;
    part->features = static_cast<std::int64_t>(features);
    part->pixels = drawn->pixels;
    part->values.assign(drawn->values.begin(), drawn->values.end());
    part->targets.assign(drawn->targets.begin(), drawn->targets.end());
    for (std::size_t i = 0; i < count && !asked_.classes.empty(); ++i)
      part->labels.push_back(static_cast<std::uint8_t>(asked_.classes[i % asked_.classes.size()]));
  }
  return made;
}

// The official parts hold fewer than the document asks for. By the part that asks for too many, as case_data would say of the official files.
std::optional<UserError> CasesModel::asks_too_much() const {
  const CaseSettings& s = settings();
  const PicturesNeeded needed = pictures_needed(s);
  const std::int64_t train = source_->train.size(), test = source_->test.size();
  if (needed.train > train && s.rated()) return UserError{"no_such_place", "/raters", {std::to_string(needed.train - 1), std::to_string(train)}};
  const auto too_many = [](const char* code, const char* place, std::int64_t wanted, std::int64_t most) {
    return UserError{code, place, {std::to_string(wanted), std::to_string(most)}};
  };
  if (s.count(CasePart::train) > train && !s.rated()) return too_many("too_many_examples", "/data/train", s.count(CasePart::train), train);
  if (needed.validation > source_->validation.size())
    return too_many("too_many_examples", "/data/validation", s.count(CasePart::validation), source_->validation.size());
  if (needed.train > train)
    return too_many(s.own ? "own_to_validate" : "too_many_to_validate", "/data/validation", s.count(CasePart::train) + s.count(CasePart::validation), train);
  if (needed.test > test) return too_many("too_many_examples", "/data/test", s.count(CasePart::test), test);
  return {};
}

void CasesModel::lay_out_data() {
  data_.reset();
  run_.reset();
  problem_ = misfit_ ? misfit_ : too_few_rated(settings());
  if (misfit_ || (settings().own && known_file_.empty())) {
    running_ = running_ && !misfit_;
    return;
  }
  if (!enough()) {
    if (refused_ && asked_ == wanted()) problem_ = refused_;
  } else if (!problem_) {
    problem_ = asks_too_much();
    if (!problem_) {
      auto data = case_data(source_, settings());
      data ? void(data_ = std::move(*data)) : void(problem_ = data.error());
    }
  }
  if (problem_) running_ = false;
}

std::uint32_t CasesModel::drawn_count() const {
  const bool here = source_ && !settings().own && held_.file.empty() && held_.seed == settings().data_seed && held_.classes == settings().classes;
  return here ? static_cast<std::uint32_t>(source_->train.size()) : 0;
}

std::span<const std::uint8_t> CasesModel::drawn(std::uint32_t place) const {
  if (place >= drawn_count()) return {};
  return std::span(source_->train.pixels).subspan(place * kCasePixels, kCasePixels);
}

// ---- what is looked at ----

void CasesModel::set_item(std::int64_t i) {
  item_ = std::clamp<std::int64_t>(i, 0, settings().count(CasePart::train) - 1);
  ++news_;
}

void CasesModel::set_epoch(std::int64_t epoch) {
  epoch_ = std::clamp<std::int64_t>(epoch, 0, settings().epochs - 1);
  set_batch(batch_);
}

void CasesModel::set_batch(std::int64_t batch) {
  batch_ = std::clamp<std::int64_t>(batch, 0, settings().iterations() - 1);
  ++news_;
}

void CasesModel::next_batch() {
  if (batch_ + 1 < settings().iterations()) return set_batch(batch_ + 1);
  if (epoch_ + 1 >= settings().epochs) return;
  batch_ = 0;
  set_epoch(epoch_ + 1);
}

const std::vector<std::vector<std::uint32_t>>& CasesModel::batches() const {
  if (cut_.version != version_ || cut_.epoch != epoch_) cut_ = {version_, epoch_, case_batches(settings(), epoch_)};
  return cut_.batches;
}

// ---- the run ----

CaseRun* CasesModel::made_run() const {
  if (!run_ && data_) run_.emplace(settings(), *data_);
  return run_ ? &*run_ : nullptr;
}

const CaseRun* CasesModel::run() const { return made_run(); }

void CasesModel::start() {
  if (std::exchange(refused_, {})) lay_out_data(); // asked for again
  if (run_ && run_->ended()) reset();
  running_ = !problem_;
  target_ = -1, moved_s_ = -1;
  one_line_ = false;
  ++news_;
}

void CasesModel::rest() { running_ = busy_ = one_line_ = false, target_ = -1, ++news_; }

void CasesModel::pause() { rest(); }

void CasesModel::reset() {
  rest();
  run_.reset();
  line_ = -1;
  hashed_.first = -1;
}

void CasesModel::go(std::int64_t by) {
  const std::int64_t to = std::clamp<std::int64_t>(step() + by, 0, steps());
  if (to < step()) reset();
  rest();
  if (to == step() || problem_) return;
  running_ = true;
  target_ = to;
}

void CasesModel::next_line() {
  CaseRun* run = made_run();
  rest();
  if (!run || run->ended()) return;
  next_line_of(*run);
  running_ = one_line_ = busy_;
}

// What is half done is ended first: a batch, or the evaluation that comes before the first epoch and after each.
void CasesModel::next_line_of(CaseRun& run) {
  ++news_;
  if (!run.between_steps()) {
    busy_ = true;
    return;
  }
  if (line_ < 0 || line_ >= kUpdateLine)
    line_ = run.trainer().step() % settings().iterations() == 0 ? 0 : 1;
  else if (line_ + 1 < kUpdateLine)
    ++line_;
  else
    busy_ = true;
}

void CasesModel::work_piece(CaseRun& run) {
  const std::int64_t before = run.trainer().step();
  const bool training = run.trainer().next_is_training();
  const bool more = run.advance();
  const std::int64_t now = run.trainer().step();
  line_ = now > before ? kUpdateLine : training ? kForwardLine : now == 0 ? -1 : kValidationLine; // the first one comes before the loop
  if (now > before || run.between_steps() || !more) busy_ = false;
  const bool arrived = target_ >= 0 && now >= target_ && run.between_steps();
  if (!more || arrived || (one_line_ && !busy_)) rest();
}

bool CasesModel::tick(double now_s) {
  if (!running_) return false;
  CaseRun* run = made_run();
  if (!run) return false; // what comes wakes the page
  ++news_;
  const double until_s = clock_s_() + kSlice_s;
  const bool at_once = steps_per_s <= 0 || target_ >= 0;
  if (at_once || busy_) {
    while (running_ && (at_once || busy_)) {
      work_piece(*run);
      if (clock_s_() >= until_s) break;
    }
    moved_s_ = now_s;
    return running_;
  }
  const double each_s = 1 / (kLinesOfStep * steps_per_s);
  if (moved_s_ < 0 || now_s < moved_s_) moved_s_ = now_s;
  for (; running_ && now_s - moved_s_ >= each_s; moved_s_ += each_s) {
    next_line_of(*run);
    while (running_ && busy_ && clock_s_() < until_s) work_piece(*run);
    if (busy_ || clock_s_() >= until_s) { // slower than it should go
      moved_s_ = now_s;
      break;
    }
  }
  return running_;
}

Transport CasesModel::transport() const {
  if (running_) return Transport::running;
  if (!run_ || (run_->trainer().step() == 0 && run_->stands().empty() && line_ < 0)) return Transport::ready;
  return run_->ended() ? Transport::finished : Transport::paused;
}

std::uint64_t CasesModel::hash() const {
  if (!run_ || transport() == Transport::ready) return 0;
  if (hashed_.first != step()) hashed_ = {step(), run_->trainer().hash()};
  return hashed_.second;
}

// ---- the code ----

const std::vector<ScriptPiece>& CasesModel::script(const ScriptOptions& options) const {
  if (script_.pieces.empty() || script_.version != version_ || script_.title != options.title || script_.language != options.language)
    script_ = {version_, options.title, options.language, cases_script_pieces(read_, options)};
  return script_.pieces;
}

std::span<const ScriptPiece> CasesModel::pieces(const ScriptOptions& options) const {
  const std::size_t place = place_of(station());
  return std::span(script(options)).subspan(place == 0 ? 0 : place + 1, place == 0 ? 2 : 1);
}

std::string_view CasesModel::at_work() const {
  if (station() == CaseStation::training) // at full speed the loop as a whole
    return line_ < 0 ? std::string_view() : running_ && !one_line_ && target_ < 0 && steps_per_s <= 0 ? kTrainingLines[0] : kTrainingLines[line_];
  return worked_[place_of(station())];
}

void CasesModel::work(std::string_view mark) {
  const auto* known = std::find(std::begin(kScriptMarks), std::end(kScriptMarks), mark);
  if (known == std::end(kScriptMarks)) return;
  worked_[place_of(station())] = *known;
  ++news_;
}

} // namespace downhill
