// Numbers as a reader expects them, in the page and in files. No words.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace downhill {

/// Puts the values in the places of {1}, {2}, ….
std::string fill(std::string_view text, std::initializer_list<std::string_view> values);

/// "12 345" with narrow spaces; with `decimals` digits behind the point.
std::string grouped(double value, int decimals = 0);
/// Shortest text that reads back as the same setting: 0.001, 64, 1e-05.
std::string setting(double value);
std::string percent(double share);

/// Fields of a CSV file: text quoted where it must be (RFC 4180), a number with all the digits of a float32.
std::string csv_text(const std::string& text);
std::string csv_number(double value);

} // namespace downhill
