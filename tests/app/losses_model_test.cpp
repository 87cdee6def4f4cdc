#include "app/core/losses_model.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace downhill;

namespace {

struct LossesBench {
  explicit LossesBench(const Json& more = Json::object()) : document(kLossesFormat, merged(more)), model(document) {}
  static Json merged(const Json& more) {
    Json json = {{"downhill", 1}, {"lab", "losses"}};
    merge_patch(json, more);
    return json;
  }
  double number(const char* pointer) const { return document.at(pointer).get<double>(); }
  LabDocument document;
  LossesModel model;
};

Json line_of(const Json& points) { return {{"part", "line"}, {"line", {{"points", points}}}}; }

} // namespace

TEST_CASE("losses: curves have the engine's values, at the cursor and at kinks exactly, and none where there is none") {
  LossesBench bench(Json{{"curves", Json{{"at", -1.25}, {"target", 0.3}, {"delta", 0.7}}}});
  const CurveSettings settings = bench.model.settings().curves;
  REQUIRE(bench.model.curves().size() == losses().size());
  for (const DrawnCurve& curve : bench.model.curves()) {
    REQUIRE(curve.x.size() == curve.value.size());
    REQUIRE(curve.x.size() == curve.slope.size());
    CHECK(curve.x.front() == -3);
    CHECK(curve.x.back() == 3);
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (i > 0) CHECK(curve.x[i - 1] < curve.x[i]);
      const auto at = curve.of->at(curve.x[i], settings);
      CHECK(at.has_value() == !std::isnan(curve.value[i]));
      if (at) CHECK((at->value == curve.value[i] && at->slope == curve.slope[i]));
    }
    for (const double x : {-1.25, 0.3, 0.3 - 0.7, 0.3 + 0.7}) CHECK(std::find(curve.x.begin(), curve.x.end(), x) != curve.x.end());
    const bool of_probability = curve.of->id == "cross_entropy" || curve.of->id == "bce";
    CHECK(curve.here.has_value() == !of_probability); // −1.25 is no probability
  }
  CHECK(bench.model.curves()[2].here->value == 1.55 * 1.55);
}

TEST_CASE("losses: a loss is shown or not; an axis comes with its usual range, and leaves a range of one's own") {
  LossesBench bench;
  CHECK(!bench.model.turn_loss("mae"));
  CHECK(bench.model.curves().size() == losses().size() - 1);
  CHECK(!bench.model.turn_loss("mae"));
  CHECK(bench.model.curves().size() == losses().size());
  CHECK(bench.model.turn_loss("none")->code == "unknown_key");
  CHECK(!bench.model.choose_axis(LossAxis::logit));
  CHECK(bench.number("/curves/from") == -6);
  CHECK(bench.number("/curves/to") == 6);
  CHECK(bench.model.curves().front().of->axis == LossAxis::logit);
  CHECK(bench.document.undo());
  bench.model.follow();
  CHECK(bench.number("/curves/to") == 3);
  CHECK(!bench.document.set({{}, "/curves/to"}, 2.5));
  bench.model.follow();
  CHECK(!bench.model.choose_axis(LossAxis::logit));
  CHECK(bench.number("/curves/to") == 2.5);
}

TEST_CASE("losses: the cursor stays within what is shown, at numbers that people write; a drag is one step of undo") {
  LossesBench bench;
  CHECK(bench.model.grain() == 0.01);
  for (const double x : {0.1, 0.2, 0.30001}) CHECK(!bench.model.move_cursor(x, true));
  bench.model.let_go();
  CHECK(bench.document.at("/curves/at").dump() == "0.3");
  CHECK(!bench.model.move_cursor(77, false));
  CHECK(bench.number("/curves/at") == 3);
  CHECK(bench.document.undo());
  CHECK(bench.document.undo());
  CHECK(bench.number("/curves/at") == -1);
  CHECK(!bench.document.changes().can_undo());
}

TEST_CASE("losses: classes come and go, one is right, steps go down") {
  LossesBench bench(Json{{"part", "softmax"}});
  CHECK(!bench.model.add_class());
  CHECK(bench.model.softmax().probabilities.size() == 5);
  CHECK(!bench.model.choose_label(4));
  CHECK(!bench.model.remove_class());
  CHECK(bench.model.settings().softmax.label == 3);
  CHECK(bench.model.choose_label(4)->code == "no_such_class");
  for (int i = 0; i < 6; ++i) CHECK(!bench.model.add_class());
  CHECK(bench.model.add_class()->code == "out_of_range");
  for (int i = 0; i < 8; ++i) CHECK(!bench.model.remove_class());
  CHECK(bench.model.remove_class()->code == "out_of_range");
  CHECK(bench.model.settings().softmax.label == 1);
  double before = bench.model.softmax().loss;
  for (int i = 0; i < 5; ++i) {
    const SoftmaxStand stand = bench.model.softmax();
    const auto logits = bench.model.settings().softmax.logits;
    CHECK(!bench.model.descend(1));
    CHECK(bench.model.settings().softmax.logits[0] == logits[0] - stand.gradient[0]);
    CHECK(bench.model.softmax().loss < before);
    before = bench.model.softmax().loss;
  }
  CHECK(!bench.model.set_logit(0, -3.5, false));
  CHECK(bench.document.at("/softmax/logits/0") == -3.5);
  CHECK(bench.model.set_logit(2, 0, false)->code == "no_such_class");
  CHECK(bench.model.set_logit(0, 1000, false)->code == "out_of_range");
}

