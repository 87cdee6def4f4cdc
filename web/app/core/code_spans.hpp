// A line of Python as it is shown: which pieces of it are words of the language, text, remarks, and names that can be explained. No ImGui,
// no words.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace downhill {

enum class CodeKind : std::uint8_t { plain, keyword, text, remark, name };

struct CodeSpan {
  std::size_t begin = 0, size = 0; ///< bytes of the line
  CodeKind kind = CodeKind::plain;
  std::string_view name = {}; ///< of a name: its row of code_names(), whose sentence is the string cases.name.NAME
};

/// Names that scripts of the lab Cases have and that somebody may ask about.
std::span<const std::string_view> code_names();

/// The pieces of a line, in order, without gaps. `in_text` says whether the line begins within a text of three quotation marks, and is told
/// whether it ends within one.
std::vector<CodeSpan> code_spans(std::string_view line, bool& in_text);

} // namespace downhill
