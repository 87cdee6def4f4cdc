#include "app/core/fit_course.hpp"

#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <deque>

using namespace downhill;
using namespace downhill::protocol;

namespace {

FitDocument fit_document(const Json& patch = Json::object()) {
  Json json = {{"downhill", 1}, {"lab", "fit"}, {"part", "sets"}, {"points", 20}, {"noise", 0.3}, {"sets", 24}, {"at", 31}};
  json.merge_patch(patch);
  auto read = fit_document_from_json(json);
  REQUIRE(read);
  return *read;
}
// A fit takes a worker some turns.
const Json kNetwork = {{"model", {{"name", "network"}, {"hidden", {{{"units", 6}, {"activation", "tanh"}}}}, {"epochs", 400}}}, {"sets", 7}};

// Workers in this process; time is counted in calls. `slow`: worker that works only every so many turns.
struct Workers {
  explicit Workers(std::size_t count, double a_call_s = 0.0005) : call_s(a_call_s) {
    for (std::size_t w = 0; w < count; ++w) restart(hosts.emplace_back(), w);
  }
  void restart(std::unique_ptr<TrainerHost>& host, std::size_t w) {
    host = std::make_unique<TrainerHost>([this] { return clock_s += call_s; }, [this, w](const ToApp& m) { mail.push_back({w, encode(m)}); });
  }
  void restart(std::size_t w) {
    std::erase_if(mail, [&](const auto& letter) { return letter.first == w; });
    restart(hosts[w], w);
  }
  FitSeats::Post post() {
    return [this](std::size_t w, const ToTrainer& m) {
      if (const auto* ask = std::get_if<AskFits>(&m)) asked_sets += ask->sets.size(), asked.push_back(*ask);
      asked_capacities += std::holds_alternative<AskFitCapacity>(m);
      dropped += std::holds_alternative<DropFits>(m);
      REQUIRE(w < hosts.size());
      hosts[w]->receive(encode(m));
    };
  }
  template <class Model> int deliver(Model& model) {
    int taken = 0;
    for (; !mail.empty(); mail.pop_front()) {
      const auto message = decode<ToApp>(mail.front().second);
      REQUIRE(message);
      taken += model.take(mail.front().first, *message);
    }
    return taken;
  }
  template <class Model> int turn(Model& model) {
    ++turns;
    for (std::size_t w = 0; w < hosts.size(); ++w)
      if (w != slow || turns % 5 == 0) hosts[w]->work(0.004);
    return deliver(model);
  }

  double clock_s = 0, call_s;
  std::size_t slow = 99, turns = 0, asked_sets = 0;
  int asked_capacities = 0, dropped = 0;
  std::vector<AskFits> asked;
  std::deque<std::pair<std::size_t, Bytes>> mail;
  std::vector<std::unique_ptr<TrainerHost>> hosts;
};

void until_complete(Workers& workers, DealtFits& fits, const FitDocument& d) {
  int i = 0;
  do {
    fits.want(d.complete, d.settings, workers.hosts.size());
    workers.turn(fits);
  } while (++i < 20000 && !fits.complete() && !fits.problem());
  REQUIRE(!fits.problem());
  REQUIRE(fits.complete());
}
void until_complete(Workers& workers, DealtCapacities& sweep, const FitDocument& d, bool with_sets) {
  for (int i = 0; i < 200000 && !sweep.complete() && !sweep.problem(); ++i) {
    sweep.want(d.complete, d.settings, with_sets, workers.hosts.size());
    workers.turn(sweep);
  }
  REQUIRE(!sweep.problem());
  REQUIRE(sweep.complete());
}

FitSets engine_sets(const FitDocument& d) {
  FitSets sets(d.settings);
  while (sets.advance()) {
  }
  return sets;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y); });
}

void check_equal(const DealtFits& dealt, const FitDocument& d) {
  const FitSets sets = engine_sets(d);
  CHECK(dealt.fits() == sets.fits());
  const Decomposition &here = dealt.decomposition(), there = sets.decomposition();
  CHECK(here.fits == static_cast<std::size_t>(d.settings.sets));
  for (const auto& [a, b] : {std::pair(&here.x, &there.x),
                             {&here.f, &there.f},
                             {&here.mean, &there.mean},
                             {&here.bias2, &there.bias2},
                             {&here.variance, &there.variance},
                             {&here.error, &there.error},
                             {&here.share, &there.share}})
    CHECK(same_bits(*a, *b));
  CHECK(same_bits({here.average_bias2, here.average_variance, here.average_error}, {there.average_bias2, there.average_variance, there.average_error}));
}

} // namespace

