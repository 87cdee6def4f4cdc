// What a user did that can't be done, said in one sentence: the place and the remedy, in either language.
// A programmer's mistake is no UserError: that asserts.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace downhill {

enum class Language { zh, en };

struct UserError {
  std::string code;              ///< a row of the table in user_error.cpp
  std::string place;             ///< JSON pointer, file name, or empty
  std::vector<std::string> with; ///< fills {1}, {2}, … of the sentence

  /// "place: sentence" in the language asked for; one line, whatever was quoted.
  std::string sentence(Language language) const;
};

/// One row a kind of error; {1}, {2} … stand for UserError::with.
struct ErrorText {
  std::string_view code, zh, en;
};
/// All rows, for tests and for the glyphs of the font.
std::vector<ErrorText> error_texts();

/// A value or the reason why there is none.
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : held_(std::move(value)) {}
  Result(UserError error) : held_(std::move(error)) {}

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() { return std::get<0>(held_); }
  const T& operator*() const { return std::get<0>(held_); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  const UserError& error() const { return std::get<1>(held_); }

private:
  std::variant<T, UserError> held_;
};

} // namespace downhill
