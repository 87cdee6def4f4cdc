#include "app/bare_race.hpp"
#include "app/core/field_info.hpp"
#include "surfaces/surface_document.hpp"

#include <algorithm>

using namespace downhill;

namespace {

const Json kTwoLanes = {{"downhill", 1},
                        {"data", {{"source", "moons"}, {"train", 60}, {"test", 40}}},
                        {"network", {{"hidden", Json::array({{{"units", 8}}, {{"units", 4}}})}}},
                        {"epochs", 3},
                        {"batch", 20},
                        {"optimizer", {{"name", "adam"}}},
                        {"lanes", {{{"label", "a"}}, {{"optimizer", {{"name", "sgd"}, {"lr", 0.1}}}}}}};
constexpr FieldWords kWords{"全部", "每轮"};

} // namespace

TEST_CASE("a control's id names a field of the base or of a lane, or none") {
  const auto read = [](const char* id) { return FieldId::parse(id); };
  REQUIRE(read("field:/optimizer/lr"));
  CHECK(!read("field:/optimizer/lr")->lane);
  CHECK(read("field:/optimizer/lr")->pointer == "/optimizer/lr");
  REQUIRE(read("lane:12:/batch"));
  CHECK(read("lane:12:/batch")->lane == 12);
  CHECK(read("lane:12:/batch")->pointer == "/batch");
  CHECK(read("lane:12:/batch")->text() == "lane:12:/batch");
  for (const char* id : {"", "field:", "lane:", "lane:1:label", "lane:1", "lane:x:/batch", "lane:1x:/batch", "lane::/batch", "lane:1:batch/", "field:/a~b",
                         "lane:99999999999999999999:/batch", "field:/hidden/99999999999/units"}) {
    CAPTURE(std::string(id));
    CHECK(!read(id));
  }
}

TEST_CASE("what is typed into a field is its value, or refused") {
  BareRace table(kTwoLanes);
  const auto typed = [&](const char* pointer, const char* text) -> Json {
    const auto value = typed_value(field_info(table.race, {{}, pointer}), text, kWords);
    return value ? *value : Json(value.error().code);
  };
  CHECK(typed("/batch", "3 2") == 32);
  CHECK(typed("/batch", "３２").is_number_integer());
  CHECK(typed("/batch", "full") == "full");
  CHECK(typed("/batch", "全 部") == "full");
  CHECK(typed("/epochs", "全部") == "wrong_type"); // of batches alone
  CHECK(typed("/optimizer/lr", "1e−3") == 0.001);
  CHECK(typed("/optimizer/lr", "0，01") == 0.01);
  CHECK(typed("/data/label_noise", "20 %") == 0.2);
  CHECK(typed("/data/label_noise", "２０％") == 0.2);
  CHECK(typed("/evaluate/every", "每轮") == "epoch");
  CHECK(typed("/evaluate/every", "500 examples") == "500 examples");
  CHECK(typed("/evaluate/every", "500样本") == "500 examples");
  CHECK(typed("/evaluate/every", "20 步") == 20);
  CHECK(typed("/evaluate/every", "20 steps") == 20);
  for (const char* text : {"", "much", "1e999", "nan", "12 dozen"}) {
    CAPTURE(std::string(text));
    CHECK(typed("/optimizer/lr", text) == "wrong_type");
  }
}

TEST_CASE("a layer's field of one lane is set there alone, and goes back to the base's") {
  BareRace table(kTwoLanes);
  const FieldId units{1, "/network/hidden/0/units"};
  REQUIRE(!set_field(table.race, units, 16));
  const auto units_of = [&](std::size_t lane, std::size_t layer) { return table.race.experiment().lanes[lane].settings.network.hidden[layer].units; };
  CHECK(units_of(1, 0) == 16);
  CHECK(units_of(1, 1) == 4);
  CHECK(units_of(0, 0) == 8);
  CHECK(field_info(table.race, units).differs);
  REQUIRE(!reset_field(table.race, units));
  CHECK(units_of(1, 0) == 8);
  CHECK(set_field(table.race, {{}, "/network/hidden/0/wings"}, 1)->code == "no_field");
  CHECK(set_field(table.race, {{}, "/network/hidden/0/units"}, 100000)->code == "out_of_range");
}

