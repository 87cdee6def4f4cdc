// The lab Losses in the engine: curves, softmax, lines through points, one sigmoid unit.
#include "core/elementary.hpp"
#include "core/philox.hpp"
#include "engine/pinned_hashes.hpp"
#include "export/losses_script.hpp"
#include "losses/losses_csv.hpp"
#include "losses/losses_hash.hpp"
#include "surfaces/surface_document.hpp"
#include "surfaces/walk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace downhill;

namespace {

LossesDocument losses_of(const Json& more) {
  Json json = {{"downhill", 1}, {"lab", "losses"}};
  merge_patch(json, more);
  auto document = losses_document_from_json(json);
  if (!document) MESSAGE(document.error().sentence(Language::en));
  REQUIRE(document.ok());
  return *document;
}
UserError refusal_of(const Json& more) {
  Json json = {{"downhill", 1}, {"lab", "losses"}};
  merge_patch(json, more);
  const auto document = losses_document_from_json(json);
  REQUIRE_FALSE(document.ok());
  return document.error();
}

LineSettings through(std::vector<LinePoint> points, double delta = 1, bool constant = false) {
  LineSettings s;
  s.points = std::move(points), s.delta = delta, s.constant = constant;
  return s;
}
// Near y = 1 + x/2, some of them far off; `step` makes the x come from a grid, so that some are above each other.
std::vector<LinePoint> scattered(std::uint64_t seed, std::size_t count, double step = 0) {
  PhiloxStream stream({seed, 77});
  std::vector<LinePoint> points;
  for (std::size_t i = 0; i < count; ++i) {
    double x = 10 * stream.next_uniform() - 3;
    if (step > 0) x = step * std::floor(x / step);
    const double noise = stream.next_uniform() - 0.5, far = stream.next_uniform() < 0.2 ? 20 * (stream.next_uniform() - 0.3) : 0;
    points.push_back({x, 1 + x / 2 + noise + far});
  }
  return points;
}
double huber_loss(const LineSettings& s, double a, double b) {
  double sum = 0;
  for (const LinePoint& p : s.points) {
    const double r = std::fabs(p.y - a * p.x - b);
    sum += r < s.delta ? 0.5 * r * r : s.delta * (r - 0.5 * s.delta);
  }
  return sum / static_cast<double>(s.points.size());
}

} // namespace

TEST_CASE("losses: every loss has a curve on either axis, whose slope is its derivative") {
  CHECK(loss_curves().size() == 2 * losses().size());
  CurveSettings s;
  for (const LossCurve& curve : loss_curves())
    for (const double target : {0.0, 0.3, 1.0})
      for (const double x : {-2.7, -0.6, 0.05, 0.31, 0.72, 0.97, 1.4, 5.0}) {
        s.target = target, s.delta = 0.4;
        const auto at = curve.at(x, s);
        const bool probability = curve.axis == LossAxis::prediction && !entry_of(losses(), curve.id).for_numbers;
        CAPTURE(curve.id);
        CAPTURE(x);
        REQUIRE(at.has_value() == (!probability || (x > 0 && x < 1)));
        if (!at) continue;
        const double h = 1e-6;
        CHECK(at->slope == doctest::Approx((curve.at(x + h, s)->value - curve.at(x - h, s)->value) / (2 * h)).epsilon(1e-6));
        if (curve.id == "mse" || curve.id == "huber") CHECK(at->value >= 0);
      }
}

