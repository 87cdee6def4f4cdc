// The lab Neuron in the engine: units on zeros and ones, a unit that looks at images, a step that is softened.
#include "core/philox.hpp"
#include "export/neuron_script.hpp"
#include "neuron/neuron_csv.hpp"
#include "neuron/neuron_hash.hpp"
#include "pinned_hashes.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>

using namespace downhill;

namespace {

NeuronDocument document_of(const Json& more) {
  Json json = {{"downhill", 1}, {"lab", "neuron"}};
  merge_patch(json, more);
  auto document = neuron_document_from_json(json);
  if (!document) MESSAGE(document.error().sentence(Language::en));
  REQUIRE(document.ok());
  return *document;
}
UserError error_of(const Json& more) {
  Json json = {{"downhill", 1}, {"lab", "neuron"}};
  merge_patch(json, more);
  const auto document = neuron_document_from_json(json);
  REQUIRE_FALSE(document.ok());
  return document.error();
}
LogicSettings logic(const Json& fields) { return document_of({{"logic", fields}}).logic; }

// Two classes of 28×28: a bright column in one place or another, among noise.
std::shared_ptr<const Source> columns() {
  auto source = std::make_shared<Source>();
  source->classes = 10;
  PhiloxStream stream({5, 6});
  for (Examples* part : {&source->train, &source->test}) {
    part->features = kNeuronPixels;
    for (int i = 0; i < 300; ++i) {
      const int label = i % 10;
      part->labels.push_back(static_cast<std::uint8_t>(label));
      for (int p = 0; p < static_cast<int>(kNeuronPixels); ++p)
        part->pixels.push_back(static_cast<std::uint8_t>((p % 28 == 2 * label + 3 ? 100 : 0) + static_cast<int>(stream.next_word() % 120)));
    }
  }
  return source;
}

} // namespace

TEST_CASE("neuron: the functions that one unit computes, counted") {
  CHECK(possible_count(1, false) == 4);
  CHECK(possible_count(2, false) == 14);
  CHECK(possible_count(3, false) == 104);
  CHECK(possible_count(4, false) == 1882);
  // as in 1943, a wire an input; of two inputs: always, OR, AND, never, ¬x₁, ¬x₂, x₁∧¬x₂, ¬x₁∧x₂, NOR
  CHECK(possible_count(1, true) == 4);
  CHECK(possible_count(2, true) == 9);
  CHECK(possible_count(1, true) == 4); // kept, and not mixed up
}

TEST_CASE("neuron: a unit that is given computes its function, and where there is none two pairs of rows contradict each other") {
  for (int inputs = 1; inputs <= 4; ++inputs)
    for (TruthTable table = 0; table < 1U << row_count(inputs); ++table) {
      const auto unit = unit_for(table, inputs);
      const auto against = contradiction_of(table, inputs);
      if (unit.has_value() == against.has_value()) FAIL("inputs ", inputs, ", function ", table);
      for (int row = 0; unit && row < row_count(inputs); ++row)
        if (reaches(sum_of(*unit, row, inputs), unit->threshold) != ((table >> row & 1U) != 0)) FAIL("inputs ", inputs, ", function ", table);
      if (!against) continue;
      int sums[2][4] = {};
      for (int k = 0; k < 2; ++k)
        for (int i = 0; i < inputs; ++i) {
          sums[0][i] += input_in(against->fire[static_cast<std::size_t>(k)], inputs, i);
          sums[1][i] += input_in(against->silent[static_cast<std::size_t>(k)], inputs, i);
        }
      for (int i = 0; i < inputs; ++i)
        if (sums[0][i] != sums[1][i]) FAIL("inputs ", inputs, ", function ", table);
      for (const int row : against->fire)
        if ((table >> row & 1U) == 0) FAIL("inputs ", inputs, ", function ", table);
      for (const int row : against->silent)
        if ((table >> row & 1U) != 0) FAIL("inputs ", inputs, ", function ", table);
    }
  const auto of_xor = contradiction_of(0b0110, 2);
  REQUIRE(of_xor);
  CHECK(of_xor->fire == std::array{1, 2});
  CHECK(of_xor->silent == std::array{0, 3});
}

