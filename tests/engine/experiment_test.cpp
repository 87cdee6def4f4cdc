#include "experiment/experiment.hpp"

#include "golden_runs.hpp"
#include "random_experiment.hpp"

#include <doctest/doctest.h>

using namespace downhill;

namespace {

const char* const kMinimal = R"({"downhill":1,"lanes":[{}]})";

Json minimal() { return Json::parse(kMinimal); }

std::string error_of(const Json& json) {
  const auto result = experiment_from_json(json);
  if (result) return "none";
  // every sentence can be formed in both languages, with all its gaps filled
  for (const ErrorText& row : error_texts()) {
    if (row.code != result.error().code) continue;
    for (const std::string_view text : {row.zh, row.en})
      for (std::size_t gap = result.error().with.size() + 1; gap < 10; ++gap) CHECK(text.find('{' + std::to_string(gap) + '}') == std::string::npos);
    for (const Language language : {Language::zh, Language::en}) CHECK(!result.error().sentence(language).empty());
  }
  return result.error().code + " " + result.error().place;
}

// Pointers of all objects below `json`, itself included.
void objects_in(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& out) {
  if (json.is_object()) out.push_back(at);
  for (const auto& [key, inner] : json.items())
    if (inner.is_structured()) objects_in(inner, json.is_array() ? at / std::stoul(key) : at / key, out);
}

// Good experiments of every shape: bases with a value for each field, and lanes that patch what lanes may.
std::vector<Json> rich_experiments() {
  std::vector<Json> all;
  for (const auto& [name, json] : golden_runs()) all.push_back(json);
  for (std::uint64_t n = 0; all.size() < 120; ++n) {
    Json json = RandomExperiment(2 * n, true).make(), patch = RandomExperiment(2 * n + 1, true).make();
    for (const char* shared : {"downhill", "lanes", "data", "seed"}) patch.erase(shared);
    patch["label"] = {{"zh", "一"}, {"en", "one"}};
    json["title"] = {{"zh", "题"}, {"en", "title"}};
    json["lanes"].push_back(patch);
    if (experiment_from_json(json)) all.push_back(json); // some patches don't fit the base's data
    REQUIRE(n < 500);
  }
  return all;
}

} // namespace

TEST_CASE("an empty lane is the base with defaults") {
  const auto experiment = read_experiment(kMinimal);
  REQUIRE(experiment.ok());
  const LaneSettings& s = experiment->lanes[0].settings;
  CHECK(s.batch == 64);
  CHECK(s.optimizer.name == "sgd");
  CHECK(s.network.hidden.size() == 1);
  CHECK(s.network.hidden[0].activation.name == "relu");
  CHECK(s.data.classes.size() == 10);
}

TEST_CASE("lanes are merge patches: another name replaces the object, the same name merges") {
  Json json = minimal();
  json["optimizer"] = {{"name", "adam"}, {"lr", 0.5}, {"betas", {0.8, 0.99}}};
  json["lanes"] = {
      {{"optimizer", {{"lr", 0.25}}}}, {{"optimizer", {{"name", "adam"}, {"eps", 1e-4}}}}, {{"optimizer", {{"name", "rmsprop"}}}}, {{"optimizer", "adagrad"}}};
  const auto experiment = experiment_from_json(json);
  REQUIRE(experiment.ok());
  CHECK(experiment->lanes[0].settings.optimizer.values == ParameterValues{0.25, 0.8, 0.99, 1e-8});
  CHECK(experiment->lanes[1].settings.optimizer.values == ParameterValues{0.5, 0.8, 0.99, 1e-4});
  CHECK(experiment->lanes[2].settings.optimizer.values == ParameterValues{0.01, 0.99, 1e-8});
  CHECK(experiment->lanes[3].settings.optimizer.values == ParameterValues{0.01, 1e-10});
}

TEST_CASE("null in a lane takes the base's setting back to the standard") {
  Json json = minimal();
  json["lanes"] = Json::array({Json::object()});
  const auto plain = experiment_from_json(json);
  json["epochs"] = 3;
  json["network"] = {{"hidden", Json::array()}};
  json["lanes"] = Json::array({Json::object(), {{"epochs", nullptr}, {"network", {{"hidden", nullptr}}}}});
  const auto read = experiment_from_json(json);
  REQUIRE(read.ok());
  CHECK(read->lanes[0].settings.epochs == 3);
  CHECK(read->lanes[1].settings.epochs == plain->lanes[0].settings.epochs);
  CHECK(read->lanes[1].settings.network.hidden.size() == plain->lanes[0].settings.network.hidden.size());
}

