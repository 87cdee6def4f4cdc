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

TEST_CASE("neuron model: a function of one's own goes along when inputs come and go") {
  Lab lab(Json{{"logic", {{"task", "own"}, {"table", 0b0110}}}}); // XOR of two
  const TruthTable before = wanted_table(lab.model.logic());
  CHECK_FALSE(lab.model.set_inputs(3));
  CHECK(wanted_table(lab.model.logic()) == 0b00111100); // still that of x₁ and x₂, whatever x₃ is
  CHECK_FALSE(lab.model.set_inputs(4));
  for (int row = 0; row < 16; ++row) CHECK((wanted_table(lab.model.logic()) >> row & 1U) == (before >> (row >> 2) & 1U));
  CHECK_FALSE(lab.model.turn_wanted(0b0111)); // x₄ matters now, where it is 1
  CHECK_FALSE(lab.model.set_inputs(2));
  CHECK(wanted_table(lab.model.logic()) == before);
  CHECK_FALSE(lab.model.set_inputs(1));
  CHECK(wanted_table(lab.model.logic()) == 0b10); // x₂ = 0
}

TEST_CASE("neuron model: fields of a form bring others along, or are refused with their place") {
  Lab lab;
  const auto set = [&](const char* pointer, const Json& value) { return lab.model.set_field({{}, pointer}, value); };
  CHECK_FALSE(set("/logic/layers", "2"));
  CHECK_FALSE(set("/logic/inputs", 3)); // a number
  CHECK(lab.model.logic().inputs == 3);
  CHECK_FALSE(lab.model.logic().two_layers);
  CHECK_FALSE(set("/logic/layers", 2));
  CHECK(lab.model.logic().inputs == 2);
  CHECK_FALSE(set("/image/fires", 3)); // the other's: they change places
  CHECK(lab.model.image().quiet == 1);
  CHECK_FALSE(set("/image/quiet", "3"));
  CHECK(lab.model.image().fires == 1);
  const Json before = lab.document.json();
  for (const Json& wrong : {Json(0), Json(5), Json(2.5), Json("2.5"), Json("2 inputs"), Json("nan"), Json("1e999"), Json(1e300), Json(nullptr)}) {
    const auto error = set("/logic/inputs", wrong);
    REQUIRE(error);
    CHECK(error->place == "/logic/inputs");
  }
  for (const char* pointer : {"/image/fires", "/image/quiet", "/logic/layers"}) {
    const auto error = set(pointer, "4.5");
    REQUIRE(error);
    CHECK(error->place == pointer);
    CHECK(set(pointer, 12));
  }
  CHECK(set("/none", 1)->code == "no_field");
  CHECK(lab.document.json() == before);
  // back to the standards
  CHECK_FALSE(set("/logic/task", "xor"));
  CHECK_FALSE(set("/logic/inputs", 1));
  CHECK_FALSE(set("/image/fires", 3));
  for (const char* pointer : {"/logic/task", "/logic/inputs", "/image/quiet", "/image/fires", "/logic/layers"})
    CHECK_FALSE(lab.model.reset_field({{}, pointer}));
  CHECK(lab.document.json() == Lab().document.json());
  // a standard that others don't suit yet
  Lab veto(Json{{"logic", {{"inputs", 1}, {"task", "not"}}}, {"image", {{"quiet", 1}, {"fires", 3}}}});
  CHECK_FALSE(veto.model.reset_field({{}, "/image/fires"}));
  CHECK(veto.model.image().quiet == 3);
  CHECK(veto.model.image().fires == 1);
}

TEST_CASE("neuron model: lines stay in the plane, with weights, and keys always move them") {
  using Which = NeuronModel::Which;
  const auto foot_is_seen = [](const Unit& unit) {
    const auto line = NeuronModel::line_of(unit);
    return line && std::fabs(line->foot.x - 0.5) < 0.97 && std::fabs(line->foot.y - 0.5) < 0.97;
  };
  Lab lab(Json{{"logic", {{"w1", 2}, {"w2", 1}}}});
  for (const Place far : {Place{9, 9}, Place{-9, 3}, Place{1.45, 1.45}}) {
    CHECK_FALSE(lab.model.move_line(Which::unit, far, false));
    CHECK(foot_is_seen(lab.model.logic().unit));
  }
  const Unit before = lab.model.logic().unit;
  for (const Place to : {Place{0, -9}, Place{7, 1}, Place{1.3, -0.5}}) {
    CHECK_FALSE(lab.model.turn_line(Which::unit, {1.4, 1.4}, to, 2, true));
    CHECK(foot_is_seen(lab.model.logic().unit));
  }
  // a drag that is given up leaves nothing to undo
  CHECK_FALSE(lab.model.put_back(Which::unit, before, true));
  lab.document.let_go();
  CHECK(lab.model.logic().unit == before);
  CHECK(lab.document.undo());
  lab.model.follow();
  CHECK_FALSE(lab.model.logic().unit == before);
  // rounding leaves no weights: nothing happens
  Lab tiny(Json{{"logic", {{"w1", 0.004}, {"w2", 0}, {"threshold", 0}}}});
  const Json small = tiny.document.json();
  CHECK_FALSE(tiny.model.turn_line(Which::unit, {0, 0}, {1, 1}, 0.004, false));
  CHECK(tiny.document.json() == small);
  // by keys
  for (const double size : {0.01, 0.05, 1.0, 4.0}) {
    Lab keys(Json{{"logic", {{"w1", size}, {"w2", 0}, {"threshold", 0}}}});
    CHECK_FALSE(keys.model.nudge_line(Which::unit, 0.02));
    CHECK(keys.model.logic().unit.threshold >= 0.01);
    CHECK_FALSE(keys.model.nudge_line(Which::unit, -0.02));
    CHECK(keys.model.logic().unit.threshold == doctest::Approx(0));
    const Unit straight = keys.model.logic().unit;
    CHECK_FALSE(keys.model.nudge_turn(Which::unit, 0.01));
    const Unit turned = keys.model.logic().unit;
    CHECK(turned.weights != straight.weights);
    CHECK(turned.weights[1] > 0); // against the clock
    CHECK(turned.weights[1] <= turned.weights[0]);
    CHECK(turned.weights[0] >= 0.01);
  }
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
  Lab lab(Json{{"part", "image"}});
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
  // the thinnest brush paints where it is, and leaves no gaps
  lab.model.follow();
  brush = {0.5, 0.5, 1};
  CHECK_FALSE(lab.model.stroke({20.05, 20.05}, {20.05, 20.05}, brush, true));
  CHECK(at(20, 20) == 50);
  CHECK_FALSE(lab.model.stroke({2, 2}, {12, 7}, brush, true));
  for (int i = 0; i <= 100; ++i) CHECK(at(static_cast<int>(2 + 0.05 * i), static_cast<int>(2 + 0.1 * i)) == 50);
  CHECK_FALSE(lab.model.paint({}, true)); // given up
  lab.document.let_go();
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
  Lab soft(Json{{"part", "soft"}});
  soft.model.start();
  for (int i = 0; i < 200; ++i) soft.model.tick(i * 0.05);
  CHECK(soft.model.step() == 20);
  CHECK(soft_right(soft.model.soft(), soft.model.stand().weight) == 4);
  Lab image(Json{{"part", "image"}});
  image.model.start();
  CHECK(image.model.transport() == Transport::ready);
}