TEST_CASE("fits that are dealt out are the engine's to the bit, whatever the workers and who is slow") {
  for (const Json& patch : {Json::object(), Json{{"x", "random"}, {"model", {{"degree", 9}}}}, kNetwork}) {
    const FitDocument d = fit_document(patch);
    for (const std::size_t count : {1U, 2U, 3U, 8U})
      for (const std::size_t slow : {0U, 1U, 99U}) {
        CAPTURE(count);
        CAPTURE(slow);
        Workers workers(count);
        workers.slow = slow;
        DealtFits fits(5, workers.post());
        until_complete(workers, fits, d);
        check_equal(fits, d);
        CHECK(workers.asked_sets == static_cast<std::size_t>(d.settings.sets));
        CHECK(fits.progress() == -1);
        for (const auto& host : workers.hosts) CHECK(!host->work(0.004)); // nothing is left to do
      }
  }
}

TEST_CASE("every worker has its share, the first curve comes at once, and what is known meanwhile is of the sets that are done") {
  const FitDocument d = fit_document(kNetwork);
  Workers workers(2, 0.002);
  DealtFits fits(5, workers.post());
  CHECK(!fits.any());
  CHECK(fits.progress() == -1);
  fits.want(d.complete, d.settings, 2);
  REQUIRE(workers.asked.size() == 2);
  CHECK(workers.asked[0].sets == std::vector<std::uint32_t>{0, 2, 4, 6});
  CHECK(workers.asked[1].sets == std::vector<std::uint32_t>{1, 3, 5});
  CHECK(fits.progress() == 0);
  CHECK(fits.sets() == 7);
  std::size_t last = 0, grew = 0;
  while (!fits.complete()) {
    workers.turn(fits);
    fits.want(d.complete, d.settings, 2);
    if (fits.done() == last) continue;
    ++grew;
    last = fits.done();
    const Decomposition &now = fits.decomposition(), alone = decompose(d.settings, Target(d.settings), fits.fits());
    CHECK(now.fits == last);
    CHECK(same_bits(now.mean, alone.mean));
    CHECK(same_bits(now.variance, alone.variance));
  }
  CHECK(grew > 2);
  CHECK(workers.asked.size() == 2);
}

TEST_CASE("another document is other fits, answers to the former are ignored; the old picture stays until the first of the new one") {
  const FitDocument before = fit_document(), after = fit_document({{"noise", 0.2}});
  Workers workers(2);
  DealtFits fits(5, workers.post());
  until_complete(workers, fits, before);
  const std::vector<SetFit> old = fits.fits();
  DealtFits other(5, workers.post());
  other.want(before.complete, before.settings, 2);
  for (const auto& host : workers.hosts) host->work(0.004);
  REQUIRE(!workers.mail.empty()); // of the question before
  other.want(after.complete, after.settings, 2);
  CHECK(workers.deliver(other) == 0);
  CHECK(!other.any());
  fits.want(after.complete, after.settings, 2);
  CHECK(fits.any());
  CHECK(!fits.current());
  CHECK(!fits.complete());
  CHECK(fits.fits() == old);
  workers.turn(fits);
  CHECK(fits.current());
  until_complete(workers, fits, after);
  check_equal(fits, after);
  // what does not decide the fits asks nothing
  const std::size_t asked = workers.asked.size();
  for (const Json& patch : {Json{{"place", 1.5}}, Json{{"goal", 0.1}}, Json{{"own", {{0, 1}, {1, 2}}}}, Json{{"part", "capacity"}}}) {
    Json all = patch;
    all["noise"] = 0.2;
    const FitDocument same = fit_document(all);
    fits.want(same.complete, same.settings, 2);
    CHECK(fits.complete());
  }
  CHECK(workers.asked.size() == asked);
}

TEST_CASE("more sets keep the fits that are known, fewer leave the first") {
  const FitDocument few = fit_document({{"sets", 5}}), many = fit_document({{"sets", 40}});
  Workers workers(3);
  DealtFits fits(5, workers.post());
  until_complete(workers, fits, few);
  until_complete(workers, fits, many);
  CHECK(workers.asked_sets == 40);
  check_equal(fits, many);
  fits.want(few.complete, few.settings, 3);
  CHECK(fits.complete());
  check_equal(fits, few);
  CHECK(workers.asked_sets == 40);
  fits.want(many.complete, many.settings, 3); // those beyond were kept
  CHECK(fits.complete());
  check_equal(fits, many);
  CHECK(workers.asked_sets == 40);
}

