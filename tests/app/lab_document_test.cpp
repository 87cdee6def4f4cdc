// The document of a lab without a race: here one of our own, with a field of every kind that a form has.
#include "app/core/lab_document.hpp"
#include "optimizers/list.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace downhill;

namespace {

std::vector<std::string_view> colours() { return {"red", "green"}; }

const std::vector<Field>& rows() {
  static const std::vector<Field> table{
      {.pointer = "/sides", .kind = FieldKind::integer, .standard = 3, .least = 3, .most = 12, .lanes_may = false},
      {.pointer = "/size", .kind = FieldKind::number, .standard = 0.5, .most = 2},
      {.pointer = "/filled", .kind = FieldKind::flag, .standard = true},
      {.pointer = "/name", .kind = FieldKind::text, .standard = "a", .most = 9},
      {.pointer = "/start", .kind = FieldKind::numbers, .standard = {0, 0.5}, .least = -1, .most = 1, .entries = 2},
      {.pointer = "/colour", .kind = FieldKind::choice, .standard = "red", .ids = colours},
      {.pointer = "/optimizer", .kind = FieldKind::named, .standard = {{"name", "adam"}}, .ids = ids_of<optimizers>, .parameters = parameters_of<optimizers>},
  };
  return table;
}

const DocumentFormat kPlain{.lab = "shapes", .fields = rows};
const DocumentFormat kLanes{.lab = "shapes", .fields = rows, .lanes_most = 3};

Json shapes() { return {{"downhill", 1}, {"lab", "shapes"}}; }
Json with_lanes() {
  Json json = shapes();
  json["lanes"] = {Json::object(), {{"size", 1}}};
  return json;
}

FieldId base(const char* pointer) { return {{}, pointer}; }
FieldId in_lane(std::size_t lane, const char* pointer) { return {lane, pointer}; }
std::string code(const std::optional<UserError>& error) { return error ? error->code : ""; }

} // namespace

TEST_CASE("a lab's document begins with its defaults; what is refused leaves everything as it was") {
  LabDocument document(kPlain, shapes());
  for (const Field& field : rows()) CHECK(!document.field({{}, std::string(field.pointer)}).value.is_null());
  CHECK(document.at("/sides") == 3);
  const Json before = document.json();
  const std::uint64_t version = document.version();
  CHECK(code(document.open({{"downhill", 1}})) == "missing");
  CHECK(code(document.open({{"downhill", 1}, {"lab", "race"}})) == "other_lab");
  CHECK(code(document.set(base("/sides"), 2)) == "out_of_range");
  CHECK(code(document.set(base("/wings"), 2)) == "no_field");
  CHECK(code(document.set(in_lane(0, "/size"), 2)) == "no_field");
  CHECK(code(document.reset(base("/wings"))) == "no_field");
  CHECK(document.json() == before);
  CHECK(document.version() == version);
  CHECK(!document.changes().can_undo());
  CHECK(document.normal(shapes()) == before);
  CHECK(document.normal(Json(3)).is_null());
}

TEST_CASE("fields of every kind are set, typed, and go back to their defaults") {
  LabDocument document(kPlain, shapes());
  const Json first = document.json();
  const FieldWords words{"全部", "每轮"};
  const auto typed = [&](const char* pointer, const char* text) { return code(document.type(base(pointer), text, words)); };
  CHECK(typed("/sides", "５") == "");
  CHECK(document.at("/sides") == 5);
  CHECK(typed("/sides", "many") == "wrong_type");
  CHECK(typed("/size", "1,5") == "");
  CHECK(document.at("/size") == 1.5);
  CHECK(typed("/filled", "false") == "");
  CHECK(document.at("/filled") == false);
  CHECK(typed("/filled", "perhaps") == "wrong_type");
  CHECK(typed("/name", "6 x") == "");
  CHECK(document.at("/name") == "6 x");
  CHECK(typed("/start", "-1，0.25") == "");
  CHECK(document.at("/start") == Json({-1, 0.25}));
  CHECK(typed("/start", "0.5　1") == "");
  CHECK(document.at("/start") == Json({0.5, 1}));
  CHECK(typed("/start", "1 2 3") == "wrong_type");
  CHECK(typed("/start", "1, two") == "wrong_type");
  CHECK(typed("/start/1", "0.5") == "no_field"); // a list is one field
  CHECK(typed("/colour", "green") == "");
  CHECK(document.at("/colour") == "green");
  CHECK(typed("/colour", "blue") == "not_a_choice");
  CHECK(typed("/optimizer", "sgd") == "");
  CHECK(document.at("/optimizer")["name"] == "sgd");
  CHECK(typed("/optimizer/lr", "1e-2") == "");
  CHECK(document.at("/optimizer")["lr"] == 0.01);
  CHECK(code(document.set(base("/filled"), "true")) == ""); // as a form's list has it
  CHECK(document.at("/filled") == true);
  CHECK(document.json() != first);
  for (const Field& field : rows()) CHECK(!document.reset({{}, std::string(field.pointer)}));
  CHECK(document.json() == first);
}

