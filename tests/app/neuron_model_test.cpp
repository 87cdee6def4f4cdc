#include "app/core/neuron_images.hpp"
#include "app/core/neuron_model.hpp"
#include "core/hash.hpp"
#include "core/philox.hpp"
#include "data/pack.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <deque>

using namespace downhill;
using namespace downhill::protocol;

namespace {

struct Lab {
  explicit Lab(const Json& more = Json::object()) : document(kNeuronFormat, merged(more)), model(document) {}
  static Json merged(const Json& more) {
    Json json = {{"downhill", 1}, {"lab", "neuron"}};
    merge_patch(json, more);
    return json;
  }
  LabDocument document;
  NeuronModel model;
};

// Ten classes of 28×28: a bright column of its class's place, among noise.
std::shared_ptr<const Source> images() {
  static const auto source = [] {
    auto made = std::make_shared<Source>();
    made->classes = 10;
    PhiloxStream stream({3, 4});
    for (Examples* part : {&made->train, &made->test}) {
      part->features = kNeuronPixels;
      for (int i = 0; i < 600; ++i) {
        part->labels.push_back(static_cast<std::uint8_t>(i % 10));
        for (int p = 0; p < static_cast<int>(kNeuronPixels); ++p)
          part->pixels.push_back(static_cast<std::uint8_t>((p % 28 == 2 * (i % 10) + 3 ? 100 : 0) + static_cast<int>(stream.next_word() % 120)));
      }
    }
    return made;
  }();
  return source;
}

struct Worker {
  Worker() { restart(); }
  void restart() {
    host = std::make_unique<TrainerHost>([this] { return clock_s += 0.0005; }, [this](const ToApp& m) { mail.push_back(encode(m)); });
  }
  void open_pack() {
    const auto packed = write_pack(*images());
    Hash hash;
    hash.add_bytes(packed);
    host->open_pack("p", packed, hex16(hash.value()));
  }
  // Everything it has to say; how many messages were of use.
  int deliver(NeuronImages& to, int works = 2000) {
    int taken = 0;
    for (int i = 0; i < works; ++i) {
      const bool more = host->work(0.004);
      while (!mail.empty()) {
        const auto message = decode<ToApp>(mail.front());
        REQUIRE(message);
        taken += to.take(*message);
        mail.pop_front();
      }
      if (!more) break;
    }
    return taken;
  }
  NeuronImages::Post post() {
    return [this](const ToTrainer& m) { ++asked, host->receive(encode(m)); };
  }
  double clock_s = 0;
  int asked = 0;
  std::deque<Bytes> mail;
  std::unique_ptr<TrainerHost> host;
};

} // namespace

TEST_CASE("neuron model: tasks and inputs bring each other along") {
  Lab lab;
  CHECK(lab.model.wrong() == 2); // AND at a threshold of 1
  CHECK_FALSE(lab.model.choose_task("majority"));
  CHECK(lab.model.logic().inputs == 3);
  CHECK_FALSE(lab.model.set_inputs(4));
  CHECK(lab.model.rows().size() == 16);
  CHECK_FALSE(lab.model.set_layers(2));
  CHECK(lab.model.logic().inputs == 2);
  CHECK(lab.model.logic().two_layers);
  CHECK_FALSE(lab.model.set_inputs(3));
  CHECK_FALSE(lab.model.logic().two_layers);
  CHECK_FALSE(lab.model.choose_task("xor"));
  CHECK(lab.model.against());
  CHECK_FALSE(lab.model.set_inputs(1));
  CHECK(lab.model.logic().task == "not");
  CHECK_FALSE(lab.model.against());
  CHECK_FALSE(lab.model.choose_task("xor"));
  CHECK(lab.model.logic().inputs == 2);
  CHECK(lab.model.choose_task("nor")->code == "not_a_choice");
}

TEST_CASE("neuron model: a row that is turned makes the function one's own") {
  Lab lab;
  CHECK_FALSE(lab.model.turn_wanted(0)); // AND and 00: as XNOR
  CHECK(lab.model.logic().task == "own");
  CHECK(wanted_table(lab.model.logic()) == 0b1001);
  CHECK(lab.model.against());
  CHECK(lab.document.undo());
  lab.model.follow();
  CHECK(lab.model.logic().task == "and");
}

