// Text as people's programs write it, as UTF-8.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>
#include <span>

namespace downhill {

bool is_utf8(std::string_view text);

/// A file's text: UTF-8, or UTF-16 where it begins with the mark of that, or else GB18030 (and so GBK and GB2312), each strictly; marks are left
/// out. Error: own_encoding.
Result<std::string> utf8_text(std::span<const std::uint8_t> bytes);

/// A name in a zip file, which may be in either of these, too; what is neither comes out with U+FFFD.
std::string utf8_name(std::string_view name);

/// A name as data files hold it: one line, without spaces around it, at most kOwnNameMost bytes.
std::string tidy_name(std::string_view name);

} // namespace downhill