TEST_CASE("while nothing is wanted another number of sets keeps the fits that are known, and another document none") {
  const FitDocument few = fit_document({{"sets", 5}}), many = fit_document({{"sets", 9}}), other = fit_document({{"sets", 9}, {"noise", 0.2}});
  Workers workers(2);
  DealtFits fits(5, workers.post());
  fits.follow(few.complete); // nothing is there
  CHECK(!fits.any());
  until_complete(workers, fits, few);
  const std::vector<SetFit> known = fits.fits();
  const std::uint64_t version = fits.version();
  fits.follow(few.complete);
  CHECK(fits.version() == version);
  fits.follow(many.complete);
  CHECK(fits.version() > version);
  CHECK(fits.is_of(many.complete));
  CHECK(fits.fits() == known);
  CHECK(fits.sets() == 9);
  CHECK(!fits.complete());
  CHECK(fits.decomposition().fits == 5);
  CHECK(workers.asked_sets == 5); // nobody was asked for anything
  fits.follow(few.complete);
  CHECK(fits.complete());
  check_equal(fits, few);
  until_complete(workers, fits, many);
  check_equal(fits, many);
  CHECK(workers.asked_sets == 9);
  fits.follow(other.complete);
  CHECK(!fits.any());
}

TEST_CASE("a killed worker's sets are asked for again, the others' fits stay; cancelled is dropped, and goes on when it is wanted again") {
  const FitDocument d = fit_document(kNetwork);
  for (const std::size_t killed : {0U, 1U}) {
    Workers workers(2, 0.0002);
    DealtFits fits(5, workers.post());
    for (int i = 0; i < 20000 && fits.done() < 2; ++i) {
      fits.want(d.complete, d.settings, 2);
      workers.turn(fits);
    }
    REQUIRE(!fits.complete());
    const std::vector<SetFit> known = fits.fits();
    workers.restart(killed);
    fits.worker_lost();
    CHECK(fits.fits() == known);
    CHECK(fits.progress() == -1);
    until_complete(workers, fits, d);
    check_equal(fits, d);
    CHECK(workers.asked_sets == 7 + 7 - known.size());
  }
  Workers workers(2, 0.0002);
  DealtFits fits(5, workers.post());
  for (int i = 0; i < 20000 && !fits.any(); ++i) {
    fits.want(d.complete, d.settings, 2);
    workers.turn(fits);
  }
  fits.cancel();
  CHECK(workers.dropped == 2);
  const std::size_t done = fits.done();
  for (int i = 0; i < 50; ++i) workers.turn(fits);
  CHECK(fits.done() == done);
  CHECK(fits.progress() == -1);
  until_complete(workers, fits, d);
  check_equal(fits, d);
}

TEST_CASE("what can't be had is said, and not asked for again and again; so is what workers die of") {
  const FitDocument d = fit_document(kNetwork);
  Workers workers(2);
  DealtFits fits(5, workers.post());
  fits.want(d.complete, d.settings, 2);
  const std::uint32_t request = workers.asked.back().request;
  CHECK(!fits.take(1, FitProblem{5, request + 1, "memory", "", {}}));
  CHECK(!fits.take(0, FitProblem{5, request, "memory", "", {}})); // the other one's
  CHECK(!fits.take(1, FitProblem{6, request, "memory", "", {}}));
  CHECK(fits.take(1, FitProblem{5, request, "memory", "", {}}));
  REQUIRE(fits.problem());
  CHECK(fits.problem()->code == "memory");
  const std::size_t asked = workers.asked.size();
  fits.want(d.complete, d.settings, 2);
  CHECK(workers.asked.size() == asked);

  DealtFits dying(6, workers.post());
  int asks = 0;
  for (; asks < 50 && !dying.problem(); ++asks) {
    dying.want(d.complete, d.settings, 2);
    dying.worker_lost();
  }
  CHECK(asks > 3);
  CHECK(asks < 12);
  REQUIRE(dying.problem());
  const FitDocument other = fit_document();
  workers.mail.clear();
  until_complete(workers, dying, other); // another document is another matter
}