TEST_CASE("lanes start from the same weights where initialisation, layers and outputs are the same") {
  const auto same = [](const Json& lane, const char* source = "moons") {
    Json json = minimal();
    json["data"]["source"] = source;
    json["lanes"].push_back(lane);
    const auto experiment = experiment_from_json(json);
    REQUIRE(experiment.ok());
    return same_start(*experiment);
  };
  CHECK(same(Json::object()));
  CHECK(same({{"optimizer", "adam"}, {"batch", 8}, {"loss", "mse"}}));
  CHECK(same({{"network", {{"hidden", {{{"units", 128}, {"activation", "tanh"}, {"dropout", 0.5}}}}}}}));
  CHECK(!same({{"network", {{"hidden", {{{"units", 127}}}}}}}));
  CHECK(!same({{"network", {{"hidden", {{{"units", 128}, {"activation", "crelu"}}}}}}})); // twice as many outputs
  CHECK(!same({{"network", {{"hidden", Json::array()}}}}));
  CHECK(!same({{"network", {{"init", "xavier_normal"}}}}));
  CHECK(!same({{"loss", "bce"}})); // one output
}

TEST_CASE("a label is one text for both languages, or a text for each") {
  CHECK(label_text("Adam", Language::zh, "lane") == "Adam");
  CHECK(label_text({{"zh", "动量"}, {"en", "momentum"}}, Language::zh, "lane") == "动量");
  CHECK(label_text({{"zh", "动量"}, {"en", "momentum"}}, Language::en, "lane") == "momentum");
  CHECK(label_text({{"zh", "动量"}}, Language::en, "lane") == "动量");
  CHECK(label_text(nullptr, Language::en, "lane") == "lane");
}

TEST_CASE("what is written out reads back the same") {
  Json json = minimal();
  json["title"] = {{"zh", "题"}, {"en", "T"}};
  json["lanes"] = {{{"label", "A"}, {"batch", "full"}}, {{"network", {{"hidden", Json::array()}}}}};
  const auto first = experiment_from_json(json);
  REQUIRE(first.ok());
  const auto second = experiment_from_json(first->json());
  REQUIRE(second.ok());
  CHECK(first->json() == second->json());
  CHECK(second->lanes[0].settings.batch == 0);
  CHECK(second->lanes[1].settings.network.hidden.empty());
}

TEST_CASE("every field of the table refuses what is out of its range or of another type") {
  for (const Field& field : fields()) {
    CAPTURE(std::string(field.pointer));
    const Json::json_pointer pointer{std::string(field.pointer)};
    const std::string place(field.pointer);
    Json json = minimal();
    json[pointer] = Json::object({{"nonsense", true}});
    CHECK(error_of(json) != "none");
    json[pointer] = field.standard;
    CHECK(error_of(json) == "none");
    if (field.kind == FieldKind::integer || field.kind == FieldKind::number || field.kind == FieldKind::batch) {
      for (const double value : {field.least - 1, field.most + 1}) {
        json[pointer] = value;
        CHECK(error_of(json) == "out_of_range " + place);
      }
      json[pointer] = "12";
      CHECK(error_of(json) == "wrong_type " + place);
    }
    if (field.kind == FieldKind::integer) {
      json[pointer] = field.least + 0.5;
      CHECK(error_of(json) == "wrong_type " + place);
    }
    if (field.ids) {
      const bool named = field.kind == FieldKind::named;
      json[pointer] = "no such thing";
      CHECK(error_of(json) == "not_a_choice " + place + (named ? "/name" : ""));
      for (const std::string_view id : field.ids()) {
        json[pointer] = std::string(id);
        // alone, some ask for other data (bce: two classes; own: its file is checked later)
        const std::string found = error_of(json);
        CHECK((found == "none" || found == "loss_needs_two /loss"));
        if (!named) continue;
        for (const ParameterSpec& spec : *field.parameters(id)) {
          if (spec.name.find('/') != std::string_view::npos) continue;
          json[pointer] = {{"name", id}, {std::string(spec.name), spec.most + 1}};
          CHECK(error_of(json) == "out_of_range " + place + "/" + std::string(spec.name));
        }
        json[pointer] = {{"name", id}, {"nonsense", 1}};
        CHECK(error_of(json) == "unknown_key " + place);
      }
    }
    // a lane may differ where the table says so, and only there
    Json lane = minimal();
    lane["lanes"][0][pointer] = field.standard;
    CHECK(error_of(lane) == (field.lanes_may ? "none" : "lane_may_not /lanes/0" + place));
  }
}