TEST_CASE("a lane of another rule may have the base's rate, and goes back to it; another method takes the parameters along") {
  Json json = kTwoLanes;
  json["lanes"][1] = {{"optimizer", {{"betas", {0.5, 0.999}}}}};
  json["lanes"][0] = {{"optimizer", {{"name", "sgd"}, {"lr", 0.1}}}};
  BareRace table(json);
  const auto optimizer = [&](std::size_t lane) { return table.race.experiment().lanes[lane].complete["optimizer"]; };
  REQUIRE(!set_field(table.race, {{}, "/optimizer/lr"}, 0.25));
  REQUIRE(!set_field(table.race, {0, "/optimizer/lr"}, 0.25));
  CHECK(optimizer(0)["lr"] == 0.25);
  REQUIRE(!set_field(table.race, {0, "/optimizer/lr"}, 0.5));
  REQUIRE(!reset_field(table.race, {0, "/optimizer/lr"}));
  CHECK(optimizer(0)["lr"] == 0.25);
  REQUIRE(!table.race.edit_lane(1, "/optimizer", {{"name", "sgd"}, {"lr", 0.125}}));
  CHECK(optimizer(1) == Json{{"name", "sgd"}, {"lr", 0.125}});
}

TEST_CASE("the form view has every field of one number or name, once, with the parameters of what is chosen") {
  BareRace table(kTwoLanes);
  const auto all = form_fields(table.race);
  const auto has = [&](std::string_view pointer) { return std::count(all.begin(), all.end(), pointer); };
  for (const char* pointer : {"/batch", "/epochs", "/seed", "/optimizer", "/optimizer/lr", "/optimizer/eps", "/loss", "/data/train", "/evaluate/every"}) {
    CAPTURE(std::string(pointer));
    CHECK(has(pointer) == 1);
  }
  for (const char* pointer : {"/network/hidden", "/data/classes", "/data/file", "/data/noise", "/optimizer/name", "/optimizer/momentum"}) {
    CAPTURE(std::string(pointer));
    CHECK(has(pointer) == 0);
  }
  for (const std::string& pointer : all) CHECK(!field_info(table.race, {{}, pointer}).value.is_null());
}

TEST_CASE("the names that a field is chosen from are strings of the field's own kind") {
  const BareRace bare({{"downhill", 1}, {"lanes", {Json::object()}}});
  const std::pair<const char*, const char*> kPrefixes[] = {{"/network/hidden/0/activation", "activation."},
                                                           {"/optimizer", "method."},
                                                           {"/network/init", "init."},
                                                           {"/loss", "loss."},
                                                           {"/schedule", "schedule."},
                                                           {"/data/source", "source."}};
  for (const auto& [pointer, prefix] : kPrefixes) {
    CAPTURE(pointer);
    CHECK(field_info(bare.race, {{}, pointer}).choices == prefix);
  }
  const SurfaceDocument document =
      *surface_document_from_json({{"downhill", 1}, {"lab", "surface"}, {"surface", {{"name", "logistic"}}}, {"lanes", {Json::object()}}});
  const std::pair<const char*, const char*> kOfImages[] = {
      {"/surface/classes/0", "class."}, {"/surface/along/1", "choice./surface/along."}, {"/surface/loss", "loss."}};
  for (const auto& [pointer, prefix] : kOfImages) {
    CAPTURE(pointer);
    CHECK(field_info(FieldValues{kSurfaceFormat, document.complete}, pointer).choices == prefix);
  }
}

TEST_CASE("rules that stop lanes are typed; words switch them off") {
  BareRace table(kTwoLanes);
  const auto rules = [&] { return table.race.stop_rules(); };
  CHECK(!set_stop_rule(table.race, "stop:accuracy", "60 %"));
  CHECK(rules().accuracy == 0.6);
  CHECK(!set_stop_rule(table.race, "stop:no_improvement", "５"));
  CHECK(rules().no_improvement == 5);
  CHECK(set_stop_rule(table.race, "stop:accuracy", "101")->code == "out_of_range");
  CHECK(set_stop_rule(table.race, "stop:no_improvement", "-1")->with == std::vector<std::string>{"-1", "0", "10000"});
  CHECK(set_stop_rule(table.race, "stop:accuracy", "1e999")->code == "out_of_range");
  CHECK(rules().accuracy == 0.6);
  CHECK(!set_stop_rule(table.race, "stop:accuracy", "关"));
  CHECK(rules().accuracy == 0);
  CHECK(rules().no_improvement == 5);
}
