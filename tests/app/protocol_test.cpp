#include "core/philox.hpp"
#include "protocol/messages.hpp"

#include <doctest/doctest.h>

using namespace downhill;
using namespace downhill::protocol;

namespace {

// Fills every field of a message from a random stream, by the same fields() that reads and writes.
struct Filler {
  PhiloxStream stream{{1, 2}};
  template <class... T> void operator()(T&... values) { (fill(values), ...); }
  void fill(bool& v) { v = stream.next_word() & 1; }
  template <class T>
    requires std::is_integral_v<T>
  void fill(T& v) {
    v = static_cast<T>(stream.next_word());
  }
  void fill(LaneStatus& v) { v = LaneStatus::finished; }
  void fill(MapKind& v) { v = MapKind::starts; }
  void fill(PlaneKind& v) { v = PlaneKind::line; }
  void fill(MapAxis::Scale& v) { v = MapAxis::Scale::log; }
  void fill(float& v) { v = static_cast<float>(stream.next_uniform()); }
  void fill(double& v) { v = stream.next_uniform() - 0.5; }
  void fill(std::string& v) {
    v = "中文 \"text\" ";
    v.push_back('\0');
  }
  template <class T> void fill(std::vector<T>& items) {
    items.resize(1 + stream.next_word() % 3);
    for (T& item : items) fill(item);
  }
  // a question; which one is the round trips' to say, kind after kind
  template <class... T> void fill(std::variant<T...>& v) {
    const auto choose = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((question % sizeof...(T) == I ? (fill(v.template emplace<I>()), true) : false) || ...);
    };
    REQUIRE(choose(std::index_sequence_for<T...>{}));
  }
  std::size_t question = 0;
  template <class T>
    requires requires(T& t, Filler& f) { t.fields(f); }
  void fill(T& v) {
    v.fields(*this);
  }
};

template <class Variant, std::size_t I = 0> void round_trips(Filler& filler) {
  if constexpr (I < std::variant_size_v<Variant>) {
    std::variant_alternative_t<I, Variant> message;
    filler.fill(message);
    const Bytes bytes = encode(Variant{message});
    const auto back = decode<Variant>(bytes);
    REQUIRE(back.has_value());
    CHECK(back->index() == I);
    CHECK(encode(*back) == bytes);
    for (std::size_t n = 0; n < bytes.size(); ++n) CHECK(!decode<Variant>(std::span(bytes).first(n)));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(!decode<Variant>(longer));
    for (std::size_t i = 0; i < bytes.size(); ++i)
      for (const int bit : {0, 7}) {
        Bytes changed = bytes;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1 << bit));
        if (const auto other = decode<Variant>(changed)) CHECK(encode(*other).size() == changed.size()); // any answer, no crash
      }
    round_trips<Variant, I + 1>(filler);
  }
}

} // namespace

TEST_CASE("every message comes back as it went; cut, lengthened and changed bytes never crash") {
  Filler filler;
  for (filler.question = 0; filler.question < std::variant_size_v<Question>; ++filler.question) round_trips<ToTrainer>(filler);
  round_trips<ToApp>(filler);
}

TEST_CASE("lengths that lie allocate nothing") {
  Bytes bytes = encode(ToApp{BenchReport{{"x"}}});
  for (std::size_t i = 1; i < 5; ++i) bytes[i] = 0xff;
  CHECK(!decode<ToApp>(bytes));
}