TEST_CASE("losses: curves are the table's own values, and known ones") {
  CurveSettings s;
  s.target = 0.25;
  for (const LossEntry& loss : losses())
    if (loss.for_numbers)
      for (const double x : {-3.0, 0.2, 8.0}) {
        const LossAt table = loss.at(x, s.target, ParameterValues(loss.parameters.size(), s.delta));
        CHECK(loss_curve(loss.id, LossAxis::prediction).at(x, s)->value == table.value);
        CHECK(loss_curve(loss.id, LossAxis::prediction).at(x, s)->slope == table.slope);
      }
  const auto at = [&](const char* id, LossAxis axis, double x) { return *loss_curve(id, axis).at(x, s); };
  s.classes = 10;
  CHECK(at("cross_entropy", LossAxis::logit, 0).value == doctest::Approx(2.302585093).epsilon(1e-9)); // a uniform guess over ten: ln 10
  CHECK(at("cross_entropy", LossAxis::logit, 0).slope == doctest::Approx(-0.9).epsilon(1e-12));
  CHECK(at("cross_entropy", LossAxis::prediction, 0.1).value == doctest::Approx(2.302585093).epsilon(1e-9));
  s.classes = 2;
  s.target = 1; // a class against one other is bce of the logits' difference
  for (const double z : {-40.0, -1.0, 0.0, 3.0})
    CHECK(at("cross_entropy", LossAxis::logit, z).value == doctest::Approx(at("bce", LossAxis::logit, z).value).epsilon(1e-13));
  s.target = 0;
  CHECK(at("bce", LossAxis::logit, 4).slope == doctest::Approx(0.98201379).epsilon(1e-8));
  // a = 0.999: squared error's slope by z (of ½(a − y)²) beside cross-entropy's
  const double z = std::log(999.0);
  CHECK(at("bce", LossAxis::logit, z).slope / (at("mse", LossAxis::logit, z).slope / 2) == doctest::Approx(1001).epsilon(1e-3));
  s.target = 1.5;
  CHECK_FALSE(loss_curve("bce", LossAxis::logit).at(0, s));
  CHECK(loss_curve("mse", LossAxis::logit).at(0, s));
  CHECK(at("mae", LossAxis::prediction, 1.5).slope == 0);
  s.delta = 0.5, s.classes = 3;
  CHECK(torch_of(loss_curve("huber", LossAxis::prediction), s) == "nn.HuberLoss(delta=0.5)(y_hat, t)");
  CHECK(torch_of(loss_curve("cross_entropy", LossAxis::logit), s).find("torch.zeros(3 - 1)") != std::string::npos);
  // on the table and on curves the logit's tails keep their digits
  s.target = 0;
  CHECK(at("mse", LossAxis::logit, -30).value == doctest::Approx(std::exp(-60.0)).epsilon(1e-9));
}

TEST_CASE("losses: softmax, its gradient, and one softmax too many") {
  SoftmaxSettings s;
  s.logits = {2, -1, 0.5, 0.5, -3}, s.label = 2;
  for (const double temperature : {1.0, 0.5, 7.0})
    for (const bool twice : {false, true}) {
      s.temperature = temperature, s.twice = twice;
      const SoftmaxStand stand = softmax_stand(s);
      double sum = 0, slopes = 0, squares = 0;
      for (std::size_t c = 0; c < s.logits.size(); ++c) {
        SoftmaxSettings up = s, down = s;
        up.logits[c] += 1e-5, down.logits[c] -= 1e-5;
        CHECK(stand.gradient[c] == doctest::Approx((softmax_stand(up).loss - softmax_stand(down).loss) / 2e-5).epsilon(1e-6));
        if (!twice) CHECK(stand.gradient[c] == (stand.probabilities[c] - (c == s.label ? 1 : 0)) / temperature);
        sum += stand.probabilities[c], slopes += stand.gradient[c], squares += stand.gradient[c] * stand.gradient[c];
      }
      CHECK(sum == doctest::Approx(1).epsilon(1e-14));
      CHECK(std::fabs(slopes) < 1e-15);
      CHECK(stand.steepness == doctest::Approx(std::sqrt(squares)));
      CHECK(stand.again.size() == (twice ? 5 : 0));
      CHECK(stand.floor == (twice ? least_twice(5) : 0));
      CHECK(stand.loss == doctest::Approx(-std::log(twice ? stand.again[2] : stand.probabilities[2])).epsilon(1e-12));
    }
  s.temperature = 1, s.twice = false, s.logits = std::vector<double>(10, 3.0), s.label = 0;
  CHECK(softmax_stand(s).loss == doctest::Approx(2.3026).epsilon(1e-4));
  // the floor: reached by the surest of predictions, and by none gone below
  s.twice = true, s.logits[0] = 100;
  CHECK(least_twice(10) == doctest::Approx(1.4612).epsilon(1e-4));
  CHECK(softmax_stand(s).loss == doctest::Approx(least_twice(10)).epsilon(1e-14));
  CHECK(softmax_stand(s).steepness < 1e-30);
  PhiloxStream stream({3, 4});
  for (int k = 0; k < 500; ++k) {
    for (double& z : s.logits) z = 20 * stream.next_uniform() - 10;
    CHECK(softmax_stand(s).loss >= least_twice(10) * (1 - 1e-15));
    const auto once = log_softmax_of(s.logits), again = log_softmax_of(once); // log-softmax twice does nothing
    for (std::size_t c = 0; c < 10; ++c) CHECK(again[c] == doctest::Approx(once[c]).epsilon(1e-13));
  }
  CHECK(softmax_of({1000 * 0.1, 0}, 100)[0] == doctest::Approx(1 / (1 + std::exp(-1.0))));
}