TEST_CASE("an element of a parameter that is a list is set within it") {
  LabDocument document(kLanes, with_lanes());
  REQUIRE(!document.set(base("/optimizer/betas/1"), 0.9));
  CHECK(document.at("/optimizer")["betas"] == Json({0.9, 0.9}));
  REQUIRE(!document.set(in_lane(1, "/optimizer/betas/0"), 0.5));
  CHECK(document.now().lanes[1].complete["optimizer"]["betas"] == Json({0.5, 0.9}));
  CHECK(document.now().lanes[0].complete["optimizer"]["betas"] == Json({0.9, 0.9}));
  CHECK(document.field(in_lane(1, "/optimizer/betas/0")).differs);
  REQUIRE(!document.reset(in_lane(1, "/optimizer/betas/0")));
  CHECK(document.json()["lanes"] == with_lanes()["lanes"]);
}

TEST_CASE("a lane's field is a patch, which goes when it says what the base says") {
  LabDocument document(kLanes, with_lanes());
  const auto lanes = [&] { return document.json()["lanes"]; };
  CHECK(document.field(in_lane(1, "/size")).differs);
  CHECK(!document.field(in_lane(0, "/size")).differs);
  REQUIRE(!document.set(in_lane(0, "/size"), 2));
  CHECK(lanes()[0] == Json{{"size", 2}});
  REQUIRE(!document.set(in_lane(0, "/size"), 0.5));
  CHECK(lanes()[0] == Json::object());
  REQUIRE(!document.set(in_lane(0, "/optimizer"), "sgd"));
  REQUIRE(!document.set(in_lane(0, "/optimizer/lr"), 0.25));
  CHECK(document.now().lanes[0].complete["optimizer"]["lr"] == 0.25);
  REQUIRE(!document.reset(in_lane(0, "/optimizer")));
  REQUIRE(!document.reset(in_lane(1, "/size")));
  CHECK(lanes() == Json::array({Json::object(), Json::object()}));
  CHECK(code(document.set(in_lane(0, "/sides"), 4)) == "lane_may_not");
  CHECK(code(document.set(in_lane(2, "/size"), 1)) == "no_field");
}

TEST_CASE("a lane's parameter may have the base's value where the rule is another, and goes back to it") {
  Json json = with_lanes();
  json["optimizer"] = {{"name", "sgd"}, {"lr", 0.25}};
  json["lanes"][0]["optimizer"] = {{"name", "adam"}, {"lr", 0.002}};
  LabDocument document(kLanes, json);
  const auto rate = [&] { return document.now().lanes[0].complete["optimizer"]["lr"]; };
  REQUIRE(!document.set(in_lane(0, "/optimizer/lr"), 0.25));
  CHECK(rate() == 0.25);
  REQUIRE(!document.set(in_lane(0, "/optimizer/lr"), 0.5));
  REQUIRE(!document.reset(in_lane(0, "/optimizer/lr")));
  CHECK(rate() == 0.25);
  // another rule takes the parameters of the one before along
  REQUIRE(!document.set(in_lane(0, "/optimizer/betas/0"), 0.5));
  REQUIRE(!document.set(in_lane(0, "/optimizer"), {{"name", "momentum"}, {"lr", 0.125}}));
  CHECK(rate() == 0.125);
  // and of a lane that only has parameters of the base's rule
  LabDocument other(kLanes, with_lanes());
  REQUIRE(!other.set(in_lane(0, "/optimizer/betas/0"), 0.5));
  REQUIRE(!other.set(in_lane(0, "/optimizer"), {{"name", "sgd"}, {"lr", 0.125}}));
  CHECK(other.json()["lanes"][0]["optimizer"] == Json{{"name", "sgd"}, {"lr", 0.125}});
}