TEST_CASE("neuron model: lines go where they are dragged to, and a drag is one step of undo") {
  Lab lab;
  const Json before = lab.document.json();
  for (const double x : {0.2, 0.5, 0.75}) CHECK_FALSE(lab.model.move_line(NeuronModel::Which::unit, {x, 1}, true));
  lab.document.let_go();
  CHECK(lab.model.logic().unit.threshold == doctest::Approx(1.75));
  CHECK(lab.model.wrong() == 0);
  auto line = NeuronModel::line_of(lab.model.logic().unit);
  REQUIRE(line);
  CHECK(line->foot.x + line->foot.y == doctest::Approx(1.75));
  const Place pivot = line->foot;
  for (const Place to : {Place{1, 0}, Place{0.9, 1.5}}) CHECK_FALSE(lab.model.turn_line(NeuronModel::Which::unit, pivot, to, std::sqrt(2.0), true));
  lab.document.let_go();
  const Unit& unit = lab.model.logic().unit;
  CHECK(std::hypot(unit.weights[0], unit.weights[1]) == doctest::Approx(std::sqrt(2.0)).epsilon(0.01));
  CHECK(unit.weights[0] * 0.9 + unit.weights[1] * 1.5 == doctest::Approx(unit.threshold).epsilon(0.02));
  CHECK(unit.weights[0] * pivot.x + unit.weights[1] * pivot.y == doctest::Approx(unit.threshold).epsilon(0.02));
  CHECK(lab.document.undo());
  CHECK(lab.document.undo());
  CHECK(lab.document.json() == before);
  CHECK_FALSE(NeuronModel::line_of(Unit{}));
}

TEST_CASE("neuron model: a stroke covers what lies within the brush, and is one step of undo") {
  Lab lab({{"part", "image"}});
  const Json before = lab.document.json();
  Brush brush{1, 0.5, 1};
  CHECK_FALSE(lab.model.stroke({5.5, 10.5}, {5.5, 10.5}, brush, true));
  CHECK_FALSE(lab.model.stroke({5.5, 10.5}, {9.5, 10.5}, brush, true));
  lab.document.let_go();
  const auto at = [&](int row, int column) { return static_cast<int>(lab.model.image().painting[static_cast<std::size_t>(row * 28 + column)]); };
  CHECK(at(10, 5) == 50);
  CHECK(at(10, 9) == 50);
  CHECK(at(10, 10) == 50);
  CHECK(at(10, 11) == 0);
  CHECK(at(9, 7) == 50);
  CHECK(at(8, 7) == 0);
  brush.sign = 0;
  CHECK_FALSE(lab.model.stroke({7.5, 10.5}, {7.5, 10.5}, brush, false));
  CHECK(at(10, 7) == 0);
  CHECK_FALSE(lab.model.invert());
  CHECK(at(10, 5) == -50);
  CHECK(lab.document.undo());
  CHECK(lab.document.undo());
  CHECK(lab.document.undo());
  CHECK(lab.document.json() == before);
  CHECK_FALSE(lab.document.undo());
  // strokes far outside paint nothing
  lab.model.follow();
  CHECK_FALSE(lab.model.stroke({-50, -50}, {-40, -50}, brush, false));
  CHECK(lab.document.json() == before);
}

TEST_CASE("neuron model: classes change places rather than meet") {
  Lab lab;
  CHECK_FALSE(lab.model.choose_class(true, 3));
  CHECK(lab.model.image().fires == 3);
  CHECK(lab.model.image().quiet == 1);
  CHECK_FALSE(lab.model.choose_class(false, 8));
  CHECK(lab.model.image().quiet == 8);
}

TEST_CASE("neuron model: rows and steps run, rest, and are gone through again") {
  Lab lab;
  CHECK(lab.model.transport() == Transport::ready);
  lab.model.start();
  double now_s = 10;
  int ticks = 0;
  for (; lab.model.tick(now_s) && ticks < 1000; ++ticks) now_s += 0.05;
  CHECK(lab.model.transport() == Transport::finished);
  CHECK(ticks < 90);
  CHECK(lab.model.step() == 4);
  CHECK_FALSE(lab.document.set({{}, "/logic/threshold"}, 2)); // still gone through
  lab.model.follow();
  CHECK(lab.model.transport() == Transport::finished);
  lab.model.go(-1);
  CHECK(lab.model.transport() == Transport::paused);
  lab.model.reset();
  CHECK(lab.model.transport() == Transport::ready);
  Lab soft({{"part", "soft"}});
  soft.model.start();
  for (int i = 0; i < 200; ++i) soft.model.tick(i * 0.05);
  CHECK(soft.model.step() == 20);
  CHECK(soft_right(soft.model.soft(), soft.model.stand().weight) == 4);
  Lab image({{"part", "image"}});
  image.model.start();
  CHECK(image.model.transport() == Transport::ready);
}