TEST_CASE("losses: constants are the mean and the median, to the bit, and Huber's lies between them") {
  const LineSettings odd = through({{0, 1}, {5, 9}, {2, 2}, {1, 4}, {7, 100}}, 1, true);
  CHECK(fit_line(odd, 0).b == 116.0 / 5);
  CHECK(fit_line(odd, 1).b == 4);
  CHECK(fit_line(odd, 1).only);
  const LineSettings even = through({{0, 1}, {5, 9}, {2, 2}, {1, 4}}, 1, true);
  CHECK(fit_line(even, 0).b == 4);
  CHECK(fit_line(even, 1).b == 3);
  CHECK_FALSE(fit_line(even, 1).only);
  CHECK(fit_line(even, 1).losses[1] == doctest::Approx(2.5));
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    LineSettings s = through(scattered(seed, 2 + seed % 30), 0.05 * static_cast<double>(1 + seed), true);
    double sum = 0;
    std::vector<double> ys;
    for (const LinePoint& p : s.points) sum += p.y, ys.push_back(p.y);
    std::sort(ys.begin(), ys.end());
    const std::size_t n = ys.size();
    const auto fits = fit_lines(s);
    CHECK(fits[0].b == sum / static_cast<double>(n));
    CHECK(fits[1].b == (n % 2 == 1 ? ys[n / 2] : 0.5 * (ys[n / 2 - 1] + ys[n / 2])));
    for (const FittedLine& fit : fits) CHECK(fit.a == 0);
    for (const double off : {-0.3, -1e-4, 1e-4, 0.3}) CHECK(huber_loss(s, 0, fits[2].b) <= huber_loss(s, 0, fits[2].b + off) + 1e-13);
    s.delta = 1000; // beyond all: the mean
    CHECK(fit_line(s, 2).b == doctest::Approx(fits[0].b).epsilon(1e-13));
    s.delta = 1e-4; // all but nothing: the median
    CHECK(std::fabs(fit_line(s, 2).b - fits[1].b) < 1e-3);
  }
}

TEST_CASE("losses: the squared line's residuals balance, the absolute one's is the best of a search, Huber's has no gradient left") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::size_t count = seed == 0 ? kLinePointsMost : 3 + seed % 23;
    const LineSettings s = through(scattered(seed, count, seed % 3 == 0 ? 1.5 : 0), seed % 2 == 0 ? 0.3 : 2);
    CAPTURE(seed);
    const auto fits = fit_lines(s);
    const auto squared = residuals_of(s.points, fits[0]);
    double sum = 0, moment = 0;
    for (std::size_t i = 0; i < count; ++i) sum += squared[i], moment += squared[i] * s.points[i].x;
    CHECK(std::fabs(sum) < 1e-10);
    CHECK(std::fabs(moment) < 1e-10);

    double best = 1e300; // by brute force: every line through two points
    for (const LinePoint& p : s.points)
      for (const LinePoint& q : s.points) {
        if (p.x == q.x) continue;
        const double a = (q.y - p.y) / (q.x - p.x);
        double loss = 0;
        for (const LinePoint& r : s.points) loss += std::fabs(r.y - p.y - a * (r.x - p.x));
        best = std::min(best, loss / static_cast<double>(count));
      }
    CHECK(fits[1].losses[1] == doctest::Approx(best).epsilon(1e-12));

    const auto huber = residuals_of(s.points, fits[2]);
    double push = 0, turn = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double pull = std::clamp(huber[i], -s.delta, s.delta);
      push += pull, turn += pull * s.points[i].x;
    }
    CHECK(std::fabs(push) < 1e-11 * static_cast<double>(count));
    CHECK(std::fabs(turn) < 1e-10 * static_cast<double>(count));
    for (std::size_t l = 0; l < 3; ++l)
      for (std::size_t other = 0; other < 3; ++other) CHECK(fits[l].losses[l] <= fits[other].losses[l] + 1e-12);
    CHECK(fits[2].losses[2] == doctest::Approx(huber_loss(s, fits[2].a, fits[2].b)).epsilon(1e-12));
  }
}