TEST_CASE("a key that leads nowhere is refused with its place, wherever it stands and whatever it holds") {
  std::vector<std::string> paths; // fields' names with slashes, whole and from every token on
  for (const Field& field : fields())
    for (std::size_t at = 0; at != std::string_view::npos; at = field.pointer.find('/', at + 1)) {
      const auto rest = field.pointer.substr(at + 1);
      if (rest.find('/') != std::string_view::npos) paths.emplace_back(rest);
    }
  paths.insert(paths.end(), {"nonsense", "", "/", "betas/0", "name/", "hidden/0/units"});
  const Json values[] = {Json(), 0.5, Json::object(), Json::array()};
  std::size_t turn = 0; // each key holds each of them somewhere
  for (const Json& good : rich_experiments()) {
    CAPTURE(good.dump());
    REQUIRE(error_of(good) == "none");
    std::vector<Json::json_pointer> objects;
    objects_in(good, Json::json_pointer(), objects);
    for (const auto& at : objects) {
      for (const std::string& key : paths) {
        const Json& value = values[turn++ % std::size(values)];
        Json json = good;
        json[at][key] = value;
        CAPTURE(key);
        CAPTURE(value.dump());
        CHECK(error_of(json) == "unknown_key " + at.to_string());
      }
      turn += 1 - paths.size() % 2; // or an even number of keys would give each two of them at most
      for (const auto& [key, value] : good[at].items()) {
        Json json = good;
        json[at].erase(key);
        json[at][key + "_"] = value;
        CAPTURE(key);
        const std::string error = error_of(json);
        CHECK((error == "unknown_key " + at.to_string() || error == "missing " + at.to_string()));
      }
    }
  }
}

TEST_CASE("null takes a lane back to the standard where lanes may differ; anywhere else it is refused") {
  for (const Field& field : fields())
    for (std::size_t end = field.pointer.find('/', 1);; end = field.pointer.find('/', end + 1)) {
      const std::string prefix(field.pointer.substr(0, end)); // the field, or a group around it
      CAPTURE(prefix);
      const bool may = std::all_of(fields().begin(), fields().end(),
                                   [&](const Field& f) { return f.lanes_may || (f.pointer != prefix && !f.pointer.starts_with(prefix + "/")); });
      Json json = minimal();
      json["lanes"][0][Json::json_pointer(prefix)] = nullptr;
      CHECK(error_of(json) == (may ? "none" : "lane_may_not /lanes/0" + prefix));
      json = minimal();
      json[Json::json_pointer(prefix)] = nullptr;
      CHECK(error_of(json) == "wrong_type " + prefix);
      if (end == std::string_view::npos) break;
    }
}

TEST_CASE("a key given twice is refused, not read as either") {
  const auto code = [](std::string_view text) {
    const auto result = read_experiment(text);
    return result ? std::string("none") : result.error().code + " " + result.error().with.at(0);
  };
  CHECK(code(R"({"downhill":1,"epochs":1,"lanes":[{}],"epochs":2})") == "duplicate_key epochs");
  CHECK(code(R"({"downhill":1,"lanes":[{"batch":4,"batch":4}]})") == "duplicate_key batch");
  CHECK(code(R"({"downhill":1,"optimizer":{"name":"sgd","lr":1,"lr":null},"lanes":[{}]})") == "duplicate_key lr");
  CHECK(code(R"({"downhill":1,"regularization":{"l1":0,"l2":0},"lanes":[{"batch":4},{"batch":4}]})") == "none");
}

TEST_CASE("what a message quotes is cut between characters, and holds no control characters") {
  const auto sentence = [](const Json& json) { return experiment_from_json(json).error().sentence(Language::zh); };
  for (std::size_t before = 0; before < 4; ++before) {
    std::string key(before, 'a');
    for (int i = 0; i < 30; ++i) key += "界";
    Json json = minimal();
    json[key] = 1;
    CHECK(Json(sentence(json)).dump(-1, ' ', false, Json::error_handler_t::replace).find("\xef\xbf\xbd") == std::string::npos);
  }
  Json json = minimal();
  json[std::string("\x1b[31mred\0\xc2\x9b", 11)] = 1;
  for (const char c : sentence(json)) CHECK(static_cast<unsigned char>(c) >= 0x20);
  CHECK(sentence(json).find("\xc2\x9b") == std::string::npos);
}

TEST_CASE("one class alone is refused: there is nothing to tell apart") {
  for (const char* source : {"fashion-mnist", "moons", "own"}) {
    Json json = minimal();
    json["data"] = {{"source", source}, {"classes", {1}}};
    CHECK(error_of(json) == "one_class /data/classes");
  }
}

