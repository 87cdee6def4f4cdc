// Structs to bytes and back: little-endian, lengths before content, every read checked. A struct (a message, a
// checkpoint) names its fields once, in `fields(archive)`, for both directions.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace downhill::archive {

using Bytes = std::vector<std::uint8_t>;

static_assert(std::endian::native == std::endian::little, "arrays of these go as they lie in memory");
template <class T> inline constexpr bool kAsTheyAre = std::is_same_v<T, float> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint32_t>;

class Writer {
public:
  template <class... T> void operator()(const T&... values) { (put(values), ...); }
  Bytes take() { return std::move(bytes_); }

private:
  template <class T>
    requires std::is_integral_v<T>
  void put(const T& value) {
    auto v = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i, v >>= 8) bytes_.push_back(static_cast<std::uint8_t>(v));
  }
  template <class T>
    requires std::is_enum_v<T>
  void put(const T& value) {
    put(static_cast<std::uint8_t>(value));
  }
  void put(const double& value) { put(std::bit_cast<std::uint64_t>(value)); }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  template <class T> void put(const std::vector<T>& items) {
    put(static_cast<std::uint32_t>(items.size()));
    if constexpr (kAsTheyAre<T>) {
      const auto* from = reinterpret_cast<const std::uint8_t*>(items.data());
      bytes_.insert(bytes_.end(), from, from + items.size() * sizeof(T));
    } else {
      for (const T& item : items) put(item);
    }
  }
  template <class T>
    requires requires(T& t, Writer& w) { t.fields(w); }
  void put(const T& value) {
    const_cast<T&>(value).fields(*this); // fields() is written once for both directions; writing changes nothing
  }
  /// Its place in the variant, then what it holds.
  template <class... T> void put(const std::variant<T...>& value) {
    put(static_cast<std::uint8_t>(value.index()));
    std::visit([&](const auto& held) { put(held); }, value);
  }

  Bytes bytes_;
};

/// Reads what Writer wrote; after anything that does not fit, good() is false and values are not to be used.
class Reader {
public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class... T> void operator()(T&... values) { (get(values), ...); }
  bool good() const { return good_; }
  bool at_end() const { return bytes_.empty(); }

private:
  template <class T>
    requires std::is_integral_v<T>
  void get(T& value) {
    value = 0;
    if (!enough(sizeof(T))) return;
    std::uint64_t v = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) v = (v << 8) | bytes_[i];
    value = static_cast<T>(v);
    bytes_ = bytes_.subspan(sizeof(T));
  }
  template <class T>
    requires std::is_enum_v<T>
  void get(T& value) {
    std::uint8_t v = 0;
    get(v);
    if (v > static_cast<std::uint8_t>(T::last)) good_ = false, v = 0;
    value = static_cast<T>(v);
  }
  void get(double& value) {
    std::uint64_t bits = 0;
    get(bits);
    value = std::bit_cast<double>(bits);
  }
  void get(std::string& text) {
    std::uint32_t size = 0;
    get(size);
    text.clear();
    if (!enough(size)) return;
    text.assign(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size));
    bytes_ = bytes_.subspan(size);
  }
  template <class T> void get(std::vector<T>& items) {
    std::uint32_t size = 0;
    get(size);
    items.clear();
    if constexpr (kAsTheyAre<T>) {
      if (!enough(std::uint64_t{size} * sizeof(T))) return; // 64 bits: the product overflows a size_t of 32
      items.resize(size);
      if (size > 0) std::memcpy(items.data(), bytes_.data(), items.size() * sizeof(T));
      bytes_ = bytes_.subspan(items.size() * sizeof(T));
    } else {
      if (!enough(size)) return; // an item has a byte at least, so this also bounds the allocation
      for (std::uint32_t i = 0; i < size && good_; ++i) get(items.emplace_back());
    }
  }
  template <class T>
    requires requires(T& t, Reader& r) { t.fields(r); }
  void get(T& value) {
    value.fields(*this);
  }
  template <class... T> void get(std::variant<T...>& value) {
    std::uint8_t index = 0;
    get(index);
    const auto read = [&]<std::size_t... I>(std::index_sequence<I...>) { return ((index == I ? (get(value.template emplace<I>()), true) : false) || ...); };
    if (!read(std::index_sequence_for<T...>{})) good_ = false;
  }
  bool enough(std::uint64_t size) {
    if (good_ && bytes_.size() >= size) return true;
    good_ = false;
    bytes_ = {};
    return false;
  }

  std::span<const std::uint8_t> bytes_;
  bool good_ = true;
};

} // namespace downhill::archive