TEST_CASE("losses: an outlier pulls the squared line, not the absolute one") {
  LineSettings s = losses_of(Json::object()).line;
  const auto before = fit_lines(s);
  s.points.back().y += 10;
  const auto near = fit_lines(s);
  s.points.back().y += 20;
  const auto far = fit_lines(s);
  CHECK(near[0].a - before[0].a > 0.5);
  CHECK(far[0].a - near[0].a == doctest::Approx(2 * (near[0].a - before[0].a)).epsilon(1e-9)); // in proportion, without end
  CHECK(far[1].a == doctest::Approx(near[1].a).epsilon(1e-12));
  CHECK(far[2].a == doctest::Approx(near[2].a).epsilon(1e-12)); // beyond δ it pulls no more than before
}

TEST_CASE("losses: where several lines do as well, the middle one") {
  // two points: the line through them under each loss
  for (const FittedLine& fit : fit_lines(through({{1, 2}, {3, 8}}))) {
    CHECK(fit.a == doctest::Approx(3));
    CHECK(fit.b == doctest::Approx(-1));
    CHECK(fit.only);
  }
  // all above each other: no slope, and the constant's b
  const LineSettings above = through({{2, 1}, {2, 3}, {2, 11}}), flat = through({{2, 1}, {2, 3}, {2, 11}}, 1, true);
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(fit_line(above, l).a == 0);
    CHECK(fit_line(above, l).b == fit_line(flat, l).b);
    CHECK_FALSE(fit_line(above, l).only);
  }
  CHECK(fit_line(above, 0).b == 5);
  CHECK(fit_line(above, 1).b == 3);
  // equal points
  for (const FittedLine& fit : fit_lines(through({{4, 7}, {4, 7}, {4, 7}}))) {
    CHECK(fit.a == 0);
    CHECK(fit.b == 7);
    for (const double loss : fit.losses) CHECK(loss == 0);
  }
  // two and two above each other: every line between the pairs does as well under absolute error
  const FittedLine between = fit_line(through({{0, 0}, {0, 2}, {1, 4}, {1, 8}}), 1);
  CHECK_FALSE(between.only);
  CHECK(between.a == doctest::Approx(5));
  CHECK(between.b == doctest::Approx(1));
  // and under Huber's, where δ leaves room: the slope's middle, and of those lines the middle b
  const FittedLine huber = fit_line(through({{0, 0}, {0, 20}, {1, 40}, {1, 80}}), 2);
  CHECK_FALSE(huber.only);
  CHECK(huber.a == doctest::Approx(50));
  CHECK(huber.b == doctest::Approx(10));
  const FittedLine middle = fit_line(through({{0, 0}, {5, 10}}, 1, true), 2);
  CHECK_FALSE(middle.only);
  CHECK(middle.b == doctest::Approx(5));
  // on one line, exactly; far from 0, too; and x that all but coincide
  for (const double away : {0.0, 900.0})
    for (const FittedLine& fit : fit_lines(through({{away, 1}, {away + 1, 3}, {away + 2, 5}, {away + 4, 9}}))) {
      CHECK(fit.a == doctest::Approx(2).epsilon(1e-12));
      CHECK(fit.losses[1] < 1e-12);
    }
  for (const FittedLine& fit : fit_lines(through({{1, 1}, {1 + 1e-13, 3}, {1, 5}}))) {
    CHECK(fit.a == 0);
    CHECK(fit.b == doctest::Approx(3));
  }
  // the order in which points are given changes no line
  auto points = scattered(5, 14);
  const auto fits = fit_lines(through(points));
  std::reverse(points.begin(), points.end());
  const auto turned = fit_lines(through(points));
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(turned[l].a == doctest::Approx(fits[l].a).epsilon(1e-12));
    CHECK(turned[l].b == doctest::Approx(fits[l].b).epsilon(1e-12));
  }
}

