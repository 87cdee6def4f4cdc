// Races whose data are a user's own file.
#include "app/bare_race.hpp"
#include "app/core/dropout_model.hpp"
#include "app/core/own_classes.hpp"
#include "app/race_table.hpp"
#include "data/own_file.hpp"
#include "inspect/predictions.hpp"
#include "trainer/trainer.hpp"

using namespace downhill;

namespace {

// Three classes of pictures, of which the last has the fewest; `numbers`: a table with numbers as answers.
OwnData pictures(std::int64_t side = 4, std::uint8_t shade = 0) {
  OwnData data;
  data.shape = {side, side};
  data.classes = {"猫", "dog", "c"};
  for (const auto& [part, counts] :
       {std::pair{&data.train, std::array{20, 20, 12}}, {&data.validation, std::array{0, 0, 0}}, {&data.test, std::array{6, 5, 4}}}) {
    part->features = side * side;
    for (std::size_t label = 0; label < 3; ++label)
      for (int i = 0; i < counts[label]; ++i) {
        part->labels.push_back(static_cast<std::uint8_t>(label));
        for (std::int64_t f = 0; f < side * side; ++f)
          part->pixels.push_back(static_cast<std::uint8_t>((f % 3 == static_cast<std::int64_t>(label) ? 180 : 10) + i % 7 + shade));
      }
  }
  return data;
}
OwnData numbers() {
  OwnData data;
  data.shape = {2};
  data.columns = {"a", "b"};
  data.answer = "price";
  for (const auto& [part, count] : {std::pair{&data.train, 30}, {&data.test, 10}}) {
    part->features = 2;
    for (int i = 0; i < count; ++i) {
      const float a = static_cast<float>(i % 5) / 5, b = static_cast<float>(i % 3) / 3;
      part->values.insert(part->values.end(), {a, b});
      part->targets.push_back(a - 2 * b);
    }
  }
  data.validation.features = 2;
  return data;
}

// Points of a plane in `classes` classes, far from the origin and of two scales.
OwnData points(std::size_t classes) {
  OwnData data;
  data.shape = {2};
  data.columns = {"length", "width"};
  data.answer = "kind";
  for (std::size_t label = 0; label < classes; ++label) data.classes.push_back("k" + std::to_string(label));
  for (const auto& [part, count] : {std::pair{&data.train, 20}, {&data.test, 5}}) {
    part->features = 2;
    for (int i = 0; i < count; ++i)
      for (std::size_t label = 0; label < classes; ++label) {
        part->labels.push_back(static_cast<std::uint8_t>(label));
        part->values.insert(part->values.end(), {50 + 10 * static_cast<float>(label) + static_cast<float>(i % 5), 0.1F * static_cast<float>(i % 4) - 2});
      }
  }
  data.validation.features = 2;
  return data;
}

std::string hash_of(const OwnData& data) { return hex16(own_hash(data)); }
Json small() {
  return Json::parse(R"({"downhill": 1, "network": {"hidden": [{"units": 6, "activation": "tanh"}]}, "batch": 8, "epochs": 3,
  "data": {"train": 60, "test": 20}, "lanes": [{}, {"optimizer": {"name": "adam", "lr": 0.01}}]})");
}

void give(Table& table, const OwnData& data) {
  for (auto& host : table.hosts) host->open_own("", write_own_file(data));
  table.turn();
}

std::vector<std::uint64_t> alone(const Json& document, const OwnData& data) {
  const auto experiment = experiment_from_json(document);
  REQUIRE(experiment);
  auto source = own_source(write_own_file(data));
  REQUIRE(source.ok());
  const auto shared = std::make_shared<Source>(std::move(*source));
  std::vector<std::uint64_t> out;
  for (const Lane& lane : experiment->lanes) {
    const auto subset = draw_subset(shared, lane.settings.data);
    REQUIRE(subset.ok());
    Trainer trainer(lane.settings, std::make_shared<Subset>(*subset));
    while (trainer.advance() != Trainer::Piece::end) {
    }
    out.push_back(trainer.hash());
  }
  return out;
}

} // namespace