TEST_CASE("a default may hang on the rest of the document") {
  static const DocumentFormat hanging{.lab = "shapes", .fields = rows, .standard = [](const Field& field, const Json& given) {
                                        return field.pointer == "/size" && given.value("sides", Json(3)) == 4 ? Json(1.5) : field.standard;
                                      }};
  Json json = shapes();
  json["sides"] = 4;
  LabDocument document(hanging, json);
  CHECK(document.at("/size") == 1.5);
  CHECK(document.field(base("/size")).standard == 1.5);
  REQUIRE(!document.set(base("/size"), 1));
  REQUIRE(!document.reset(base("/size")));
  CHECK(document.at("/size") == 1.5);
  CHECK(document.field(base("/optimizer")).standard == document.at("/optimizer")); // with all its parameters
}

TEST_CASE("undo and redo lead through edits and documents, and hand back what went with another document") {
  LabDocument document(kPlain, shapes());
  std::string aside = "first";
  std::vector<std::string> given;
  document.changes().company = [&] { return Json(aside); };
  document.changes().on_company = [&](const Json& company) { given.push_back(company.get<std::string>()); };
  std::vector<Json> been = {document.json()};
  REQUIRE(!document.set(base("/sides"), 4));
  been.push_back(document.json());
  Json other = shapes();
  other["sides"] = 7;
  REQUIRE(!document.open(other));
  aside = "second";
  been.push_back(document.json());
  REQUIRE(!document.set(base("/sides"), 7)); // as it is: no step
  const std::uint64_t version = document.version();
  CHECK(document.undo());
  CHECK(given == std::vector<std::string>{"first"});
  CHECK(document.json() == been[1]);
  CHECK(document.undo());
  CHECK(given.size() == 1); // an edit takes nothing along
  CHECK(document.json() == been[0]);
  CHECK(!document.undo());
  CHECK(document.redo());
  CHECK(document.redo());
  CHECK(document.json() == been[2]);
  CHECK(given == std::vector<std::string>{"first", "second"});
  CHECK(!document.redo());
  CHECK(document.version() == version + 4);
  CHECK(document.undo());
  REQUIRE(!document.set(base("/size"), 1));
  CHECK(!document.changes().can_redo());
}

TEST_CASE("a movement of many values is one step of undo") {
  LabDocument document(kPlain, shapes());
  REQUIRE(!document.set(base("/sides"), 4));
  CHECK(code(document.set(base("/size"), 3, true)) == "out_of_range"); // its first value is refused
  REQUIRE(!document.set(base("/size"), 0.6, true));
  REQUIRE(!document.set(base("/size"), 0.7, true));
  CHECK(document.at("/size") == 0.7);
  CHECK(document.undo());
  CHECK(document.at("/size") == 0.5);
  CHECK(document.at("/sides") == 4);
  REQUIRE(!document.set(base("/size"), 0.8, true)); // still held: the movement that was undone is over
  CHECK(!document.changes().can_redo());
  CHECK(document.undo());
  CHECK(document.at("/size") == 0.5);
  CHECK(document.redo());
  document.let_go();
  REQUIRE(!document.set(base("/size"), 0.9, true)); // another movement
  CHECK(document.undo());
  CHECK(document.at("/size") == 0.8);
  // one that comes back to where it began was none
  CHECK(document.undo());
  CHECK(document.undo());
  CHECK(!document.changes().can_undo());
  REQUIRE(!document.set(base("/sides"), 7.0, true));
  CHECK(document.at("/sides").is_number_integer()); // as a slider has it
  REQUIRE(!document.set(base("/sides"), 3.0, true));
  CHECK(!document.changes().can_undo());
}

TEST_CASE("a form has a row for each field of one line, and for the parameters of what is chosen") {
  LabDocument document(kLanes, with_lanes());
  const auto all = document.form_fields();
  for (const Field& field : rows()) CHECK(std::count(all.begin(), all.end(), field.pointer) == 1);
  CHECK(std::count(all.begin(), all.end(), "/optimizer/lr") == 1);
  CHECK(std::count(all.begin(), all.end(), "/optimizer/name") == 0);
  for (const std::string& pointer : all) CHECK(!document.field({{}, pointer}).value.is_null());
}
