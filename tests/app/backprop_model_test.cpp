// The lab Backprop's model: how far the pass stands, what is seen, answers, planted mistakes, edits of the network.
#include "app/core/backprop_model.hpp"

#include "core/philox.hpp"
#include "random_backprop.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace downhill;

namespace {

struct Lab {
  LabDocument document{kBackpropFormat, Json{{"downhill", 1}, {"lab", "backprop"}}};
  BackpropModel model{document};

  void open(const Json& json) {
    REQUIRE(!document.open(json));
    model.follow();
  }
  Quantity at(const char* name) const {
    const auto q = quantity_named(name, model.settings());
    REQUIRE(q);
    return *q;
  }
  void update_all() {
    while (model.tick(0, [] { return 0.0; }, 1)) {
    }
  }
};

} // namespace

TEST_CASE("backprop lab: the known example, to its digits, step by step") {
  Lab lab;
  CHECK(lab.model.transport() == Transport::ready);
  CHECK(!lab.model.focus());
  CHECK(lab.model.sight(lab.at("z/1/1/1")) == Sight::ahead);
  lab.model.step(1);
  CHECK(lab.model.focus() == lab.at("a/1/1/1"));
  CHECK(lab.model.sight(lab.at("z/1/1/1")) == Sight::seen);
  CHECK(lab.model.sight(lab.at("z/1/1/2")) == Sight::ahead);
  lab.model.seek_to(lab.at("delta/1/1/1"));
  CHECK(lab.model.focus() == lab.at("delta/1/1/1"));
  CHECK(written(lab.model.truth().of(lab.at("delta/1/1/1"))) == "0.00877135469");
  // both paths are told, with their signs
  const BackpropWorking& sum = lab.model.working(lab.at("d_a/1/1/1"));
  REQUIRE(sum.parts.size() == 2);
  CHECK(sum.parts[0].result == "0.0553994247");
  CHECK(sum.parts[1].value < 0);
  lab.model.seek(lab.model.steps().size());
  CHECK(lab.model.transport() == Transport::finished);
  CHECK(written(lab.model.truth().of(lab.at("new_weight/2/1/1"))) == "0.35891648");
  lab.update_all();
  REQUIRE(lab.model.losses().size() == 2);
  CHECK(written(lab.model.losses()[0]) == "0.298371109");
  CHECK(written(lab.model.losses()[1]) == "0.280471447");
}

TEST_CASE("backprop lab: ten thousand updates in slices, biases held") {
  Lab lab;
  lab.open({{"downhill", 1}, {"lab", "backprop"}, {"steps", 10000}, {"train_bias", false}});
  int slices = 0;
  double now = 0;
  while (lab.model.tick(0, [&] { return now += 1; }, 0.5)) ++slices;
  CHECK(slices > 100);
  REQUIRE(lab.model.losses().size() == 10001);
  CHECK(lab.model.losses().back() == doctest::Approx(0.0000351).epsilon(0.002));
  CHECK(written(lab.model.losses()[1]) == "0.291027774");
}

TEST_CASE("backprop lab: stops of every grain lead through all steps, forward and back") {
  Lab lab;
  for (std::uint64_t i = 0; i < 60; ++i) {
    lab.open(random_backprop(i));
    for (const Grain grain : {Grain::operation, Grain::unit, Grain::layer}) {
      lab.model.set_grain(grain);
      lab.model.reset();
      std::size_t seen = 0, stops = 0;
      while (lab.model.transport() != Transport::finished) {
        lab.model.step(1);
        seen += lab.model.lit().size();
        CHECK(lab.model.is_lit(lab.model.steps()[lab.model.done() - 1]));
        ++stops;
        REQUIRE(stops <= lab.model.steps().size());
      }
      CHECK(seen == lab.model.steps().size());
      CHECK(stops + 1 == lab.model.stop_count());
      lab.model.step(-static_cast<std::int64_t>(stops));
      CHECK(lab.model.done() == 0);
    }
    // a finer grain stays where it was; a coarser one works out whole what was begun
    lab.model.set_grain(Grain::operation);
    lab.model.seek(lab.model.steps().size() / 2);
    const std::size_t done = lab.model.done();
    lab.model.set_grain(Grain::layer);
    CHECK(lab.model.done() >= done);
    lab.model.set_grain(Grain::operation);
    CHECK(lab.model.done() >= done);
  }
}