TEST_CASE("losses: logits as they are typed; what is wrong leaves all as it was") {
  LossesBench bench(Json{{"part", "softmax"}, {"softmax", Json{{"label", 3}}}});
  CHECK(!bench.model.set_logits("1，2.5；-3"));
  CHECK(bench.document.at("/softmax/logits") == Json::array({1, 2.5, -3}));
  CHECK(bench.model.settings().softmax.label == 2); // of those that are left
  const Json before = bench.document.json();
  CHECK(bench.model.set_logits("1")->code == "out_of_range");
  CHECK(bench.model.set_logits("")->code == "out_of_range");
  CHECK(bench.model.set_logits("a, b").has_value());
  CHECK(bench.model.set_logits("1, 2000")->code == "out_of_range");
  CHECK(bench.document.json() == before);
}

TEST_CASE("losses: twice is compared with once") {
  LossesBench bench(Json{{"part", "softmax"}, {"softmax", Json{{"logits", Json::array({4, 0, 0})}, {"twice", true}}}});
  SoftmaxSettings once = bench.model.settings().softmax;
  once.twice = false;
  CHECK(bench.model.softmax_once().loss == softmax_stand(once).loss);
  CHECK(bench.model.softmax().loss > bench.model.softmax().floor);
  CHECK(bench.model.softmax_once().loss < bench.model.softmax().floor);
}

TEST_CASE("losses: points are moved, added and removed; what lines were before stays until something else changes") {
  LossesBench bench(line_of(Json::array({{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}})));
  CHECK(bench.model.lines()[1].a == doctest::Approx(1));
  CHECK(!bench.model.lines_before());
  CHECK(!bench.model.move_point(5, {5, -4}, true));
  CHECK(!bench.model.move_point(5, {5, -9}, true));
  bench.model.let_go();
  CHECK(bench.model.lines_before()->at(0).a == doctest::Approx(1));
  CHECK(bench.model.lines()[0].a < 0);
  CHECK(bench.model.lines()[1].a == doctest::Approx(1)); // five of the six still agree
  CHECK(!bench.model.move_point(5, {5, -10}, true));     // another movement has another beginning
  bench.model.let_go();
  CHECK(bench.model.lines_before()->at(0).a < 0);
  CHECK(!bench.document.set({{}, "/line/delta"}, 2));
  bench.model.follow();
  CHECK(!bench.model.lines_before());
  CHECK(bench.document.undo());
  CHECK(bench.document.undo());
  CHECK(bench.document.undo()); // a movement each
  bench.model.follow();
  CHECK(bench.model.points()[5] == LinePoint{5, 5});
  CHECK(!bench.model.add_point({5000, -5000}));
  CHECK(bench.model.points().back() == LinePoint{kLinePlaceMost, -kLinePlaceMost});
  CHECK(!bench.model.remove_point(6));
  CHECK(!bench.model.remove_point(9)); // there is none
  CHECK(bench.model.points().size() == 6);
  for (int i = 0; i < 4; ++i) CHECK(!bench.model.remove_point(0));
  CHECK(bench.model.remove_point(0)->code == "out_of_range");
  CHECK(bench.model.points().size() == 2);
}

TEST_CASE("losses: an outlier lies below all others, within the picture") {
  LossesBench bench(Json{{"part", "line"}});
  CHECK(!bench.model.add_outlier());
  const LinePoint outlier = bench.model.points().back();
  CHECK(outlier.x == 7);
  CHECK(outlier.y == doctest::Approx(1.1 - 1.5 * 3.3).epsilon(0.02));
  const Extent all = bench.model.extent();
  for (const LinePoint& p : bench.model.points()) CHECK((p.x > all.x_least && p.x < all.x_most && p.y > all.y_least && p.y < all.y_most));
  while (bench.model.points().size() < kLinePointsMost) CHECK(!bench.model.add_point({0, 0}));
  CHECK(bench.model.add_outlier()->code == "out_of_range");
}

TEST_CASE("losses: points as text are read back; an odd number of numbers is refused") {
  LossesBench bench(Json{{"part", "line"}});
  const auto points = bench.model.points();
  const std::string text = bench.model.points_text();
  CHECK(!bench.model.set_points("0 1; 2 -3.5"));
  CHECK(bench.model.points_text() == "0 1; 2 -3.5");
  CHECK(!bench.model.set_points(text));
  CHECK(bench.model.points() == points);
  CHECK(bench.model.set_points("0 1; 2")->code == "wrong_type");
  CHECK(bench.model.set_points("0 1")->code == "out_of_range");
  CHECK(bench.model.points() == points);
}

