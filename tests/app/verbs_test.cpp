// The check that every call of the page passes: no JSON gets to a verb that its arguments do not allow.
#include "app/core/verbs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>

using namespace downhill;

namespace {

std::vector<std::string_view> colours() { return {"red", "green"}; }
constexpr double kMost = 9007199254740991.0;
constexpr Argument kAll[] = {
    {.name = "n", .kind = ArgumentKind::whole, .must = true, .least = -kMost, .most = kMost},
    {.name = "x", .kind = ArgumentKind::number, .standard = "0.5", .least = 0, .most = 1},
    {.name = "on", .kind = ArgumentKind::flag, .standard = "false"},
    {.name = "text", .kind = ArgumentKind::text, .most = 5},
    {.name = "colour", .kind = ArgumentKind::choice, .ids = colours},
    {.name = "list", .kind = ArgumentKind::whole, .least = 0, .most = 255, .entries = 3},
    {.name = "any", .kind = ArgumentKind::any},
};

std::string refused(Json given) {
  const auto error = check_arguments("verb", kAll, given);
  return error ? error->sentence(Language::en) : "";
}

} // namespace

TEST_CASE("arguments: standards are filled in, whole numbers and flags become what verbs read") {
  Json given = {{"n", 3.0}, {"on", 1}, {"list", {1, 2.0}}};
  REQUIRE(!check_arguments("verb", kAll, given));
  CHECK(given == Json{{"n", 3}, {"x", 0.5}, {"on", true}, {"list", {1, 2}}});
  CHECK(given["n"].is_number_integer());
  CHECK(given["on"].is_boolean());
  CHECK(given["list"][1].is_number_integer());
}

TEST_CASE("arguments: of several with one name a value has to suit one") {
  constexpr Argument two[] = {{.name = "tab", .kind = ArgumentKind::choice, .ids = colours},
                              {.name = "tab", .kind = ArgumentKind::whole, .least = 0, .most = 3}};
  const auto refused_of_two = [&](Json given) {
    const auto error = check_arguments("show", two, given);
    return error ? error->sentence(Language::en) : "";
  };
  CHECK(refused_of_two({{"tab", "red"}}).empty());
  CHECK(refused_of_two({{"tab", 2}}).empty());
  CHECK(refused_of_two({{"tab", 4}}) == "show(tab): expected red, green here");
  CHECK(refused_of_two({{"x", 4}}) == "show: there is no setting \"x\"; known here: tab");
}

TEST_CASE("arguments: a choice from a list is one from a function, whichever comes first") {
  static constexpr std::string_view kShapes[] = {"disc", "ring"};
  constexpr Argument listed = takes::choice("tab", kShapes), asked = takes::choice("tab", colours);
  for (const auto& two : {std::array{listed, asked}, std::array{asked, listed}})
    for (const char* tab : {"disc", "ring", "red"}) {
      Json given = {{"tab", tab}};
      CHECK(!check_arguments("show", two, given));
    }
  Json given = {{"tab", "blue"}};
  CHECK(check_arguments("show", std::array{listed}, given)->sentence(Language::en) == "show(tab): \"blue\" is not known; choose one of: disc, ring");
}

TEST_CASE("arguments: each refusal names the verb, the argument and what is allowed") {
  CHECK(refused(Json::object()) == "verb: \"n\" is missing; add it");
  CHECK(refused({{"n", 1}, {"verb", "reset"}}) == "verb: there is no setting \"verb\"; known here: n, x, on, text, colour, list, any");
  CHECK(refused({{"n", "1"}}) == "verb(n): expected 1, 2, 3, … here");
  CHECK(refused({{"n", nullptr}}) == "verb(n): expected 1, 2, 3, … here");
  CHECK(refused({{"n", 0.5}}) == "verb(n): expected 1, 2, 3, … here");
  CHECK(refused({{"n", 1e300}}) == "verb(n): 1e+300 is out of range; allowed is -9007199254740991 to 9007199254740991");
  CHECK(refused({{"n", 18446744073709551615U}}).ends_with("to 9007199254740991"));
  CHECK(refused({{"n", 1}, {"x", 1.5}}) == "verb(x): 1.5 is out of range; allowed is 0 to 1");
  CHECK(refused({{"n", 1}, {"on", "yes"}}) == "verb(on): expected true, false here");
  CHECK(refused({{"n", 1}, {"text", "长长长长长"}}).empty());
  CHECK(refused({{"n", 1}, {"text", "长长长长长长"}}) == "verb(text): 6 characters are too many; at most 5");
  CHECK(refused({{"n", 1}, {"colour", "blue\n"}}) == "verb(colour): \"blue \" is not known; choose one of: red, green");
  CHECK(refused({{"n", 1}, {"list", 7}}) == "verb(list): expected […] here");
  CHECK(refused({{"n", 1}, {"list", {1, 2, 3, 4}}}) == "verb(list): 4 is out of range; allowed is 0 to 3");
  CHECK(refused({{"n", 1}, {"list", {1, 256}}}) == "verb(list): 256 is out of range; allowed is 0 to 255");
}

TEST_CASE("arguments in order: no more than there are, and only in a list") {
  CHECK(*by_name("verb", kAll, {1, 0.25}) == Json{{"n", 1}, {"x", 0.25}});
  CHECK(*by_name("verb", kAll, Json::array()) == Json::object());
  CHECK(by_name("verb", kAll, {{"n", 1}}).error().sentence(Language::en) == "verb: expected […] here");
  CHECK(by_name("verb", {}, Json::array({1})).error().sentence(Language::en) == "verb: 1 arguments are too many; at most 0");
}

TEST_CASE("arguments: 50,000 random objects are taken as the table says or refused in a sentence") {
  std::mt19937 random(16);
  const auto below = [&](std::size_t n) { return random() % n; };
  const std::string names[] = {"n", "x", "on", "text", "colour", "list", "any", "verb", "__proto__", ""};
  const Json values[] = {0,
                         1,
                         -1,
                         0.5,
                         1e308,
                         -0.0,
                         256,
                         "",
                         "red",
                         "n",
                         std::string(2000, 'x'),
                         "\xff\xfe",
                         "\x1b[31m",
                         true,
                         nullptr,
                         Json::array(),
                         Json::object(),
                         {{"a", {1}}},
                         {1, 2, 3},
                         18446744073709551615U};
  const auto value = [&] {
    const Json& one = values[below(std::size(values))];
    return below(5) == 0 ? Json::array({one, values[below(std::size(values))]}) : one;
  };
  std::size_t taken = 0;
  for (int i = 0; i < 50000; ++i) {
    Json given = Json::object();
    if (below(4) > 0) given["n"] = below(2) ? Json(below(9)) : value();
    for (auto k = below(3); k > 0; --k) given[names[below(std::size(names))]] = value();
    Json checked = given;
    if (const auto error = check_arguments("verb", kAll, checked)) {
      for (const Language language : {Language::zh, Language::en}) {
        const std::string text = error->sentence(language);
        CHECK(!text.empty());
        CHECK(text.size() < 300);
        CHECK(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
      }
      continue;
    }
    ++taken;
    CHECK(checked["n"].is_number_integer());
    CHECK(checked["x"].get<double>() <= 1);
    CHECK(checked["on"].is_boolean());
    for (const auto& [key, unused] : checked.items()) CHECK(std::any_of(std::begin(kAll), std::end(kAll), [&](const Argument& a) { return a.name == key; }));
    if (checked.contains("list"))
      for (const Json& entry : checked["list"]) CHECK(entry.get<int>() <= 255);
  }
  CHECK(taken > 5000);
}