TEST_CASE("bad experiments are refused with their place") {
  const auto with = [](const char* pointer, Json value) {
    Json json = minimal();
    json[Json::json_pointer(pointer)] = std::move(value);
    return error_of(json);
  };
  CHECK(with("/downhill", 2) == "version /downhill");
  CHECK(with("/lanes", Json::array()) == "no_lanes /lanes");
  CHECK(with("/lanes", Json(std::vector<Json>(25, Json::object()))) == "too_many_lanes /lanes");
  CHECK(with("/lanes/0/nonsense", 1) == "unknown_key /lanes/0");
  CHECK(with("/lanes/0/label", 1) == "wrong_type /lanes/0/label");
  CHECK(with("/title/fr", "x") == "unknown_key /title");
  CHECK(with("/nonsense", 1) == "unknown_key ");
  CHECK(with("/data/nonsense", 1) == "unknown_key /data");
  CHECK(with("/lanes/0/data/train", 5) == "lane_may_not /lanes/0/data/train");
  CHECK(with("/batch", 2001) == "batch_above_train /batch");
  CHECK(with("/lanes/0/batch", 2001) == "batch_above_train /lanes/0/batch");
  CHECK(with("/data/classes", {1, 1}) == "duplicate_class /data/classes");
  CHECK(with("/optimizer", {{"name", "adam"}, {"betas", {0.9}}}) == "wrong_type /optimizer/betas");
  CHECK(with("/optimizer", {{"name", "adam"}, {"betas", {0.9, 1.5}}}) == "out_of_range /optimizer/betas/1");
  CHECK(with("/optimizer", {{"lr", 1}}) == "missing /optimizer");
  CHECK(with("/network/hidden", {{{"units", 0}}}) == "out_of_range /network/hidden/0/units");
  CHECK(with("/network/hidden", {{{"units", 4}, {"dropout", 0.96}}}) == "out_of_range /network/hidden/0/dropout");
  CHECK(with("/network/hidden", {{{"units", 4}, {"activation", {{"name", "leaky_relu"}, {"slope", 2}}}}}) == "out_of_range /network/hidden/0/activation/slope");
  CHECK(with("/network/hidden", {{{"dropout", 0}}}) == "missing /network/hidden/0");
  // what fields ask of each other
  CHECK(with("/data/noise", 0.5) == "noise_needs_toy /data/noise");
  CHECK(with("/data/file", "0123456789abcdef") == "only_own_file /data/file");
  CHECK(with("/data/file", "0123") == "wrong_type /data/file");
  CHECK(with("/data/classes", {0, 10}) == "no_such_class /data/classes/1");
  CHECK(with("/data/classes", Json::array()) == "wrong_type /data/classes");
  CHECK(with("/loss", "bce") == "loss_needs_two /loss");
  CHECK(with("/lanes/0/loss", "bce") == "loss_needs_two /lanes/0/loss");
  CHECK(with("/data", {{"source", "sine"}, {"classes", {0}}}) == "no_classes /data/classes");
  CHECK(with("/data", {{"source", "sine"}, {"label_noise", 0.1}}) == "no_classes /data/label_noise");
  CHECK(with("/network/init", {{"name", "uniform"}, {"a", 1}, {"b", 0.5}}) == "out_of_range /network/init/a");
  Json sine = minimal();
  sine["data"]["source"] = "sine";
  CHECK(experiment_from_json(sine)->lanes[0].settings.loss.name == "mse");
  CHECK(experiment_from_json(sine)->lanes[0].settings.data.noise == 0.1);
  CHECK(experiment_from_json(sine)->lanes[0].settings.data.classes.empty());
  sine["loss"] = "cross_entropy";
  CHECK(error_of(sine) == "loss_needs_classes /loss");
  Json moons = minimal();
  moons["data"]["source"] = "moons";
  moons["loss"] = "bce";
  CHECK(error_of(moons) == "none");
  CHECK(experiment_from_json(moons)->lanes[0].settings.data.classes == std::vector<int>{0, 1});
  for (const char* interval : {"epochs", "0 examples", "-5 examples", "1e3 examples", " examples", "99999999999999 examples"})
    CHECK(with("/evaluate/every", interval) == "wrong_type /evaluate/every");
}