TEST_CASE("neuron: the tasks of the book, by weights and as in 1943") {
  CHECK(wrong_rows(logic({{"task", "and"}, {"threshold", 2}})) == 0);
  CHECK(wrong_rows(logic({{"task", "or"}, {"threshold", 1}})) == 0);
  CHECK(wrong_rows(logic({{"task", "and"}, {"threshold", 1}})) == 2);
  CHECK(wrong_rows(logic({{"task", "and"}, {"inputs", 4}, {"threshold", 4}})) == 0);
  CHECK(wrong_rows(logic({{"task", "nand"}, {"w1", -1}, {"w2", -1}, {"threshold", -1}})) == 0);
  CHECK(wrong_rows(logic({{"task", "not"}, {"inputs", 1}, {"w1", -1}, {"threshold", 0}})) == 0);
  CHECK(wrong_rows(logic({{"task", "and_not"}, {"w2", -1}, {"threshold", 1}})) == 0);
  CHECK(wrong_rows(logic({{"task", "majority"}, {"inputs", 3}, {"threshold", 2}})) == 0);
  CHECK(wrong_rows(logic({{"task", "not"}, {"inputs", 1}, {"kind", "veto"}, {"x1", "inhibits"}, {"threshold", 0}})) == 0);
  CHECK(wrong_rows(logic({{"task", "and_not"}, {"kind", "veto"}, {"x2", "inhibits"}, {"threshold", 1}})) == 0);
  CHECK(logic_row(logic({{"kind", "veto"}, {"x2", "inhibits"}, {"threshold", 0}}), 3).vetoed);
  CHECK(wrong_rows(logic({{"task", "own"}, {"table", 0b1010}, {"w1", 0}, {"w2", 1}, {"threshold", 1}})) == 0);
  // 0.7 + 0.1 is less than 0.8 in float64
  CHECK(logic_row(logic({{"w1", 0.7}, {"w2", 0.1}, {"threshold", 0.8}}), 3).fires);
  CHECK_FALSE(logic_row(logic({{"w1", 0.7}, {"w2", 0.1}, {"threshold", 0.8001}}), 3).fires);
}

TEST_CASE("neuron: XOR by two layers, and by no unit of a fine grid") {
  const Json hidden = {{"task", "xor"}, {"layers", 2}, {"out", {{"w1", 1}, {"w2", -1}, {"threshold", 1}}}};
  CHECK(wrong_rows(logic(hidden)) == 0); // OR and not AND
  CHECK(truth_table_csv(logic(hidden)) == "x1,x2,h1,h2,sum,fires,wanted\n0,0,0,0,0,0,0\n0,1,1,0,1,1,1\n1,0,1,0,1,1,1\n1,1,1,1,0,0,0\n");
  LogicSettings s = logic({{"task", "xor"}});
  int least = 4;
  for (int a = -8; a <= 8; ++a)
    for (int b = -8; b <= 8; ++b)
      for (int t = -16; t <= 16; ++t) {
        s.unit = {{a / 2.0, b / 2.0}, t / 2.0};
        least = std::min(least, wrong_rows(s));
      }
  CHECK(least == 1);
}

TEST_CASE("neuron: documents, and what is refused with its place") {
  const NeuronDocument standard = document_of(Json::object());
  CHECK(standard.part == NeuronPart::logic);
  CHECK(standard.logic.inputs == 2);
  const auto again = neuron_document_from_json(standard.json());
  REQUIRE(again.ok());
  CHECK(again->complete == standard.complete);
  CHECK(error_of({{"part", "picture"}}).place == "/part");
  CHECK(error_of({{"logic", {{"inputs", 5}}}}).place == "/logic/inputs");
  CHECK(error_of({{"logic", {{"inputs", 3}, {"layers", 2}}}}).place == "/logic/inputs");
  CHECK(error_of({{"logic", {{"inputs", 1}, {"task", "xor"}}}}).place == "/logic/inputs");
  CHECK(error_of({{"image", {{"quiet", 1}}}}).code == "duplicate_class");
  CHECK(error_of({{"image", {{"weights", "AAAA"}}}}).code == "not_a_painting");
  CHECK(error_of({{"image", {{"weights", 3}}}}).code == "wrong_type");
  CHECK(error_of({{"soft", {{"steepness", 0}}}}).place == "/soft/steepness");
  CHECK(error_of({{"soft", {{"colour", 0}}}}).code == "unknown_key");
}

