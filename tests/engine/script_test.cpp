#include "core/printable.hpp"
#include "experiment/experiment.hpp"
#include "export/script.hpp"

#include <doctest/doctest.h>

using namespace downhill;

namespace {
Result<Experiment> with(const Json& patch) {
  Json json = {{"downhill", 1}, {"data", {{"source", "moons"}, {"train", 20}, {"test", 4}}}, {"batch", 8}, {"lanes", {Json::object()}}};
  json.merge_patch(patch);
  return experiment_from_json(json);
}
} // namespace

TEST_CASE("a script's heading stays within its docstring, whatever the title") {
  const LaneSettings settings = with(Json::object())->lanes[0].settings;
  const auto body = [&](const std::string& title) {
    const std::string script = torch_script(settings, {title, Language::en});
    CHECK(script.starts_with("\"\"\""));
    return script.substr(script.find("\n")); // all after the first line
  };
  const std::string plain = body("title");
  for (const std::string& title : {std::string("a\0b", 3), std::string("\"\"\"\nimport os\n"), std::string("\\"), std::string("\r\n"), std::string("\xff\xfe"),
                                   std::string("\xe2\x80\xa8")})
    CHECK(body(title) == plain);
}

TEST_CASE("a warm-up's script sets the rate of each step, and divides by no rate") {
  for (const char* schedule : {"constant", "step", "exponential", "cosine"}) {
    const auto experiment = with({{"optimizer", {{"name", "sgd"}, {"lr", 0}}}, {"schedule", {{"name", schedule}, {"warmup", 3}}}});
    REQUIRE(experiment.ok());
    const std::string script = torch_script(experiment->lanes[0].settings, {"", Language::en});
    CHECK(script.find("/ LR") == std::string::npos);
    CHECK(script.find("optimizer.param_groups[0]['lr'] = rate(step)") != std::string::npos);
  }
}

TEST_CASE("foreign text is made printable: one line, no commands to a terminal, whole characters") {
  CHECK(printable("a b, 下山 é 🏔") == "a b, 下山 é 🏔");
  CHECK(printable({"\0\x1b\x7f\t\n", 5}) == "     ");
  CHECK(printable("\xc2\x9b") == " ");                  // CSI in one character
  CHECK(printable("\xe2\x80\xae\xe2\x81\xa6") == "  "); // marks that turn the direction of writing
  CHECK(printable("\xff") == "\xef\xbf\xbd");
  CHECK(printable("\xc0\x80\xed\xa0\x80\xe7\x95") == printable("\xff\xff\xff\xff\xff\xff\xff")); // overlong, surrogate, cut
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdefg", 6) == "abc...");
  CHECK(shortened("ab界d...", 7) == "ab...");
}

TEST_CASE("equal names of lanes are told apart by their numbers") {
  using Names = std::vector<std::string>;
  CHECK(told_apart({"a", "b"}) == Names{"a", "b"});
  CHECK(told_apart({"a", "b", "a"}) == Names{"a (1)", "b", "a (3)"});
  CHECK(told_apart({"a", "a", "a (2)"}) == Names{"a (1)", "a (2) (2)", "a (2) (3)"});
}