TEST_CASE("own runs: a file of pictures becomes the data, with its classes and no more examples than there are, and trains to the engine's bits") {
  Table table(2, small());
  const OwnData data = pictures();
  CHECK(table.race.set_own(hash_of(data))->code == "needs_file");
  give(table, data);
  REQUIRE(!table.race.set_own(hash_of(data)));
  const DataSettings& now = table.race.data();
  CHECK(now.file == hash_of(data));
  CHECK(now.train == 36); // three times the rarest class
  CHECK(now.test == 12);
  CHECK(now.classes == std::vector{0, 1, 2});
  CHECK(table.race.has_images());
  CHECK(table.race.has_classes());
  CHECK(table.race.inputs() == 16);
  CHECK(table.race.outputs(0) == 3);
  CHECK(table.race.own()->classes[0] == "猫");
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone(table.race.experiment().json(), data));
}

TEST_CASE("own runs: more examples than there are, or a class that there is not, are refused, and the race stays as it was") {
  Table table(1, small());
  const OwnData data = pictures();
  give(table, data);
  REQUIRE(!table.race.set_own(hash_of(data)));
  const Json before = table.race.experiment().json();
  CHECK(table.race.edit("/data/train", 37)->code == "too_many_examples");
  CHECK(table.race.edit("/data/test", 13)->code == "too_many_examples");
  CHECK(table.race.edit("/data/classes", Json{0, 7})->code == "too_many_examples");
  CHECK(table.race.experiment().json() == before);
  REQUIRE(!table.race.edit("/data/classes", Json{0, 1}));
  CHECK(table.race.own_most(true) == 40);
  CHECK(table.race.data().train == 36); // it fits
  CHECK(table.race.data().test == 10);  // two times five, no more
  CHECK(!table.race.edit("/data/train", 40));
  REQUIRE(!table.race.edit("/batch", 40));
  REQUIRE(!table.race.edit("/data/classes", Json{0, 1, 2}));
  CHECK(table.race.data().train == 36);
  CHECK(table.race.batch_size(0) == 36); // never more than is trained on
}

TEST_CASE("own runs: numbers as answers take a loss for numbers, in a race that takes them; back to images it has classes again") {
  Table table(1, small());
  const OwnData data = numbers();
  give(table, data);
  CHECK(table.race.set_own(hash_of(data))->code == "race_source");
  table.race.takes_numbers = true;
  REQUIRE(!table.race.set_own(hash_of(data)));
  CHECK(!table.race.has_classes());
  CHECK(!table.race.has_images());
  CHECK(table.race.inputs() == 2);
  CHECK(table.race.outputs(0) == 1);
  CHECK(table.race.experiment().lanes[0].settings.loss.name == "mse");
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone(table.race.experiment().json(), data));
  CHECK(table.race.undo());
  CHECK(table.race.data().source == "fashion-mnist");
  CHECK(table.race.has_classes());
  CHECK(table.race.redo());
  CHECK(table.race.data().file == hash_of(data));
}

TEST_CASE("own runs: a document whose file is not here shows, and can't start; once the file has come it runs to the same bits") {
  const OwnData data = pictures();
  Json document = small();
  document["data"] = {{"source", "own"}, {"file", hash_of(data)}, {"train", 30}, {"test", 9}};
  Table table(2, document);
  for (int i = 0; i < 20; ++i) table.turn();
  CHECK(table.loads == 1); // asked for once, not at every frame
  REQUIRE(table.race.problem());
  CHECK(table.race.problem()->code == "needs_file");
  CHECK(table.race.inputs() == 0);
  CHECK(table.race.has_classes()); // the loss says so
  table.race.start();
  for (int i = 0; i < 20; ++i) table.turn();
  CHECK(table.race.transport() != Transport::running);
  give(table, pictures(4, 40)); // another one: what is missing was told, and is not looked for again
  for (int i = 0; i < 20; ++i) table.turn();
  CHECK(table.loads == 2); // the second time by Start
  CHECK(table.race.problem()->code == "needs_file");
  give(table, data);
  CHECK(!table.race.problem());
  CHECK(table.race.classes() == std::vector{0, 1, 2}); // all, where the document names none
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone(document, data));
}