TEST_CASE("a course that workers die of is given up, and what another document's fits were does not stay beside a problem") {
  const FitDocument d = fit_document(kNetwork);
  Workers workers(1);
  FitCourse course(11, workers.post());
  int asked = 0;
  for (; asked < 50 && !course.problem(); ++asked) {
    course.start(d.complete, {0, 1}, 10, 0);
    workers.restart(0U);
    const bool goes_on = course.worker_lost();
    CHECK(goes_on == !course.problem());
  }
  CHECK(asked == 7);
  CHECK(course.is_of(d.complete));
  DealtFits fits(5, workers.post());
  const FitDocument before = fit_document();
  until_complete(workers, fits, before);
  fits.want(d.complete, d.settings, 1);
  CHECK(fits.any());
  CHECK(fits.take(0, FitProblem{5, workers.asked.back().request, "memory", "", {}}));
  CHECK(fits.problem());
  CHECK(!fits.any());
}

TEST_CASE("answers that make no sense are not taken") {
  const FitDocument d = fit_document();
  Workers workers(1);
  DealtFits fits(5, workers.post());
  fits.want(d.complete, d.settings, 1);
  const std::uint32_t request = workers.asked.back().request;
  SetFit fit{3, false, 0, 0, 0, std::vector<double>(31)};
  const auto with = [&](auto change) {
    FitPiece piece{5, request, {fit}};
    change(piece);
    return fits.take(0, piece);
  };
  CHECK(!with([](FitPiece& p) { p.fits[0].set = 24; }));
  CHECK(!with([](FitPiece& p) { p.fits[0].set = -1; }));
  CHECK(!with([](FitPiece& p) { p.fits[0].predictions.pop_back(); }));
  CHECK(!with([](FitPiece& p) { p.fits.clear(); }));
  CHECK(!with([](FitPiece& p) { ++p.request; }));
  CHECK(!fits.any());
  CHECK(with([](FitPiece&) {}));
  CHECK(fits.done() == 1);
  CHECK(with([](FitPiece&) {})); // twice is once
  CHECK(fits.done() == 1);
}

TEST_CASE("what the worker refuses: documents, sets, capacities, places that there are not") {
  const FitDocument d = fit_document();
  Json complete = d.complete;
  complete["downhill"] = 1, complete["lab"] = "fit";
  const std::string text = complete.dump();
  std::vector<ToApp> said;
  double clock_s = 0;
  TrainerHost host([&] { return clock_s += 0.001; }, [&](const ToApp& m) { said.push_back(m); });
  const auto refusal = [&](const ToTrainer& ask) {
    said.clear();
    host.receive(encode(ask));
    return said.empty() ? std::string() : std::get<FitProblem>(said.back()).code;
  };
  CHECK(refusal(AskFits{1, 1, "{", {0}}) == "json_syntax");
  CHECK(refusal(AskFits{1, 1, R"({"downhill": 1, "lab": "fit", "sets": 1})", {0}}) == "out_of_range");
  CHECK(refusal(AskFits{1, 1, std::string(kTextMost + 1, ' '), {0}}) == "json_too_large");
  CHECK(refusal(AskFits{1, 1, text, {}}) == "out_of_range");
  CHECK(refusal(AskFits{1, 1, text, {200}}) == "out_of_range");
  CHECK(refusal(AskFitCapacity{1, 1, text, 15, false}) == "out_of_range");
  CHECK(refusal(AskFitRun{1, 1, text, 0, {}}) == "out_of_range");
  CHECK(refusal(AskFitRun{1, 1, text, 1, {std::nan("")}}) == "out_of_range");
  CHECK(refusal(AskFitRun{1, 1, text, 1, std::vector<double>(kFitPlacesMost + 1)}) == "out_of_range");
  CHECK(!host.work(0.004)); // nothing of it is left
  CHECK(refusal(AskFits{1, 1, text, {0}}).empty());
  CHECK(refusal(DropFits{1}).empty());
  CHECK(!host.work(0.004));
}