TEST_CASE("titles and labels are one line of at most 200 characters, in each language") {
  const auto with = [](const Json& label) {
    Json json = minimal();
    json["title"] = label;
    const std::string title = error_of(json);
    json.erase("title");
    json["lanes"] = {Json::object(), {{"label", label}}};
    return std::pair(title, error_of(json));
  };
  std::string most, more;
  for (int i = 0; i < 200; ++i) most += "长";
  more = most + "长";
  CHECK(with(most) == std::pair<std::string, std::string>("none", "none"));
  CHECK(with({{"zh", most}, {"en", "x"}}) == std::pair<std::string, std::string>("none", "none"));
  CHECK(with(more) == std::pair<std::string, std::string>("too_long /title", "too_long /lanes/1/label"));
  CHECK(with({{"zh", "x"}, {"en", more}}) == std::pair<std::string, std::string>("too_long /title/en", "too_long /lanes/1/label/en"));
  CHECK(with("RTL: \u200f\u05d0 is fine").first == "none");
  for (const char* bad : {"a\nb", "\t", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\u202egnol", "\u2066x"}) {
    CAPTURE(bad);
    CHECK(with(bad) == std::pair<std::string, std::string>("not_a_line /title", "not_a_line /lanes/1/label"));
  }
  CHECK(with(std::string("a\0b", 3)).first == "not_a_line /title");
}

TEST_CASE("whatever the experiment, a refusal quotes little of it and on one line") {
  Json json = minimal();
  json[std::string(60000, 'k') + "\n"] = 1;
  json["lanes"][0]["optimizer"] = "s\x1bgd";
  for (const Language language : {Language::zh, Language::en}) {
    const std::string text = experiment_from_json(json).error().sentence(language);
    CHECK(text.size() < 400);
    CHECK(text.find('\n') == std::string::npos);
    json.erase(std::string(60000, 'k') + "\n");
    CHECK(experiment_from_json(json).error().sentence(language).find('\x1b') == std::string::npos);
    json[std::string(60000, 'k') + "\n"] = 1;
  }
}

TEST_CASE("bad texts are refused, never crashed on") {
  const auto code = [](std::string_view text) {
    const auto result = read_experiment(text);
    return result ? std::string("none") : result.error().code;
  };
  CHECK(code("") == "json_syntax");
  CHECK(code("{") == "json_syntax");
  CHECK(code("[]") == "wrong_type");
  CHECK(code("null") == "wrong_type");
  CHECK(code("\xff\xfe") == "json_syntax");
  CHECK(code("{\"downhill\":1,\"lanes\":[{}]} trailing") == "json_syntax");
  // the place: line and character, counted from 1, of what does not fit
  const auto place = [](std::string_view text) { return read_experiment(text).error().with.at(0); };
  CHECK(place("{\"downhill\":1,\n \"title\": \"abc,\n \"lanes\": [{}]}") == "2:15"); // the quote that is missing
  CHECK(place("{\"title\":\"九种方法\" oops") == "1:17");
  CHECK(place("oops") == "1:1");
  CHECK(place("") == "1:1");
  CHECK(place("{\"downhill\":1,\n\n  oops}") == "3:3");
  CHECK(code(std::string(100000, '[')) == "json_too_deep");
  CHECK(code(std::string(kTextMost + 1, ' ')) == "json_too_large");
  CHECK(code("{\"downhill\":1,\"lanes\":[{}],\"seed\":1e400}") != "none");
  CHECK(code("{\"downhill\":1,\"lanes\":[{\"label\":\"\xff\"}]}") == "json_syntax");
  CHECK(read_experiment("{\n  \"downhill\": 1,\n  oops\n}").error().with[0].substr(0, 2) == "3:");
  // every beginning of a good text, and every text with one byte changed
  const std::string good = R"({"downhill":1,"optimizer":{"name":"adam","betas":[0.9,0.99]},"network":{"hidden":[{"units":3}]},"lanes":[{"batch":"full"}]})";
  REQUIRE(code(good) == "none");
  for (std::size_t n = 0; n < good.size(); ++n) CHECK(code(std::string_view(good).substr(0, n)) != "none");
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char c : {'\0', '"', '}', '9', '\xc3'}) {
      std::string changed = good;
      changed[i] = c;
      CHECK((read_experiment(changed).ok() || true)); // any answer, no crash
    }
}

TEST_CASE("every error sentence stands in both languages") {
  for (const ErrorText& text : error_texts()) {
    CHECK(!text.zh.empty());
    CHECK(!text.en.empty());
    for (const char* gap : {"{1}", "{2}", "{3}"}) CHECK((text.zh.find(gap) == std::string_view::npos) == (text.en.find(gap) == std::string_view::npos));
  }
}