TEST_CASE("own runs: another file while a race runs: the first one's document finds its file again by undo") {
  const OwnData first = pictures(), second = pictures(4, 40);
  Table table(2, small());
  table.own_files["own:" + hash_of(first)] = write_own_file(first);
  table.own_files["own:" + hash_of(second)] = write_own_file(second);
  give(table, first);
  REQUIRE(!table.race.set_own(hash_of(first)));
  const Json document = table.race.experiment().json();
  table.race.start();
  for (int i = 0; i < 4; ++i) table.turn();
  give(table, second);
  REQUIRE(!table.race.set_own(hash_of(second)));
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone(table.race.experiment().json(), second));
  CHECK(table.race.undo());
  CHECK(table.race.experiment().json() == document);
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone(document, first));
}

TEST_CASE("own runs: where another lab has used another file, whoever comes back finds the race's own without pressing Start") {
  const OwnData first = pictures(), second = pictures(4, 40);
  Table table(2, small());
  table.own_files["own:" + hash_of(first)] = write_own_file(first);
  give(table, first);
  REQUIRE(!table.race.set_own(hash_of(first)));
  table.turn();
  const int before = table.loads;
  table.race.leave();
  for (auto& host : table.hosts) host->open_own("", write_own_file(second)); // nobody ticks a lab that is not shown
  for (; !table.mail.empty(); table.mail.pop_front()) table.deliver(table.mail.front().first, table.mail.front().second);
  CHECK(!table.race.pack_ready());
  CHECK(table.loads == before);
  for (int i = 0; i < 3; ++i) table.turn();
  CHECK(table.loads == before + 1);
  CHECK(table.race.pack_ready());
  CHECK(!table.race.problem());
}

TEST_CASE("own runs: a class that has no examples for testing is left out, and a file of one usable class is refused") {
  Table table(1, small());
  OwnData data = pictures();
  std::replace(data.test.labels.begin(), data.test.labels.end(), std::uint8_t{1}, std::uint8_t{0}); // none of "dog"
  give(table, data);
  REQUIRE(!table.race.set_own(hash_of(data)));
  CHECK(table.race.data().classes == std::vector{0, 2});
  CHECK(table.race.data().train == 24);
  CHECK(table.race.data().test == 8);
  CHECK(left_out_classes(*table.race.own(), false) == std::vector<std::string>{"dog"});
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone(table.race.experiment().json(), data));
  std::replace(data.test.labels.begin(), data.test.labels.end(), std::uint8_t{2}, std::uint8_t{0});
  give(table, data);
  const Json before = table.race.experiment().json();
  CHECK(table.race.set_own(hash_of(data))->code == "own_few_usable");
  CHECK(table.race.experiment().json() == before);
}

TEST_CASE("own runs: a wrong file, a broken one, and one too few: each is told, and what is open stays") {
  const OwnData data = pictures();
  Table table(1, small());
  std::vector<PackOpened> said;
  table.listen = [&](std::size_t, const ToApp& m) {
    if (const auto* opened = std::get_if<PackOpened>(&m); opened && opened->pack.starts_with("own:")) said.push_back(*opened);
  };
  give(table, data);
  REQUIRE(said.size() == 1);
  CHECK(said[0].own.at(0).train == std::vector<std::uint32_t>{20, 20, 12});
  table.hosts[0]->open_own("0123456789abcdef", write_own_file(data));
  auto broken = write_own_file(data);
  broken[broken.size() / 2] ^= 0x40;
  table.hosts[0]->open_own("", broken);
  const std::string words = "not,a\ntable";
  table.hosts[0]->open_own("", {reinterpret_cast<const std::uint8_t*>(words.data()), words.size()});
  while (!table.mail.empty()) {
    said.push_back(std::get<PackOpened>(*decode<ToApp>(table.mail.front().second)));
    table.mail.pop_front();
  }
  REQUIRE(said.size() == 4);
  CHECK(said[1].error_code == "other_file");
  CHECK(!said[2].error_code.empty());
  CHECK(said[3].error_code == "gzip_damaged"); // tables are read elsewhere
  REQUIRE(!table.race.set_own(hash_of(data)));
  table.race.start();
  table.until_finished();
}