TEST_CASE("capacities: the engine's sweep to the bit, the ends first; another capacity of the same document is the same sweep") {
  for (const bool with_sets : {false, true})
    for (const Json& patch : {Json{{"sets", 6}}, Json{{"sets", 2}, {"model", {{"name", "network"}, {"hidden", {{{"units", 4}}}}, {"epochs", 2}}}}}) {
      const FitDocument d = fit_document(patch);
      FitSweep sweep(d.settings, with_sets);
      while (sweep.advance()) {
      }
      for (const std::size_t count : {1U, 3U}) {
        Workers workers(count, 0.0002);
        DealtCapacities dealt(9, workers.post());
        dealt.want(d.complete, d.settings, with_sets, count);
        CHECK(dealt.progress() >= 0);
        CHECK(dealt.count() == sweep.results().size());
        std::vector<std::int64_t> order;
        while (!dealt.complete()) {
          workers.turn(dealt);
          for (const CapacityFit& fit : dealt.known())
            if (std::find(order.begin(), order.end(), fit.capacity) == order.end()) order.push_back(fit.capacity);
          dealt.want(d.complete, d.settings, with_sets, count);
        }
        if (count == 1 && !d.settings.model.network) CHECK(std::vector(order.begin(), order.begin() + 4) == std::vector<std::int64_t>{0, 14, 8, 4});
        CHECK(dealt.progress() == -1);
        CHECK(workers.asked_capacities == static_cast<int>(sweep.results().size()));
        REQUIRE(dealt.known().size() == sweep.results().size());
        for (std::size_t i = 0; i < sweep.results().size(); ++i) {
          const CapacityFit &a = dealt.known()[i], b = sweep.results()[i];
          CHECK(a.capacity == b.capacity);
          CHECK(same_bits({a.train_error, a.expected_error, a.mean_train_error, a.mean_expected_error, a.bias2, a.variance},
                          {b.train_error, b.expected_error, b.mean_train_error, b.mean_expected_error, b.bias2, b.variance}));
        }
        Json moved = patch;
        moved["model"]["degree"] = 9;
        if (d.settings.model.network) moved["model"]["hidden"][0]["units"] = 32;
        const FitDocument elsewhere = fit_document(moved);
        CHECK(dealt.is_of(elsewhere.complete, with_sets));
        CHECK(!dealt.is_of(elsewhere.complete, !with_sets));
        moved["points"] = 21;
        CHECK(!dealt.is_of(fit_document(moved).complete, with_sets));
      }
    }
}

TEST_CASE("a sweep survives a killed worker and goes on after it was cancelled") {
  const FitDocument d = fit_document({{"sets", 200}});
  Workers workers(2, 0.0005);
  DealtCapacities dealt(9, workers.post());
  for (int i = 0; i < 20000 && dealt.known().size() < 3; ++i) {
    dealt.want(d.complete, d.settings, true, 2);
    workers.turn(dealt);
  }
  REQUIRE(!dealt.complete());
  workers.restart(1U);
  dealt.worker_lost();
  CHECK(!dealt.waiting());
  CHECK(dealt.known().size() >= 3);
  dealt.want(d.complete, d.settings, true, 2);
  dealt.cancel();
  const auto known = dealt.known().size();
  for (int i = 0; i < 20; ++i) workers.turn(dealt);
  CHECK(dealt.known().size() == known);
  until_complete(workers, dealt, d, true);
  FitSweep sweep(d.settings, true);
  while (sweep.advance()) {
  }
  for (std::size_t i = 0; i < sweep.results().size(); ++i) CHECK(dealt.known()[i].bias2 == sweep.results()[i].bias2);
}

TEST_CASE("fits train beside a race's lanes: both get on") {
  const FitDocument d = fit_document(kNetwork);
  Workers workers(1);
  DealtFits fits(5, workers.post());
  const Json lane = {{"downhill", 1},
                     {"data", {{"source", "xor"}, {"train", 100}, {"test", 50}}},
                     {"network", {{"hidden", {{{"units", 8}}}}}},
                     {"epochs", 50},
                     {"lanes", {Json::object()}}};
  workers.hosts[0]->receive(encode(ToTrainer{StartLane{{0, 0, 1}, lane.dump(), false}}));
  workers.hosts[0]->receive(encode(ToTrainer{Grant{{0, 0, 1}, 1000000, false}}));
  until_complete(workers, fits, d);
  check_equal(fits, d);
}

