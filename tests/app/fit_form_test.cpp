#include "app/core/fit_form.hpp"

#include <doctest/doctest.h>

using namespace downhill;

namespace {

struct FormRoom {
  explicit FormRoom(const Json& more = Json::object()) : document(kFitFormat, merged(more)), model(document) {}
  static Json merged(const Json& more) {
    Json json = {{"downhill", 1}, {"lab", "fit"}};
    merge_patch(json, more);
    return json;
  }
  const FitTable* table(std::string_view id) {
    tables = fit_tables(model);
    for (const FitTable& each : tables)
      if (each.id == id) return &each;
    return nullptr;
  }
  /// What was done is one step of undo, and is taken back.
  void undone(const Json& before) {
    CHECK(document.json() != before);
    CHECK(document.undo());
    model.follow();
    CHECK(document.json() == before);
  }
  LabDocument document;
  FitLabModel model;
  std::vector<FitTable> tables;
};

} // namespace

TEST_CASE("fit form: towers as a table of numbers that are typed, added, taken away, each one step of undo") {
  FormRoom room(Json{{"part", "approximate"}, {"target", {{"name", "waves"}}}, {"towers", {{0.1, 0.4, 0.5}, {0.5, 0.9, -0.25}}}});
  REQUIRE(room.table("towers"));
  CHECK(room.table("towers")->rows == std::vector<std::vector<double>>{{0.1, 0.4, 0.5}, {0.5, 0.9, -0.25}});
  CHECK(room.table("towers")->columns.size() == 3);
  const Json before = room.document.json();
  const auto type = [&](std::size_t row, std::size_t column, const char* text) { return type_fit_cell(room.model, "towers", row, column, text); };
  CHECK_FALSE(type(1, 0, "0.61234567")); // as it is written, not rounded
  CHECK(room.model.towers()[1].from == 0.61234567);
  room.undone(before);
  CHECK_FALSE(type(0, 1, "0,45"));
  CHECK(room.model.towers()[0].to == 0.45);
  room.undone(before);
  CHECK_FALSE(type(0, 2, "-7"));
  CHECK(room.model.towers()[0].height == -7);
  room.undone(before);
  for (const auto& [row, column, text] : {std::tuple{0U, 0U, "0.41"}, {0U, 1U, "0.09"}, {0U, 1U, "1.1"}, {0U, 0U, "-0.1"}, {0U, 2U, "1e7"}, {0U, 2U, "high"}}) {
    const auto error = type(row, column, text);
    REQUIRE_MESSAGE(error, text);
    CHECK(error->code == "out_of_range");
  }
  CHECK(type(2, 0, "0.5"));
  CHECK(type(0, 3, "0.5"));
  CHECK(room.document.json() == before);
  CHECK_FALSE(add_fit_row(room.model, "towers"));
  CHECK(room.table("towers")->rows.size() == 3);
  room.undone(before);
  CHECK_FALSE(remove_fit_row(room.model, "towers", 0));
  CHECK(room.table("towers")->rows == std::vector<std::vector<double>>{{0.5, 0.9, -0.25}});
  room.undone(before);
  CHECK(remove_fit_row(room.model, "towers", 2));
  CHECK(remove_fit_row(room.model, "wings", 0));
  CHECK(add_fit_row(room.model, "wings"));
  while (room.table("towers")->can_add) CHECK_FALSE(add_fit_row(room.model, "towers"));
  CHECK(room.table("towers")->rows.size() == kTowersMost);
}