TEST_CASE("neuron images: scores are the engine's, one question at a time, the latest painting last") {
  Worker worker;
  worker.open_pack();
  NeuronImages asked(3, worker.post());
  Lab lab(Json{{"part", "image"}, {"image", {{"quiet", 2}, {"fires", 6}, {"train", 60}, {"test", 40}}}});
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
  // another threshold has the same best one; another painting or more images have not
  CHECK_FALSE(lab.document.set({{}, "/image/threshold"}, 1));
  CHECK(asked.has_best_of(lab.document.now().complete));
  CHECK_FALSE(asked.is_of(lab.document.now().complete));
  CHECK_FALSE(lab.model.invert());
  CHECK_FALSE(asked.has_best_of(lab.document.now().complete));
  CHECK(asked.has_means_of(lab.document.now().complete));
  CHECK_FALSE(lab.document.set({{}, "/image/train"}, 50));
  CHECK_FALSE(asked.has_means_of(lab.document.now().complete));
  // a worker that is new is asked again what has not been answered, and only that
  asked.want(lab.document.now().complete);
  CHECK(worker.asked == 3);
  worker.restart(), worker.open_pack(), worker.mail.clear();
  CHECK_FALSE(asked.forget());
  asked.want(lab.document.now().complete);
  CHECK(worker.asked == 4);
  CHECK(worker.deliver(asked) == 1);
  worker.restart(), worker.open_pack();
  CHECK_FALSE(asked.forget());
  asked.want(lab.document.now().complete);
  CHECK(worker.asked == 4);
}

TEST_CASE("neuron images: it is taught to the bits of the engine, can be stopped, and says why it can't") {
  Worker worker;
  NeuronImages asked(3, worker.post());
  Lab lab(Json{{"part", "image"}, {"image", {{"quiet", 2}, {"fires", 6}, {"train", 60}, {"test", 40}, {"steps", 30}}}});
  const Json& document = lab.document.now().complete;
  asked.want(document);
  worker.deliver(asked); // there is no data yet
  REQUIRE(asked.problem());
  CHECK(asked.problem()->code == "needs_images");
  worker.open_pack();
  asked.forget();
  asked.want(document);
  CHECK(worker.asked == 1); // what was answered with a problem is not asked of the next worker
  CHECK_FALSE(lab.document.set({{}, "/image/threshold"}, 1));
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
  CHECK(asked.learned()->counts == std::array<std::uint32_t, 2>{60, 40});
  CHECK(asked.learned()->steps == 30);
  CHECK(asked.learned()->accuracy(1) == static_cast<double>(learning.stands().back().right[1]) / 40);
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
  // another worker died: the one that learns stops, and whoever asked is told
  asked.learn(lab.document.now().complete);
  worker.deliver(asked, 3);
  const int posted = worker.asked;
  CHECK(asked.forget());
  CHECK(worker.asked == posted + 1);
  CHECK_FALSE(asked.learning());
  CHECK_FALSE(asked.learned());
  CHECK(worker.deliver(asked, 50) == 0);
  CHECK_FALSE(asked.forget());
}

TEST_CASE("neuron images: what makes no sense is not taken") {
  std::vector<ToTrainer> sent;
  NeuronImages asked(3, [&](const ToTrainer& m) { sent.push_back(m); });
  Lab lab(Json{{"part", "image"}});
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
  late = piece, late.right_train = {401}; // of 400
  CHECK_FALSE(asked.take(late));
  CHECK(asked.take(piece));
  // why it could not learn is no answer about the score, and is gone when it learns again
  CHECK(asked.take(LearningProblem{3, piece.request, "memory", "", {}}));
  CHECK_FALSE(asked.problem());
  REQUIRE(asked.learning_problem());
  CHECK(asked.learning_problem()->code == "memory");
  CHECK_FALSE(asked.forget());
  asked.learn(lab.document.now().complete);
  CHECK_FALSE(asked.learning_problem());
}