TEST_CASE("neuron: a painting is a text and comes back") {
  Painting painting{};
  CHECK(text_of(painting).empty());
  CHECK(painting_from("") == painting);
  PhiloxStream stream({1, 2});
  for (std::int8_t& w : painting) w = static_cast<std::int8_t>(static_cast<int>(stream.next_word() % 255) - 127);
  const std::string text = text_of(painting);
  CHECK(text.size() == 1048);
  REQUIRE(painting_from(text));
  CHECK(*painting_from(text) == painting);
  CHECK_FALSE(painting_from(text.substr(4)));
  CHECK_FALSE(painting_from("!" + text.substr(1)));
  CHECK_FALSE(painting_from("gIA=" + text.substr(4))); // −128
  CHECK_FALSE(painting_from(text.substr(0, 1046) + "AA"));
  CHECK_FALSE(painting_from(std::string(1046, 'A') + "==")); // blank is the empty text
}

TEST_CASE("neuron: painted sums, worst mistakes and the best threshold, beside their definitions") {
  const auto source = columns();
  ImageSettings s;
  s.quiet = 2, s.fires = 6, s.train = 60, s.test = 60;
  const auto images = two_classes(source, s);
  REQUIRE(images.ok());
  PhiloxStream stream({9, 9});
  for (std::int8_t& w : s.painting) w = static_cast<std::int8_t>(static_cast<int>(stream.next_word() % 21) - 10);
  for (const bool train : {true, false}) {
    const Part& part = images->part(train);
    const auto sums = painted_sums(*images, train, s.painting);
    REQUIRE(sums.size() == 60);
    std::vector<double> z(sums.size());
    for (std::size_t i = 0; i < z.size(); ++i) {
      CHECK(part.labels[i] == i % 2);
      CHECK((train ? source->train : source->test).labels[part.rows[i]] == (part.labels[i] == 1 ? 6 : 2));
      for (std::size_t p = 0; p < kNeuronPixels; ++p) z[i] += s.painting[p] / 100.0 * (images->image(train, i)[p] / 255.0);
      CHECK(painted_z(sums[i]) == doctest::Approx(z[i]).epsilon(1e-12));
    }
    const double threshold = painted_z(sums[7]); // one that is just reached
    const PaintedScore score = painted_score(part, sums, threshold, 1000);
    std::int64_t right = 0;
    for (std::size_t i = 0; i < z.size(); ++i) right += (i == 7 || z[i] > threshold) == (i % 2 == 1);
    CHECK(score.right == right);
    CHECK(score.worst.size() == 60 - static_cast<std::size_t>(right));
    for (std::size_t k = 1; k < score.worst.size(); ++k)
      CHECK(std::fabs(z[score.worst[k - 1]] - threshold) >= std::fabs(z[score.worst[k]] - threshold) - 1e-12);
    CHECK(painted_score(part, sums, threshold, 3).worst.size() == 3);
    std::int64_t most = 0;
    for (const std::int32_t sum : sums) most = std::max(most, painted_score(part, sums, painted_z(sum), 0).right);
    most = std::max(most, painted_score(part, sums, 1000, 0).right);
    CHECK(painted_score(part, sums, best_threshold(part, sums), 0).right == most);
  }
  // blank weights: all sums equal
  const auto blank = painted_sums(*images, true, Painting{});
  CHECK(best_threshold(images->part(true), blank) == 0);
  CHECK(painted_score(images->part(true), blank, 0, 0).right == 30);
  // means
  const Painting fires = mean_of_class(*images, 1), difference = mean_difference(*images);
  CHECK(fires[15] > 50);
  CHECK(difference[15] > 30);
  CHECK(difference[7] < -30);
  const auto sums = painted_sums(*images, false, difference);
  CHECK(painted_score(images->part(false), sums, best_threshold(images->part(true), painted_sums(*images, true, difference)), 0).right == 60);
  s.fires = 11;
  CHECK(two_classes(source, s).error().place == "/image/fires");
  s.fires = 6, s.train = 100;
  CHECK(two_classes(source, s).error().place == "/image/train");
  CHECK(two_classes(nullptr, s).error().code == "needs_images");
}