TEST_CASE("fit form: points as a table become one's own by the first number that is typed; the last stays") {
  FormRoom room(Json{{"points", 10}, {"noise", 0.3}});
  REQUIRE(room.table("points"));
  REQUIRE(room.table("points")->rows.size() == 10);
  const auto drawn = room.model.points();
  const Json before = room.document.json();
  CHECK_FALSE(type_fit_cell(room.model, "points", 3, 1, "0.123456789"));
  CHECK(room.model.own_points());
  CHECK(room.model.points()[3] == FitPoint{drawn[3].x, 0.123456789});
  CHECK(room.model.points()[2] == drawn[2]);
  room.undone(before);
  CHECK_FALSE(room.model.own_points());
  CHECK_FALSE(add_fit_row(room.model, "points"));
  CHECK(room.model.points().size() == 11);
  CHECK(room.model.points().back().x == 0);
  room.undone(before);
  CHECK(type_fit_cell(room.model, "points", 0, 0, "5.1"));
  CHECK(room.document.json() == before);
  for (int i = 0; i < 9; ++i) CHECK_FALSE(remove_fit_row(room.model, "points", 0));
  CHECK(room.table("points")->rows.size() == 1);
  CHECK_FALSE(room.table("points")->can_remove);
  FormRoom many(Json{{"points", 201}});
  CHECK_FALSE(many.table("points"));
  CHECK(type_fit_cell(many.model, "points", 0, 0, "1"));
}

TEST_CASE("fit form: the heights of a drawn f, each beside its x; none where f is not drawn") {
  FormRoom room(Json{{"interval", {0, 4}}, {"target", {{"values", {0, 1, 2, 1, 0}}}}});
  REQUIRE(room.table("heights"));
  CHECK(room.table("heights")->places == std::vector<double>{0, 1, 2, 3, 4});
  CHECK(room.table("heights")->rows[2] == std::vector<double>{2});
  CHECK_FALSE(room.table("heights")->can_add);
  const Json before = room.document.json();
  CHECK_FALSE(type_fit_cell(room.model, "heights", 2, 0, "3.14159"));
  CHECK(room.model.target().at(2) == 3.14159);
  CHECK(room.model.target().at(3) == 1);
  room.undone(before);
  CHECK(add_fit_row(room.model, "heights"));
  CHECK(remove_fit_row(room.model, "heights", 0));
  FormRoom formula;
  CHECK_FALSE(formula.table("heights"));
}

TEST_CASE("fit form: tables stand where they mean something") {
  const std::pair<const char*, std::pair<bool, bool>> parts[] = {{"approximate", {true, true}}, {"capacity", {false, true}}, {"sets", {false, false}}};
  for (const auto& [part, there] : parts) {
    FormRoom room(Json{{"part", part}, {"points", 10}});
    CHECK((room.table("towers") != nullptr) == there.first);
    CHECK((room.table("points") != nullptr) == there.second);
    CHECK(add_fit_row(room.model, "towers").has_value() != there.first);
  }
}

TEST_CASE("fit form: layers, width and dropout are numbers for all hidden layers; parts of a layer there are none") {
  FormRoom room(Json{{"model", {{"name", "network"}}}});
  const Json before = room.document.json();
  CHECK_FALSE(type_fit_layers(room.model, "fit.layers", "3"));
  CHECK(room.model.settings().model.hidden.size() == 3);
  CHECK_FALSE(type_fit_layers(room.model, "fit.width", "17"));
  for (const HiddenLayer& layer : room.model.settings().model.hidden) CHECK(layer.units == 17);
  CHECK_FALSE(type_fit_layers(room.model, "fit.dropout", "0.25"));
  CHECK(room.model.dropout() == 0.25);
  CHECK_FALSE(type_fit_layers(room.model, "fit.layers", "0"));
  CHECK(room.model.settings().model.hidden.empty());
  for (int i = 0; i < 4; ++i) CHECK(room.document.undo());
  room.model.follow();
  CHECK(room.document.json() == before);
  for (const auto& [id, text] : {std::pair{"fit.layers", "5"}, {"fit.width", "0"}, {"fit.width", "257"}, {"fit.dropout", "0.91"}, {"fit.layers", "-1"}})
    CHECK(type_fit_layers(room.model, id, text)->code == "out_of_range");
  CHECK(type_fit_layers(room.model, "fit.width", "2.5")->code == "wrong_type");
  CHECK(type_fit_layers(room.model, "fit.wings", "2")->code == "no_field");
  CHECK(of_fit_layers("fit.width"));
  CHECK_FALSE(of_fit_layers("fit.point"));
  CHECK(room.document.json() == before);
}
