// A document's format is a table of fields: here a small one of our own, with every kind, with and without lanes.
#include "document/document.hpp"
#include "optimizers/list.hpp"

#include <doctest/doctest.h>

using namespace downhill;

namespace {

const std::vector<Field>& rows() {
  static const std::vector<Field> table{
      {"/shape/sides", FieldKind::integer, 3, 3, 12, false},
      {.pointer = "/size", .kind = FieldKind::number, .standard = 0.5, .least = 0, .most = 2},
      {.pointer = "/filled", .kind = FieldKind::flag, .standard = true},
      {.pointer = "/name", .kind = FieldKind::text, .standard = "a", .most = 5},
      {.pointer = "/start", .kind = FieldKind::numbers, .standard = {0, 0}, .least = -1, .most = 1, .entries = 2},
      {.pointer = "/optimizer",
       .kind = FieldKind::named,
       .standard = {{"name", "sgd"}, {"lr", 0.1}},
       .ids = ids_of<optimizers>,
       .parameters = parameters_of<optimizers>},
      {.pointer = "/seed", .kind = FieldKind::integer, .standard = Json(), .most = kSeedMost, .must = true},
  };
  return table;
}

const DocumentFormat kPlain{.lab = "shapes", .fields = rows};
const DocumentFormat kLanes{.lab = "shapes", .fields = rows, .lanes_most = 2, .together = [](const Json& all, const std::string& place) -> Failure {
                              if (all["filled"] == false && all["size"] == 0) return UserError{"one_class", place + "/size", {}};
                              return {};
                            }};

std::string refusal(const Json& json, const DocumentFormat& format = kPlain) {
  const auto read = document_from_json(format, json);
  return read ? "taken" : read.error().code + " " + read.error().place;
}

Json shapes() { return {{"downhill", 1}, {"lab", "shapes"}, {"seed", 7}}; }
Json with(const char* pointer, Json value) {
  Json json = shapes();
  json[Json::json_pointer(pointer)] = std::move(value);
  return json;
}

} // namespace

TEST_CASE("a document without lanes: defaults are filled in, and it is read back as it is written") {
  const auto read = document_from_json(kPlain, shapes());
  REQUIRE(read.ok());
  for (const Field& field : rows()) {
    INFO(field.pointer);
    const Json& value = read->complete[Json::json_pointer(std::string(field.pointer))];
    CHECK(value == (field.must ? Json(7) : field.standard));
  }
  CHECK(read->lanes.empty());
  const Json written = read->json(kPlain);
  CHECK(written["lab"] == "shapes");
  CHECK(!written.contains("lanes"));
  CHECK(document_from_json(kPlain, written)->json(kPlain) == written);
}

TEST_CASE("a document is refused with the place, field by field") {
  CHECK(refusal(7) == "wrong_type ");
  CHECK(refusal({{"lab", "shapes"}}) == "missing ");
  CHECK(refusal({{"downhill", 2}, {"lab", "shapes"}}) == "version /downhill");
  CHECK(refusal({{"downhill", 1}, {"seed", 7}}) == "missing ");
  CHECK(refusal({{"downhill", 1}, {"seed", 7}, {"lab", "race"}}) == "other_lab /lab");
  CHECK(refusal({{"downhill", 1}, {"lab", "shapes"}}) == "missing ");
  CHECK(refusal(with("/lanes", Json::array())) == "unknown_key ");
  CHECK(refusal(with("/shape", Json{{"corners", 3}})) == "unknown_key /shape");
  CHECK(refusal(with("/shape", 3)) == "wrong_type /shape");
  CHECK(refusal(with("/shape/sides", 2)) == "out_of_range /shape/sides");
  CHECK(refusal(with("/shape/sides", 3.5)) == "wrong_type /shape/sides");
  CHECK(refusal(with("/size", 2.1)) == "out_of_range /size");
  CHECK(refusal(with("/size", "1")) == "wrong_type /size");
  CHECK(refusal(with("/filled", 1)) == "wrong_type /filled");
  CHECK(refusal(with("/name", "abcdef")) == "too_long /name");
  CHECK(refusal(with("/name", "五个字的名")) == "taken");
  CHECK(refusal(with("/name", "a\nb")) == "not_a_line /name");
  CHECK(refusal(with("/start", Json{0})) == "wrong_type /start");
  CHECK(refusal(with("/start", Json{0, 1.5})) == "out_of_range /start/1");
  CHECK(refusal(with("/optimizer", Json{{"name", "adam"}, {"momentum", 1}})) == "unknown_key /optimizer");
  CHECK(refusal(with("/optimizer", "adam")) == "taken");
  CHECK(refusal(with("/title", 1)) == "wrong_type /title");
}

TEST_CASE("a document with lanes: patches, what must be the same for all, what fields ask of each other") {
  CHECK(refusal(shapes(), kLanes) == "no_lanes /lanes");
  CHECK(refusal(with("/lanes", Json::array({Json::object(), Json::object(), Json::object()})), kLanes) == "too_many_lanes /lanes");
  CHECK(refusal(with("/lanes", Json::array({{{"shape", {{"sides", 4}}}}})), kLanes) == "lane_may_not /lanes/0/shape/sides");
  CHECK(refusal(with("/lanes", Json::array({Json::object(), {{"filled", false}, {"size", 0}}})), kLanes) == "one_class /lanes/1/size");
  Json json = with("/lanes", Json::array({{{"label", "first"}}, {{"optimizer", {{"name", "adam"}}}}}));
  const auto read = document_from_json(kLanes, json);
  REQUIRE(read.ok());
  CHECK(read->lanes[0].label == "first");
  CHECK(read->lanes[1].complete["optimizer"]["betas"] == Json{0.9, 0.999});
  CHECK(!read->lanes[1].complete["optimizer"].contains("momentum"));
  CHECK(document_from_json(kLanes, read->json(kLanes))->json(kLanes) == read->json(kLanes));
}