TEST_CASE("losses: the known experiment with one sigmoid unit") {
  SigmoidSettings s = losses_of(Json::object()).neuron;
  auto squared = sigmoid_path(s, SigmoidLoss::squared);
  CHECK(squared.size() == 301);
  CHECK(squared.front().a == doctest::Approx(0.8176).epsilon(1e-4)); // 0.82
  CHECK(squared.back().a == doctest::Approx(0.09).epsilon(0.05));
  s.w = s.b = 2;
  squared = sigmoid_path(s, SigmoidLoss::squared);
  CHECK(squared[0].a == doctest::Approx(0.98201).epsilon(1e-5));
  for (std::size_t step = 0; step <= 100; ++step) CHECK(squared[step].a > 0.96); // near 0.98 for about 150 steps
  CHECK(squared[150].a > 0.9);
  auto cross = sigmoid_path(s, SigmoidLoss::cross_entropy);
  CHECK(cross[0].loss_by_z == doctest::Approx(0.98201).epsilon(1e-5));
  CHECK(cross[50].a < 0.1);
  for (const auto* path : {&squared, &cross})
    for (const SigmoidStand& at : *path) {
      CHECK(at.loss_by_z == doctest::Approx(at.loss_by_a * at.a_by_z).epsilon(1e-12));
      CHECK(at.loss_by_w == at.loss_by_z * s.x);
    }
  // the ratio of the two gradients is 1/(a(1 − a)): about 1,000 at a = 0.999
  s.b = std::log(999.0), s.w = 0;
  const SigmoidStand slow = sigmoid_stand(s, SigmoidLoss::squared, s.w, s.b), fast = sigmoid_stand(s, SigmoidLoss::cross_entropy, s.w, s.b);
  CHECK(slow.a == doctest::Approx(0.999));
  CHECK(fast.loss_by_z / slow.loss_by_z == doctest::Approx(1 / (0.999 * 0.001)).epsilon(1e-9));
}

TEST_CASE("losses: the sigmoid unit's gradient is its surface's, and the lab Surface walks the same way") {
  SigmoidSettings s;
  s.x = -1.3, s.y = 0.2, s.w = 1.4, s.b = -0.6, s.rate = 0.7, s.steps = 40;
  for (const SigmoidLoss loss : {SigmoidLoss::squared, SigmoidLoss::cross_entropy}) {
    const auto surface = sigmoid_surface(s, loss);
    for (const double w : {-3.0, 0.1, 2.0}) {
      const Slope at = surface->at(w, 0.4);
      const double h = 1e-6;
      CHECK(at.f == sigmoid_stand(s, loss, w, 0.4).loss);
      CHECK(at.dx == doctest::Approx((surface->at(w + h, 0.4).f - surface->at(w - h, 0.4).f) / (2 * h)).epsilon(1e-6));
      CHECK(at.dy == doctest::Approx((surface->at(w, 0.4 + h).f - surface->at(w, 0.4 - h).f) / (2 * h)).epsilon(1e-6));
    }
    const auto document = surface_document_from_json(sigmoid_on_surface(s, loss));
    if (!document) MESSAGE(document.error().sentence(Language::en));
    REQUIRE(document.ok());
    const auto path = whole_path(Walk(make_surface(document->surface), document->lanes.front().settings));
    const SigmoidStand last = sigmoid_path(s, loss).back();
    CHECK(static_cast<double>(path.back().place[0]) == doctest::Approx(last.w).epsilon(1e-5));
    CHECK(static_cast<double>(path.back().place[1]) == doctest::Approx(last.b).epsilon(1e-5));
  }
  // what is saturated keeps finite numbers
  s = {.x = 10, .y = 0, .w = 10, .b = 10, .rate = 100, .steps = 5};
  for (const SigmoidLoss loss : {SigmoidLoss::squared, SigmoidLoss::cross_entropy})
    for (const SigmoidStand& at : sigmoid_path(s, loss)) {
      CHECK(std::isfinite(at.loss));
      CHECK_FALSE(std::isnan(at.loss_by_a));
      CHECK(std::isfinite(at.loss_by_w));
    }
}