TEST_CASE("backprop lab: what is asked for is seen when it was answered rightly, and kept in the document") {
  Lab lab;
  REQUIRE(!lab.model.hide("deltas"));
  CHECK(lab.model.asked_count() == 4);
  const Quantity h2 = lab.at("delta/1/1/2");
  lab.model.seek(lab.model.steps().size());
  CHECK(lab.model.sight(h2) == Sight::asked);
  CHECK(numbers_csv(lab.model).find("0.00995425") == std::string::npos);
  // nor does what is worked out from it
  CHECK(lab.model.sight(lab.at("d_bias/1/2")) == Sight::ahead);
  CHECK(lab.model.blocked_by(lab.at("d_bias/1/2")).has_value());
  CHECK(lab.model.sight(lab.at("d_weight/1/2/1")) == Sight::ahead); // by way of δ·x, which is no step of its own
  CHECK(lab.model.sight(lab.at("a/1/1/2")) == Sight::seen);
  REQUIRE(!lab.model.answer(h2, "0.01"));
  CHECK(lab.model.reply()->kind == Reply::Kind::wrong);
  CHECK(lab.model.answer(h2, "a lot").has_value());
  CHECK(lab.model.reply()->kind == Reply::Kind::unreadable);
  // a known mistake: carried back by the new weights
  const double wrong = lab.model.with_new_weights().examples[0].layers[0].delta[1];
  REQUIRE(!lab.model.answer(h2, written(wrong, 5)));
  CHECK(lab.model.reply()->kind == Reply::Kind::known_mistake);
  CHECK(lab.model.reply()->mistake == "new_weights");
  CHECK(lab.model.sight(h2) == Sight::asked);
  REQUIRE(!lab.model.answer(h2, "(0.138498562*0.45 - 0.0380982365*0.55)*0.2406134172"));
  CHECK(lab.model.reply()->kind == Reply::Kind::right);
  CHECK(lab.model.sight(h2) == Sight::seen);
  CHECK(lab.model.sight(lab.at("d_bias/1/2")) == Sight::seen);
  CHECK(lab.model.solved_count() == 1);
  // with the document, through text and undo
  Lab other;
  other.open(lab.document.json());
  CHECK(other.model.asked_count() == 4);
  CHECK(other.model.solved_count() == 1);
  lab.document.undo(), lab.model.follow();
  CHECK(lab.model.solved_count() == 0);
  REQUIRE(!lab.model.hide_one(h2, false));
  CHECK(lab.model.asked_count() == 3);
  CHECK(lab.model.sight(h2) == Sight::ahead); // the output's δ come first
  REQUIRE(!lab.model.hide("none"));
  CHECK(lab.model.sight(h2) == Sight::seen);
}

TEST_CASE("backprop lab: every planted mistake is at one number, is found there and nowhere else") {
  Lab lab;
  std::size_t kinds = 0;
  std::vector<std::string_view> met;
  for (int i = 0; i < 40; ++i) {
    REQUIRE(!lab.model.plant(true));
    REQUIRE(lab.model.planted());
    const Mistake mistake = *lab.model.planted();
    if (lab.model.found()) continue; // this one was met before
    if (std::find(met.begin(), met.end(), mistake.id) == met.end()) met.push_back(mistake.id), ++kinds;
    // all before it is right, it is not
    for (const Quantity& q : lab.model.steps()) {
      if (q == mistake.at) break;
      CHECK(lab.model.shown().of(q) == lab.model.truth().of(q));
    }
    CHECK(!is_right(lab.model.shown().of(mistake.at), lab.model.truth().of(mistake.at)));
    const Quantity innocent = lab.model.steps()[0] == mistake.at ? lab.model.steps()[1] : lab.model.steps()[0];
    REQUIRE(!lab.model.accuse(innocent));
    CHECK(lab.model.reply()->kind == Reply::Kind::innocent);
    CHECK(!lab.model.found());
    const std::size_t before = lab.model.found_count();
    REQUIRE(!lab.model.accuse(mistake.at));
    CHECK(lab.model.reply()->kind == Reply::Kind::found);
    CHECK(lab.model.found());
    CHECK(lab.model.found_count() == before + 1);
  }
  CHECK(kinds >= 5);
  REQUIRE(!lab.model.plant(false));
  CHECK(!lab.model.planted());
}

