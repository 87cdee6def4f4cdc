// Text as people's programs write it, as UTF-8.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>
#include <span>

namespace downhill {

bool is_utf8(std::string_view text);
/// A character that is no surrogate.
void append_utf8(std::string& text, std::uint32_t point);

enum class TextEncoding { utf8, utf16, gb18030 };
/// UTF-16 where the bytes begin with its mark, else UTF-8 where they are that, else GB18030 (and so GBK and GB2312), if any.
TextEncoding text_encoding(std::span<const std::uint8_t> bytes);
std::string_view encoding_name(TextEncoding encoding);

/// A file's text in that encoding, strictly; marks are left out. Error: own_encoding.
Result<std::string> utf8_text(std::span<const std::uint8_t> bytes);

/// A name in a zip file, which may be in either of these, too; what is neither comes out with U+FFFD.
std::string utf8_name(std::string_view name);

/// A name as one line without spaces around it.
std::string line_of(std::string_view name);
/// The same as sentences quote it: at most kOwnNameMost bytes.
std::string quoted_name(std::string_view name);
/// Names as data files hold them: at most kOwnNameMost bytes each. Those that come out equal get their place, as in "a (2)".
std::vector<std::string> file_names(const std::vector<std::string>& names);

} // namespace downhill