TEST_CASE("losses: documents, and what is refused with its place") {
  const LossesDocument standard = losses_of(Json::object());
  CHECK(standard.curves.shown.size() == losses().size());
  const auto again = losses_document_from_json(standard.json());
  REQUIRE(again.ok());
  CHECK(again->json() == standard.json());
  const Json agreed = Json::parse(R"({"softmax":{"logits":[1,2,3],"label":2,"temperature":2,"twice":true},"part":"softmax"})");
  const LossesDocument softmax = losses_of(agreed);
  CHECK(softmax.part == LossesPart::softmax);
  CHECK(softmax.softmax.logits == std::vector<double>{1, 2, 3});
  CHECK(losses_of({{"curves", {{"show", {{"mae", false}}}}}}).curves.shown.size() == losses().size() - 1);
  const auto refused = [](const char* json, const char* place, const char* code) {
    const UserError error = refusal_of(Json::parse(json));
    CHECK(error.place == place);
    CHECK(error.code == code);
    for (const Language language : {Language::zh, Language::en}) CHECK_FALSE(error.sentence(language).empty());
  };
  refused(R"({"part":"hills"})", "/part", "not_a_choice");
  refused(R"({"curves":{"delta":0}})", "/curves/delta", "out_of_range");
  refused(R"({"curves":{"from":2,"to":2}})", "/curves/to", "out_of_range");
  refused(R"({"curves":{"from":1,"to":1.0000000000000002}})", "/curves/to", "out_of_range");
  refused(R"({"curves":{"show":{"hinge":true}}})", "/curves/show", "unknown_key");
  refused(R"({"softmax":{"logits":[1]}})", "/softmax/logits", "out_of_range");
  refused(R"({"softmax":{"logits":[1,"2"]}})", "/softmax/logits/1", "wrong_type");
  refused(R"({"softmax":{"logits":[1,101]}})", "/softmax/logits/1", "out_of_range");
  refused(R"({"softmax":{"logits":[1,2,3],"label":3}})", "/softmax/label", "no_such_class");
  refused(R"({"softmax":{"logits":5}})", "/softmax/logits", "wrong_type");
  refused(R"({"line":{"points":[[1,2]]}})", "/line/points", "out_of_range");
  refused(R"({"line":{"points":[[1,2],[3]]}})", "/line/points/1", "wrong_type");
  refused(R"({"line":{"points":[[1,2],[3,2000]]}})", "/line/points/1/1", "out_of_range");
  refused(R"({"line":{"residuals":"bce"}})", "/line/residuals", "not_a_choice");
  refused(R"({"neuron":{"y":1.5}})", "/neuron/y", "out_of_range");
  refused(R"({"neuron":{"steps":2001}})", "/neuron/steps", "out_of_range");
  refused(R"({"lanes":[{}]})", "", "unknown_key");
  refused(R"({"colour":1})", "", "unknown_key");
}

TEST_CASE("losses: tables say what is shown") {
  CHECK(losses_csv(losses_of(Json::object()))
            .starts_with("x,cross_entropy,cross_entropy_slope,bce,bce_slope,mse,mse_slope,mae,mae_slope,huber,huber_slope\n-3,,,,,16,-8,4,-1,3.5,-1\n"));
  const std::string softmax = losses_csv(losses_of({{"part", "softmax"}, {"softmax", {{"logits", {0, 0}}, {"label", 1}}}}));
  CHECK(softmax == "class,logit,p,y,gradient\n0,0,0.5,0,0.5\n1,0,0.5,1,-0.5\nloss,0.693147181\nsteepness,0.707106781\nfloor,0\n");
  const std::string line = losses_csv(losses_of(Json::parse(R"({"part":"line","line":{"points":[[0,0],[1,1],[2,2],[3,3],[4,12]]}})")));
  CHECK(line.starts_with("fit,a,b,mse,mae,huber\nline_mse,2.6,-1.6,"));
  CHECK(line.find("\nline_mae,1,") != std::string::npos);
  CHECK(line.find("\nconstant_mae,0,2,") != std::string::npos);
  CHECK(line.find("\nx,y,mse,mae,huber\n0,0,1.6,") != std::string::npos);
  const std::string neuron = losses_csv(losses_of({{"part", "neuron"}}));
  CHECK(std::count(neuron.begin(), neuron.end(), '\n') == 1 + 2 * 301);
}

TEST_CASE("losses: pinned: every part's numbers are equal in every build") {
  Json far = Json::array();
  for (const LinePoint& p : scattered(9, 23)) far.push_back(Json::array({std::round(1000 * p.x) / 1000, std::round(1000 * p.y) / 1000}));
  const std::pair<const char*, Json> documents[] = {
      {"losses curves", {{"part", "curves"}}},
      {"losses logit", {{"part", "curves"}, {"curves", {{"axis", "logit"}, {"target", 0.3}, {"from", -8}, {"to", 8}}}}},
      {"losses softmax", {{"part", "softmax"}, {"softmax", {{"twice", true}, {"temperature", 0.7}}}}},
      {"losses line", {{"part", "line"}, {"line", {{"points", far}, {"delta", 0.4}}}}},
      {"losses neuron", {{"part", "neuron"}, {"neuron", {{"w", 2}, {"b", 2}}}}},
  };
  for (const auto& [name, document] : documents) {
    const std::uint64_t hash = losses_hash(losses_of(document));
    CHECK_MESSAGE(hex16(hash) == fixtures::pinned_hash(name, hash), name);
  }
}

TEST_CASE("losses: every part has a script") {
  for (const char* part : {"curves", "softmax", "line", "neuron"})
    for (const Language language : {Language::zh, Language::en})
      CHECK(losses_script(losses_of({{"part", part}}), {"t", language}).find("torch") != std::string::npos);
}