TEST_CASE("backprop lab: edits keep a document that can be read, and the pass where it stood") {
  Lab lab;
  PhiloxStream draw({11, 3});
  const auto upto = [&](std::size_t most) { return static_cast<std::size_t>(draw.next_uniform() * static_cast<double>(most)); };
  REQUIRE(!lab.model.hide("all"));
  for (int i = 0; i < 400; ++i) {
    const auto& layers = lab.model.settings().layers;
    std::optional<UserError> error;
    switch (upto(9)) {
    case 0: error = lab.model.set_layers(1 + upto(5)); break;
    case 1: error = lab.model.set_units(upto(layers.size()), 1 + upto(7)); break;
    case 2: error = lab.model.set_inputs(1 + upto(7)); break;
    case 3: error = lab.model.set_examples(1 + upto(9)); break;
    case 4: error = lab.model.set_activation(upto(layers.size()), "relu"); break;
    case 5: error = lab.model.set_loss(layers.back().units() > 1 ? "cross_entropy" : "bce"); break;
    case 6: error = lab.model.set_loss("mse"); break;
    case 7: error = lab.model.draw_weights(); break;
    default: lab.model.seek(upto(lab.model.steps().size() + 1)); break;
    }
    const std::string said = error ? error->sentence(Language::en) : std::string();
    CHECK(said == "");
    CHECK(lab.model.done() <= lab.model.steps().size());
    for (const Quantity& q : lab.model.hidden()) CHECK(lab.model.place_of(q));
    CHECK(document_from_json(kBackpropFormat, lab.document.json()));
  }
  CHECK(lab.model.set_activation(0, "wings").has_value());
  CHECK(lab.model.set_loss("wings").has_value());
}

TEST_CASE("backprop lab: a given number that is dragged is one step of undo") {
  Lab lab;
  const Quantity w5 = lab.at("weight/2/1/1");
  const Json before = lab.document.json();
  for (const double to : {0.41, 0.42, 0.43}) REQUIRE(!lab.model.set_given(w5, to, true));
  lab.document.let_go();
  CHECK(lab.model.settings().layers[1].weight[0] == 0.43);
  lab.document.undo(), lab.model.follow();
  CHECK(lab.document.json() == before);
  CHECK(lab.model.set_given(w5, 2e6).has_value());
  // two targets of a cross-entropy come to 1
  REQUIRE(!lab.model.set_loss("cross_entropy"));
  REQUIRE(!lab.model.set_given(lab.at("target/1/1"), 0.25));
  CHECK(lab.model.settings().examples[0].target[1] == 0.75);
}

TEST_CASE("backprop lab: differences come near their gradients, and no h is right for all") {
  Lab lab;
  for (const char* name : {"d_weight/1/1/1", "d_bias/2/2", "delta/1/1/2", "d_input/1/1"}) {
    CAPTURE(name);
    const auto& points = lab.model.differences(lab.at(name));
    REQUIRE(points.size() > 30);
    double least = 1;
    for (const DifferencePoint& point : points) least = std::min(least, point.error);
    CHECK(least < 1e-9);
    CHECK(points.back().error > 10 * least);  // h too large
    CHECK(points.front().error > 10 * least); // h too small
  }
}