TEST_CASE("losses: equal points have a picture; a line is cut where the picture ends") {
  LossesBench bench(line_of(Json::array({{2, 2}, {2, 2}})));
  CHECK(bench.model.extent().width() > 0);
  CHECK(bench.model.extent().height() > 0);
  const Extent view{-1, 3, -2, 2};
  FittedLine line;
  line.a = 0, line.b = 1;
  CHECK((*LossesModel::piece_in(line, view))[0].x == -1);
  line.b = 5;
  CHECK(!LossesModel::piece_in(line, view));
  line.a = 1, line.b = 0;
  const LinePiece piece = *LossesModel::piece_in(line, view);
  CHECK(piece[0].x == -1);
  CHECK(piece[0].y == -1);
  CHECK(piece[1].x == 2);
  CHECK(piece[1].y == 2);
  line.a = -1e6, line.b = 0;
  const LinePiece steep = *LossesModel::piece_in(line, view);
  for (const Place& end : steep) CHECK(std::fabs(end.x) < 1e-5);
  line.a = 1, line.b = 10;
  CHECK(!LossesModel::piece_in(line, view));
}

TEST_CASE("losses: both ways are gone step by step; what has ended stays at its end while settings change") {
  LossesBench bench(Json{{"part", "neuron"}});
  CHECK(bench.model.steps() == 300);
  CHECK(bench.model.transport() == Transport::ready);
  CHECK(bench.model.stand(SigmoidLoss::squared).a == doctest::Approx(0.8176).epsilon(1e-3));
  bench.model.go(3);
  CHECK(bench.model.step() == 3);
  CHECK(bench.model.transport() == Transport::paused);
  CHECK(bench.model.stand(SigmoidLoss::cross_entropy).a == bench.model.path(SigmoidLoss::cross_entropy)[3].a);
  bench.model.go(-10);
  CHECK(bench.model.step() == 0);
  bench.model.start();
  CHECK(bench.model.tick(10));
  CHECK(bench.model.step() == 0);
  CHECK(bench.model.tick(11));
  CHECK(bench.model.step() == 50); // of 300 in six seconds
  CHECK(bench.model.tick(17));
  CHECK(bench.model.transport() == Transport::finished);
  CHECK(!bench.model.tick(18));
  CHECK(bench.model.stand(SigmoidLoss::squared).a == doctest::Approx(0.09).epsilon(0.05));
  CHECK(!bench.model.move_start({2.01, 1.99}, true));
  CHECK(!bench.model.move_start({2.02, 2.01}, true));
  bench.model.let_go();
  CHECK(bench.document.at("/neuron/w").dump() == "2.0");
  CHECK(bench.number("/neuron/b") == 2);
  CHECK(bench.model.transport() == Transport::finished);
  CHECK(bench.document.undo());
  bench.model.follow();
  CHECK(bench.number("/neuron/w") == 0.6);
  CHECK(bench.model.transport() == Transport::finished);
  // a drag that is given up leaves what was there, though no drag could have put it there
  CHECK(!bench.document.set({{}, "/neuron/w"}, 0.63));
  bench.model.follow();
  CHECK(!bench.model.move_start({2, 2}, true));
  CHECK(!bench.model.put_start({0.63, 0.9}));
  bench.model.let_go();
  CHECK(bench.number("/neuron/w") == 0.63);
  CHECK(bench.document.undo());
  bench.model.follow();
  CHECK(bench.number("/neuron/w") == 0.6);
  bench.model.start(); // from the beginning
  CHECK(bench.model.step() == 0);
  bench.model.pause();
  CHECK(!bench.document.set({{}, "/part"}, "line"));
  bench.model.follow();
  CHECK(bench.model.steps() == 0);
  bench.model.start(); // nothing runs there
  CHECK(bench.model.transport() == Transport::ready);
}

TEST_CASE("losses: a map of weights shows both ways whole, and what runs away is not followed") {
  LossesBench bench(Json{{"part", "neuron"}, {"neuron", Json{{"w", 2}, {"b", 2}, {"lr", 3}, {"y", 0}}}});
  const Extent all = bench.model.weights_extent();
  for (const SigmoidLoss loss : {SigmoidLoss::squared, SigmoidLoss::cross_entropy})
    for (const SigmoidStand& stand : bench.model.path(loss))
      CHECK((stand.w >= all.x_least && stand.w <= all.x_most && stand.b >= all.y_least && stand.b <= all.y_most));
  CHECK(all.width() >= 8);
  LossesBench wild(Json{{"part", "neuron"}, {"neuron", Json{{"lr", 100}, {"x", 10}, {"y", 0.5}}}});
  CHECK(wild.model.weights_extent().width() < 100);
}