TEST_CASE("neuron: learning follows the gradient of the cross-entropy") {
  ImageSettings s;
  s.quiet = 2, s.fires = 6, s.train = 60, s.test = 30, s.steps = 3, s.rate = 0.02, s.from_painting = true, s.threshold = 0.5;
  s.painting[15] = 40, s.painting[100] = -7;
  const auto images = two_classes(columns(), s);
  REQUIRE(images.ok());
  ImageLearning learning(*images, s);
  while (learning.advance()) {
  }
  // the same, all at once and with the loss's differences in place of its gradient
  std::vector<double> w(kNeuronPixels + 1);
  w[15] = 0.4, w[100] = -0.07, w.back() = -0.5;
  const auto loss_of = [&](const std::vector<double>& weights) {
    double loss = 0;
    for (std::size_t i = 0; i < 60; ++i) {
      double z = weights.back();
      for (std::size_t p = 0; p < kNeuronPixels; ++p) z += weights[p] * (images->image(true, i)[p] / 255.0);
      loss += std::log1p(std::exp(i % 2 == 1 ? -z : z)) / 60;
    }
    return loss;
  };
  CHECK(learning.stands().size() == 4);
  CHECK(learning.stands()[0].loss == doctest::Approx(loss_of(w)).epsilon(1e-12));
  ImageSettings one = s;
  one.steps = 1;
  ImageLearning first(*images, one);
  while (first.advance()) {
  }
  for (const std::size_t p : {std::size_t{15}, std::size_t{100}, std::size_t{300}, kNeuronPixels}) {
    std::vector<double> up = w, down = w;
    up[p] += 1e-5, down[p] -= 1e-5;
    const double slope = (loss_of(up) - loss_of(down)) / 2e-5, now = p == kNeuronPixels ? first.bias() : first.weights()[p];
    CHECK((w[p] - now) / 0.02 == doctest::Approx(slope).epsilon(1e-6));
  }
  for (std::size_t k = 1; k < 4; ++k) CHECK(learning.stands()[k].loss < learning.stands()[k - 1].loss);
  CHECK(learning.stands()[3].right[0] > learning.stands()[0].right[0]);
}

TEST_CASE("neuron: a step does not move, a soft one arrives where the step is right") {
  SoftSettings s = document_of(Json::object()).soft;
  CHECK(soft_right(s, 0.4) == 2);
  CHECK(soft_right(s, 0.8) == 4);
  for (const double w : {-1.0, 0.3, 0.9}) {
    const double h = 1e-6;
    CHECK(soft_at(s, w).slope == doctest::Approx((soft_at(s, w + h).loss - soft_at(s, w - h).loss) / (2 * h)).epsilon(1e-6));
  }
  const auto soft = soft_path(s);
  CHECK(soft.size() == static_cast<std::size_t>(s.steps) + 1);
  CHECK(soft_right(s, soft.back().weight) == 4);
  s.hard = true;
  const auto hard = soft_path(s);
  for (const SoftStand& stand : hard) {
    CHECK(stand.weight == s.weight);
    CHECK(stand.slope == 0);
    CHECK(stand.loss == 0.5);
  }
  s.hard = false, s.steepness = 1000;
  CHECK(soft_path(s).back().weight == s.weight); // σ is flat here, to the last bit
}

TEST_CASE("neuron: pinned: what is computed without data is equal in every build") {
  for (const char* part : {"logic", "soft"}) {
    const std::uint64_t hash = neuron_hash(document_of({{"part", part}}));
    CHECK_MESSAGE(hex16(hash) == fixtures::pinned_hash(std::string("neuron ") + part, hash), part);
  }
}

TEST_CASE("neuron: every part has a script") {
  for (const char* part : {"logic", "image", "soft"})
    for (const Language language : {Language::zh, Language::en})
      CHECK(neuron_script(document_of({{"part", part}}), {"t", language}).find("torch") != std::string::npos);
}