TEST_CASE("backprop lab: an update that changes nothing has an answer, a small one wants more digits") {
  Lab lab;
  REQUIRE(!lab.model.set_given(lab.at("input/1/1"), 0)); // w₁ has no gradient then
  REQUIRE(!lab.model.hide("updates"));
  const Quantity w1 = lab.at("new_weight/1/1/1"), w2 = lab.at("new_weight/1/1/2");
  REQUIRE(lab.model.truth().of(w1) == 0.15);
  REQUIRE(!lab.model.answer(w1, "0.15"));
  CHECK(lab.model.is_solved(w1));
  REQUIRE(!lab.model.answer(w2, "0.2"));
  CHECK(lab.model.reply()->kind == Reply::Kind::more_digits);
  REQUIRE(!lab.model.answer(w2, written(lab.model.truth().of(w2), 6)));
  CHECK(lab.model.is_solved(w2));
}

TEST_CASE("backprop lab: what was answered and planted goes with the numbers it was of") {
  Lab lab;
  REQUIRE(!lab.model.hide("deltas"));
  const Quantity o1 = lab.at("delta/1/2/1");
  REQUIRE(!lab.model.answer(o1, "0.138"));
  REQUIRE(lab.model.is_solved(o1));
  REQUIRE(!lab.model.set_given(lab.at("weight/2/1/1"), 0.7));
  CHECK(!lab.model.is_solved(o1));
  CHECK(lab.model.is_hidden(o1));
  CHECK(!lab.model.reply());
  REQUIRE(!lab.model.plant(true));
  CHECK(lab.model.asked_count() == 0);
  REQUIRE(!lab.model.set_units(0, 3));
  CHECK(!lab.model.planted());
  REQUIRE(!lab.model.plant(true));
  REQUIRE(!lab.model.hide("forward"));
  CHECK(!lab.model.planted());
}

TEST_CASE("backprop lab: a hint or a working tells no number that is asked for") {
  Lab lab;
  REQUIRE(!lab.model.hide("forward"));
  CHECK(lab.model.secret_in(lab.at("a/1/1/1")) == lab.at("z/1/1/1"));
  CHECK(!lab.model.secret_in(lab.at("z/1/1/1")));
  REQUIRE(!lab.model.answer(lab.at("z/1/1/1"), "0.3775"));
  CHECK(!lab.model.secret_in(lab.at("a/1/1/1")));
  lab.model.seek(lab.model.steps().size());
  const std::string csv = numbers_csv(lab.model);
  CHECK(csv.find("0.3775") != std::string::npos);
  CHECK(csv.find("0.5932") == std::string::npos);
  CHECK(csv.find("0.13849") == std::string::npos); // it hangs on all of them
}

TEST_CASE("backprop lab: three targets of a cross-entropy come to 1 whichever is changed") {
  Lab lab;
  REQUIRE(!lab.model.set_units(1, 3));
  REQUIRE(!lab.model.set_loss("cross_entropy"));
  REQUIRE(!lab.model.set_given(lab.at("target/1/2"), 0.25));
  REQUIRE(!lab.model.set_given(lab.at("target/1/1"), 0.5));
  const auto& target = lab.model.settings().examples[0].target;
  CHECK(target[0] == 0.5);
  CHECK(target[0] + target[1] + target[2] == doctest::Approx(1));
  CHECK(target[1] > 0);
  CHECK(lab.model.set_given(lab.at("target/1/1"), 1.5).has_value());
  CHECK(lab.model.range_of(lab.at("target/1/1")) == std::pair(0.0, 1.0));
}

TEST_CASE("backprop lab: a drag that passes its start is one step of undo all the same") {
  Lab lab;
  const Quantity w1 = lab.at("weight/1/1/1");
  const Json before = lab.document.json();
  for (const double to : {0.16, 0.15, 0.17, 0.18}) REQUIRE(!lab.model.set_given(w1, to, true));
  lab.document.let_go();
  CHECK(lab.document.changes().can_undo());
  lab.document.undo(), lab.model.follow();
  CHECK(lab.document.json() == before);
  CHECK(!lab.document.changes().can_undo());
  for (const double to : {0.16, 0.15}) REQUIRE(!lab.model.set_given(w1, to, true));
  lab.document.let_go();
  CHECK(!lab.document.changes().can_undo());
}
