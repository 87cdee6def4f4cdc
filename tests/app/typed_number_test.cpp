#include "app/core/typed_number.hpp"

#include "app/core/number_text.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace downhill;

namespace {
double read(std::string_view text) {
  const auto number = read_number(text);
  return number ? number->value : std::nan("");
}
} // namespace

TEST_CASE("a number is read however it was typed") {
  for (const std::string_view text : {"0.5", " 0.5 ", "+.5", "5e-1", "0.50", "0,5", "０．５", "０。５", "０，５", "0 . 5", "0.5 %", "0.5abc", "０.５％"}) {
    CAPTURE(std::string(text));
    CHECK(read(text) == 0.5);
  }
  for (const std::string_view text : {"-1234567", "−1234567", "－１２３４５６７", "-1 234 567", "-1\u202f234\u202f567", "−1\u00a0234\u00a0567", "-1,234,567",
                                      "－１，２３４，５６７", "-1\u3000234\u2009567\t"}) {
    CAPTURE(std::string(text));
    CHECK(read(text) == -1234567);
  }
  CHECK(read("10,000.5") == 10000.5);
  CHECK(read("0,500") == 0.5); // no thousands begin with 0
  CHECK(read("1,50") == 1.5);
  CHECK(read("1,2,3") == 1); // no number of anybody's
  CHECK(read("1e-3") == 0.001);
  CHECK(std::isinf(read("1e999")));
  for (const std::string_view text : {"", " ", "off", "关", "−", ",5a,", "%"}) {
    CAPTURE(std::string(text));
    CHECK(!read_number(text));
  }
  CHECK(read_number("500 examples")->rest == "examples");
  CHECK(read_number("20 ％")->rest == "%");
  CHECK(read_number("12")->rest.empty());
}

TEST_CASE("every number that a field shows can be typed into it again") {
  for (const double value : {0.0, -0.25, 1e-5, 0.001, 1234567.0, 2e9, 1.0 / 3}) CHECK(read(setting(value)) == value);
  CHECK(read(grouped(-1234567)) == -1234567);
  CHECK(read(grouped(0.125, 3)) == 0.125);
}

TEST_CASE("what is typed may be any bytes") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    plain_typed(bytes.substr(i));
    static_cast<void>(read_number(bytes.substr(i, 3)));
  }
  CHECK(plain_typed("\xef\xbc") == "\xef\xbc"); // cut in the middle of a character
  CHECK(plain_typed("\xef\xbc\x90") == "0");
  CHECK(plain_typed("\xef\xbd\x9e") == "~"); // the last of them
  CHECK(plain_typed("全 部") == "全部");
}

TEST_CASE("a number out of range is refused with the range, and as it was typed") {
  CHECK(*number_between("8 层", 1, 8) == 8);
  CHECK(*number_between("1", 1, 8) == 1);
  for (const std::string_view text : {"8.1", "0", "nan", "1e999", "many"}) {
    CAPTURE(std::string(text));
    const auto refused = number_between(text, 1, 8);
    REQUIRE(!refused);
    CHECK(refused.error().code == "out_of_range");
    CHECK(refused.error().with == std::vector<std::string>{std::string(text), "1", "8"});
  }
  CHECK(number_between(std::string(1000, '9'), 0, 1).error().with[0].size() <= 43);
}

TEST_CASE("ids that count") {
  CHECK(place_in("drop.p.2", "drop.p.") == 2);
  CHECK(place_in("lane:13:label", "lane:") == 13);
  CHECK(!place_in("lane:x:label", "lane:"));
  CHECK(!place_in("drop.unit.1", "drop.p."));
  CHECK(!place_in("drop.p.-1", "drop.p."));
  CHECK(!place_in("drop.p.99999999999999999999", "drop.p."));
}

TEST_CASE("a number as a person writes it") {
  CHECK(rounded_to(0.0123456, 3) == 0.0123);
  CHECK(rounded_to(-12345, 2) == -12000);
  CHECK(rounded_to(0, 3) == 0);
  CHECK(std::isinf(rounded_to(INFINITY, 3)));
}