TEST_CASE("own runs: a table of two features and a few classes is points of a plane, seen where they are") {
  for (const std::size_t classes : {2U, 3U, 5U, 6U}) {
    CAPTURE(classes);
    Table table(1, small());
    const OwnData data = points(classes);
    give(table, data);
    CHECK(!table.race.has_plane());
    BareRace toy(Json::parse(R"({"downhill": 1, "data": {"source": "moons", "train": 40, "test": 10}, "batch": 8, "lanes": [{}, {}]})"));
    DropoutModel dropout(table.race, toy.race);
    CHECK(&dropout.plane() == &toy.race);
    REQUIRE(!table.race.set_own(hash_of(data)));
    CHECK(table.race.has_plane() == (classes <= kPlaneClassesMost));
    CHECK((&dropout.plane() == &table.race) == table.race.has_plane());
    CHECK(!table.race.has_images());
    table.race.start();
    table.until_finished();
    Look<ask::Boundary> boundary;
    boundary.want(table.race, 1);
    table.race.ask_looks(1);
    for (int i = 0; i < 3; ++i) table.turn();
    const BoundaryLook* look = boundary.seen();
    CHECK((look != nullptr) == (classes <= kPlaneClassesMost));
    if (!look) continue;
    CHECK(look->classes == classes);
    CHECK(look->probabilities.size() == look->side * look->side * classes);
    CHECK(look->points.size() == 2 * 20 * classes);
    // all points with a margin, each axis by itself
    const double most = 54 + 10 * (static_cast<double>(classes) - 1), margin = 0.08 * (most - 50);
    CHECK(look->view.x_least == doctest::Approx(50 - margin));
    CHECK(look->view.x_most == doctest::Approx(most + margin));
    CHECK(look->view.y_least == doctest::Approx(-2 - 0.08 * 0.3));
    CHECK(look->view.y_most == doctest::Approx(-1.7 + 0.08 * 0.3));
    // the lane's own answers there, from the top left
    CHECK(look->x_of(0) < look->x_of(1));
    CHECK(look->y_of(0) > look->y_of(1));
    const auto experiment = experiment_from_json(table.race.experiment().json());
    const auto shared = std::make_shared<Source>(std::move(*own_source(write_own_file(data))));
    Trainer trainer(experiment->lanes[1].settings, std::make_shared<Subset>(*draw_subset(shared, experiment->lanes[1].settings.data)));
    while (trainer.advance() != Trainer::Piece::end) {
    }
    Matrix place(1, 2);
    for (const std::size_t at : {std::size_t{0}, std::size_t{100}, std::size_t{72 * 40 + 3}, std::size_t{72 * 72 - 1}}) {
      place(0, 0) = static_cast<float>(look->x_of(at % look->side)), place(0, 1) = static_cast<float>(look->y_of(at / look->side));
      const Matrix p = predict_values(trainer, place);
      for (std::size_t c = 0; c < classes; ++c)
        CHECK(static_cast<double>(look->probabilities[at * classes + c]) == doctest::Approx(static_cast<double>(p(0, static_cast<Index>(c)))).epsilon(1e-5));
    }
  }
}

TEST_CASE("own runs: points with one value for a feature have room around it; of fewer classes the picture has fewer; pictures of two pixels are no plane") {
  Table table(1, small());
  OwnData flat = points(3);
  for (Examples* part : {&flat.train, &flat.test})
    for (std::size_t i = 1; i < part->values.size(); i += 2) part->values[i] = 4;
  give(table, flat);
  REQUIRE(!table.race.set_own(hash_of(flat)));
  REQUIRE(!table.race.edit("/data/classes", Json{0, 2}));
  table.turn();
  Look<ask::Boundary> boundary;
  boundary.want(table.race, 0);
  table.race.ask_looks(1);
  for (int i = 0; i < 3; ++i) table.turn();
  const BoundaryLook* look = boundary.seen();
  REQUIRE(look);
  CHECK(look->classes == 2);
  CHECK(look->view.y_least == 2);
  CHECK(look->view.y_most == 6);

  OwnData two = pictures(1);
  two.shape = {1, 2};
  for (Examples* part : {&two.train, &two.validation, &two.test}) {
    part->features = 2;
    part->pixels.resize(2 * part->labels.size(), 7);
  }
  give(table, two);
  REQUIRE(!table.race.set_own(hash_of(two)));
  CHECK(table.race.inputs() == 2);
  CHECK(!table.race.has_plane());
  boundary.want(table.race, 0);
  table.race.ask_looks(2);
  for (int i = 0; i < 3; ++i) table.turn();
  CHECK(boundary.seen() == nullptr);
}