TEST_CASE("neuron images: scores are the engine's, one question at a time, the latest painting last") {
  Worker worker;
  worker.open_pack();
  NeuronImages asked(3, worker.post());
  Lab lab({{"part", "image"}, {"image", {{"quiet", 2}, {"fires", 6}, {"train", 60}, {"test", 40}}}});
  asked.want(lab.document.now().complete);
  CHECK(worker.asked == 1);
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(lab.model.stroke({15.5, 4}, {15.5, 4.0 * i}, {1, 0.3, 1}, true));
    asked.want(lab.document.now().complete);
  }
  CHECK(worker.asked == 1);
  CHECK_FALSE(asked.is_of(lab.document.now().complete));
  CHECK(worker.deliver(asked) == 1);
  asked.want(lab.document.now().complete);
  CHECK(worker.asked == 2);
  CHECK(worker.deliver(asked) == 1);
  CHECK(asked.is_of(lab.document.now().complete));
  asked.want(lab.document.now().complete);
  CHECK(worker.asked == 2);
  const auto& score = *asked.score();
  const auto two = two_classes(images(), lab.model.image());
  REQUIRE(two.ok());
  for (const bool train : {true, false}) {
    const auto sums = painted_sums(*two, train, lab.model.image().painting);
    CHECK(score.right[train ? 0 : 1] == painted_score(two->part(train), sums, lab.model.image().threshold, 0).right);
    CHECK(score.counts[train ? 0 : 1] == (train ? 60 : 40));
  }
  CHECK(score.best_threshold == best_threshold(two->part(true), painted_sums(*two, true, lab.model.image().painting)));
  CHECK(asked.mean(2) == mean_difference(*two));
  std::uint32_t all = 0;
  for (const std::uint32_t count : score.bins) all += count;
  CHECK(all == 60);
  // a worker that is new is asked again
  worker.restart(), worker.open_pack();
  asked.forget();
  asked.want(lab.document.now().complete);
  CHECK(worker.asked == 3);
  CHECK(worker.deliver(asked) == 1);
}

TEST_CASE("neuron images: it is taught to the bits of the engine, can be stopped, and says why it can't") {
  Worker worker;
  NeuronImages asked(3, worker.post());
  Lab lab({{"part", "image"}, {"image", {{"quiet", 2}, {"fires", 6}, {"train", 60}, {"test", 40}, {"steps", 30}}}});
  const Json& document = lab.document.now().complete;
  asked.want(document);
  worker.deliver(asked); // there is no data yet
  REQUIRE(asked.problem());
  CHECK(asked.problem()->code == "needs_images");
  worker.open_pack();
  asked.forget();
  asked.want(document);
  worker.deliver(asked);
  CHECK_FALSE(asked.problem());
  asked.learn(document);
  CHECK(asked.learning());
  worker.deliver(asked);
  CHECK_FALSE(asked.learning());
  const auto two = two_classes(images(), lab.model.image());
  REQUIRE(two.ok());
  ImageLearning learning(*two, lab.model.image());
  while (learning.advance()) {
  }
  REQUIRE(asked.learned());
  CHECK(asked.learned()->hash == learning.hash());
  CHECK(asked.learned()->losses.size() == 31);
  CHECK(asked.learned()->right_test.back() == learning.stands().back().right[1]);
  CHECK(asked.learned()->weights[17] == static_cast<float>(learning.weights()[17]));
  CHECK(asked.learned_of(document));
  CHECK_FALSE(lab.model.stroke({15.5, 4}, {15.5, 9}, {1, 0.3, 1}, false)); // it did not start from the painting
  CHECK(asked.learned_of(lab.document.now().complete));
  CHECK_FALSE(lab.document.set({{}, "/image/rate"}, 0.02));
  CHECK_FALSE(asked.learned_of(lab.document.now().complete));
  // stopped: nothing more comes
  CHECK_FALSE(lab.document.set({{}, "/image/steps"}, 2000));
  asked.learn(lab.document.now().complete);
  worker.deliver(asked, 3);
  CHECK(asked.learning());
  asked.stop();
  CHECK(worker.deliver(asked, 50) == 0);
}

TEST_CASE("neuron images: what makes no sense is not taken") {
  std::vector<ToTrainer> sent;
  NeuronImages asked(3, [&](const ToTrainer& m) { sent.push_back(m); });
  Lab lab({{"part", "image"}});
  asked.want(lab.document.now().complete);
  NeuronScore score{};
  score.request = std::get<AskNeuron>(sent.back()).request;
  CHECK_FALSE(asked.take(score));
  score.right = {1, 1}, score.counts = {2, 2};
  score.bins.assign(2 * NeuronScore::kBins, 0), score.means.assign(3 * kNeuronPixels, 0);
  NeuronScore wrong = score;
  wrong.best_threshold = std::nan("");
  CHECK_FALSE(asked.take(wrong));
  wrong = score, wrong.worst_train = {1};
  CHECK_FALSE(asked.take(wrong));
  wrong = score, wrong.right = {3, 1};
  CHECK_FALSE(asked.take(wrong));
  CHECK(asked.take(score));
  CHECK_FALSE(asked.take(score)); // once
  asked.learn(lab.document.now().complete);
  LearningPiece piece{};
  piece.request = std::get<AskLearning>(sent.back()).request;
  CHECK_FALSE(asked.take(piece));
  piece.losses = {0.5F}, piece.right_train = {1}, piece.right_test = {1}, piece.weights.assign(kNeuronPixels, 0);
  LearningPiece late = piece;
  late.from = 7;
  CHECK_FALSE(asked.take(late));
  CHECK(asked.take(piece));
}