TEST_CASE("the course of one fit: of a wide network the units that add most are sent, and of the others what they add together") {
  const FitDocument d = fit_document({{"model", {{"name", "network"}, {"hidden", {{{"units", 700}, {"activation", "tanh"}}}}, {"epochs", 3}}}});
  const std::vector<double> places{-6, -1, 0, 2.5, 5};
  const auto target = std::make_shared<const Target>(d.settings);
  FitRun run(d.settings, target, first_points(d.settings, *target), 3);
  while (run.advance()) {
  }
  const auto parts = run.contributions(places);
  REQUIRE(parts);
  const auto largest = parts->largest(kFitUnitsMost);
  REQUIRE(largest.size() == kFitUnitsMost);
  Workers workers(1, 0.002);
  FitCourse course(11, workers.post());
  course.start(d.complete, places, 3, 0);
  for (int i = 0; i < 20000 && !course.ended(); ++i) workers.turn(course);
  REQUIRE(course.ended());
  CHECK(course.unit_count() == 700);
  REQUIRE(course.units() == kFitUnitsMost);
  for (std::size_t i = 0; i < places.size(); ++i) {
    CHECK(course.unit(0)[i] == static_cast<float>(parts->units[largest[0]][i]));
    CHECK(course.unit(255)[i] == static_cast<float>(parts->units[largest[255]][i]));
    double all = 0;
    for (const auto& unit : parts->units) all += unit[i];
    CHECK(course.sum_of_units(i) == doctest::Approx(all).epsilon(1e-5)); // float32 on the way
    CHECK(course.sum_of_units(i) + course.bias() == doctest::Approx(course.predictions()[i]).epsilon(1e-4));
  }
  // what makes no sense is not taken
  FitCourse strict(12, workers.post());
  strict.start(d.complete, places, 3, 0);
  while (workers.mail.empty()) workers.hosts[0]->work(0.004);
  const FitRunPiece whole = std::get<FitRunPiece>(*decode<ToApp>(workers.mail.front().second));
  for (const auto& spoil :
       {+[](FitRunPiece& m) { m.others.clear(); }, +[](FitRunPiece& m) { m.units.pop_back(); }, +[](FitRunPiece& m) { m.unit_count = 2; }}) {
    FitRunPiece wrong = whole;
    spoil(wrong);
    CHECK(!strict.take(0, wrong));
  }
  CHECK(strict.take(0, whole));
}

TEST_CASE("the course of one fit: its stands and what its units add are the engine's; asked again after a worker was lost") {
  const FitDocument d = fit_document(kNetwork);
  const std::vector<double> places{-8, -5, -1, 0, 2.5, 5, 6};
  const auto target = std::make_shared<const Target>(d.settings);
  FitRun run(d.settings, target, first_points(d.settings, *target), 10);
  while (run.advance()) {
  }
  Workers workers(2, 0.002);
  FitCourse course(11, workers.post());
  CHECK(!course.is_of(d.complete));
  course.start(d.complete, places, 10, 1);
  CHECK(course.running());
  workers.turn(course);
  workers.restart(1U);
  CHECK(course.worker_lost());
  CHECK(course.stands().empty());
  CHECK(!course.worker_lost());
  course.start(d.complete, places, 10, 1);
  while (workers.mail.empty()) workers.hosts[1]->work(0.004);
  const auto first = decode<ToApp>(workers.mail.front().second);
  REQUIRE(first);
  FitRunPiece before = std::get<FitRunPiece>(*first); // a slow network predicts before it has been measured
  before.stands.clear();
  CHECK(course.take(1, before));
  CHECK(course.predictions().empty());
  CHECK(course.units() == 0);
  std::size_t pieces = 0;
  for (int i = 0; i < 20000 && !course.ended(); ++i) pieces += static_cast<std::size_t>(workers.turn(course));
  REQUIRE(course.ended());
  CHECK(pieces > 1);
  CHECK(!course.running());
  CHECK(course.is_of(d.complete));
  REQUIRE(course.stands().size() == run.stands().size());
  for (std::size_t i = 0; i < run.stands().size(); ++i) {
    CHECK(course.stands()[i].train_error == run.stands()[i].train_error);
    CHECK(course.stands()[i].expected_error == run.stands()[i].expected_error);
  }
  CHECK(same_bits(course.predictions(), run.predict(places)));
  REQUIRE(course.units() == 6);
  CHECK(course.unit_count() == 6);
  for (std::size_t i = 0; i < places.size(); ++i) {
    double sum = 0;
    for (std::size_t unit = 0; unit < course.units(); ++unit) sum += static_cast<double>(course.unit(unit)[i]);
    CHECK(sum == course.sum_of_units(i));
    CHECK(sum + course.bias() == doctest::Approx(course.predictions()[i]).epsilon(1e-5));
  }
  FitProblem late{11, 1, "memory", "", {}};
  CHECK(!course.take(1, late));
  course.forget();
  CHECK(!course.is_of(d.complete));
}
