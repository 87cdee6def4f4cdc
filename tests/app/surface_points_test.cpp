#include "app/core/surface_map.hpp"
#include "app/core/surface_points.hpp"
#include "core/hash.hpp"
#include "core/philox.hpp"
#include "data/pack.hpp"
#include "surfaces/image_points.hpp"
#include "surfaces/surface_document.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace downhill;
using namespace downhill::protocol;

namespace {

std::shared_ptr<const Source> images() {
  static const auto source = [] {
    auto made = std::make_shared<Source>();
    made->classes = 10;
    PhiloxStream stream({7, 8});
    for (Examples* part : {&made->train, &made->test}) {
      part->features = 16;
      for (int i = 0; i < 1000; ++i) {
        part->labels.push_back(static_cast<std::uint8_t>(i % 10));
        for (int f = 0; f < 16; ++f) part->pixels.push_back(static_cast<std::uint8_t>((f == i % 10 ? 60 : 0) + static_cast<int>(stream.next_word() % 190)));
      }
    }
    return made;
  }();
  return source;
}

struct Worker {
  void restart() {
    host = std::make_unique<TrainerHost>([this] { return clock_s += 0.0005; }, [this](const ToApp& m) { mail.push_back(encode(m)); });
  }
  void open_pack() {
    const auto packed = write_pack(*images());
    Hash hash;
    hash.add_bytes(packed);
    host->open_pack("full", packed, hex16(hash.value()));
    mail.clear();
  }
  // all that it has said; how much of it was taken
  int deliver(SurfacePoints& to) {
    int taken = 0;
    for (const Bytes& bytes : std::exchange(mail, {})) taken += to.take(*decode<ToApp>(bytes));
    return taken;
  }
  double clock_s = 0;
  int asked = 0;
  std::deque<Bytes> mail;
  std::unique_ptr<TrainerHost> host;
  SurfacePoints points{[this](const ToTrainer& m) { ++asked, host->receive(encode(m)); }};
};

SurfaceSettings settings(int first, int second, const char* along = "means") {
  const auto document =
      surface_document_from_json({{"downhill", 1},
                                  {"lab", "surface"},
                                  {"surface", {{"name", "logistic"}, {"classes", {first, second}}, {"along", {along, "bias"}}, {"count", 40}}},
                                  {"lanes", {Json::object()}}});
  REQUIRE(document.ok());
  return document->surface;
}

} // namespace

TEST_CASE("a worker draws the points that are asked for, once; they stay known") {
  Worker worker;
  worker.restart();
  worker.open_pack();
  SurfacePoints& points = worker.points;
  CHECK(points.of(settings(1, 2)) == nullptr);
  for (int i = 0; i < 3; ++i) points.want(settings(1, 2));
  CHECK(worker.asked == 1);
  CHECK(worker.deliver(points) == 1);
  REQUIRE(points.of(settings(1, 2)));
  CHECK(*points.of(settings(1, 2)) == *image_points(images(), settings(1, 2)));
  CHECK(points.of(settings(2, 1)) == nullptr);
  CHECK(points.of(settings(1, 2, "principal")) == nullptr);
  points.want(settings(1, 2));
  CHECK(worker.asked == 1);
  // one question at a time: what is dragged through many values asks for the last of them, and an answer is of what it was asked for
  points.want(settings(3, 4));
  for (const int first : {7, 8, 9, 5}) points.want(settings(first, 6));
  CHECK(worker.asked == 2);
  CHECK(worker.deliver(points) == 1);
  CHECK(points.of(settings(3, 4)));
  CHECK(points.of(settings(5, 6)) == nullptr);
  points.want(settings(5, 6));
  CHECK(worker.asked == 3);
  CHECK(worker.deliver(points) == 1);
  CHECK(*points.of(settings(5, 6)) == *image_points(images(), settings(5, 6)));
}

TEST_CASE("without data, or from a damaged worker, there is a sentence or no answer; a new one is asked again") {
  Worker worker;
  worker.restart();
  SurfacePoints& points = worker.points;
  points.want(settings(1, 2)); // it has no data
  CHECK(worker.deliver(points) == 1);
  REQUIRE(points.problem_of(settings(1, 2)));
  CHECK((*points.problem_of(settings(1, 2)))->code == "needs_images");
  CHECK(!points.problem_of(settings(1, 3))); // of others nothing is known
  points.want(settings(1, 2));
  CHECK(worker.asked == 1); // what failed is not asked for again and again
  points.again();
  CHECK(!points.problem_of(settings(1, 2)));
  points.want(settings(1, 2));
  CHECK(worker.asked == 2);
  worker.mail.clear(); // it dies before it answers
  worker.restart();
  worker.open_pack();
  points.forget();
  points.want(settings(1, 2));
  CHECK(worker.asked == 3);
  CHECK(worker.deliver(points) == 1);
  CHECK(points.of(settings(1, 2)));
  // an answer that is none
  points.want(settings(7, 8));
  Points answer = std::get<Points>(*decode<ToApp>(worker.mail.back()));
  answer.numbers.back() = std::numeric_limits<float>::quiet_NaN();
  CHECK(!points.take(answer));
  answer.numbers.pop_back();
  CHECK(!points.take(answer));
  CHECK(points.of(settings(7, 8)) == nullptr);
  worker.host->receive(encode(ToTrainer{AskPoints{99, "{"}}));
  CHECK(std::get<Points>(*decode<ToApp>(worker.mail.back())).code == "json_syntax");
  worker.host->out_of_memory(); // nothing was being worked out
}

TEST_CASE("the map of a surface over images is the engine's: its points go with the question") {
  Json json = {{"downhill", 1}, {"lab", "surface"}, {"steps", 30}, {"surface", {{"name", "logistic"}, {"count", 30}}}, {"lanes", {{{"batch", 4}}}}};
  auto document = surface_document_from_json(json);
  REQUIRE(document.ok());
  document->surface.points = *image_points(images(), document->surface);
  Worker worker;
  worker.restart(); // without data
  SurfaceMap map(0, [&](const ToTrainer& m) { worker.host->receive(encode(m)); }, 12, 9);
  const Extent& view = entry_of(surfaces(), "logistic").view;
  map.want(document->lanes[0], MapKind::starts, view, document->surface.points);
  for (int i = 0; i < 20000 && map.progress() >= 0; ++i) {
    worker.host->work(0.008);
    for (const Bytes& bytes : std::exchange(worker.mail, {})) map.take(*decode<ToApp>(bytes));
  }
  REQUIRE(!map.problem());
  const auto [across, up] = map_axes(MapKind::starts, document->lanes[0].settings, view);
  Map expected(make_surface(document->surface), document->lanes[0].settings, across, up, 12, 9, minima_of(document->surface, view), reach_in(view));
  while (expected.advance()) {
  }
  for (int row = 0; row < 9; ++row)
    for (int column = 0; column < 12; ++column) {
      REQUIRE(map.at(column, row));
      CHECK((map.at(column, row)->f == expected.at(column, row)->f && map.at(column, row)->steps == expected.at(column, row)->steps));
    }
  // without them it is refused
  SurfaceMap none(1, [&](const ToTrainer& m) { worker.host->receive(encode(m)); }, 12, 9);
  none.want(document->lanes[0], MapKind::starts, view);
  for (const Bytes& bytes : std::exchange(worker.mail, {})) none.take(*decode<ToApp>(bytes));
  REQUIRE(none.problem());
  CHECK(none.problem()->code == "needs_images");
}
