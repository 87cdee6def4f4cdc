#include "app/core/code_spans.hpp"
#include "export/cases_script.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace downhill;

namespace {

std::vector<std::pair<std::string, CodeKind>> pieces_of(std::string_view line) {
  bool in_text = false;
  std::vector<std::pair<std::string, CodeKind>> out;
  for (const CodeSpan& span : code_spans(line, in_text))
    if (const std::string text(line.substr(span.begin, span.size)); span.kind != CodeKind::plain) out.emplace_back(text, span.kind);
  return out;
}

} // namespace

TEST_CASE("code: words of the language, names, text and remarks are told apart") {
  using Pieces = std::vector<std::pair<std::string, CodeKind>>;
  CHECK(pieces_of("class Pictures(Dataset):") == Pieces{{"class", CodeKind::keyword}, {"Dataset", CodeKind::name}});
  CHECK(pieces_of("    for x, y in train_loader:") == Pieces{{"for", CodeKind::keyword}, {"in", CodeKind::keyword}});
  CHECK(pieces_of("        optimizer.step()   # 更新权重") == Pieces{{"step", CodeKind::name}, {"# 更新权重", CodeKind::remark}});
  CHECK(pieces_of("print('#', f\"it's {x}\")") == Pieces{{"'#'", CodeKind::text}, {"f", CodeKind::text}, {"\"it's {x}\"", CodeKind::text}});
  CHECK(pieces_of("def draw(train, places):") == Pieces{{"def", CodeKind::keyword}}); // a name of the script's own
  CHECK(pieces_of("    model.train()") == Pieces{{"train", CodeKind::name}});
}

TEST_CASE("code: a text of three marks goes on over lines") {
  bool in_text = false;
  CHECK(code_spans("\"\"\"One", in_text).front().kind == CodeKind::text);
  CHECK(in_text);
  CHECK(code_spans("for class", in_text).size() == 1);
  CHECK(in_text);
  const auto last = code_spans("two\"\"\" if x", in_text);
  CHECK_FALSE(in_text);
  CHECK(last.front().size == 6);
  CHECK(last[2].kind == CodeKind::keyword);
  CHECK(code_spans("    \"\"\"all in one\"\"\"", in_text).size() == 2);
  CHECK_FALSE(in_text);
}

TEST_CASE("code: pieces have no gaps, and every name that can be asked about occurs in some script") {
  std::set<std::string_view> seen;
  for (const char* kind : {"scores", "yes_no", "one_of_ten"})
    for (const bool much : {false, true}) {
      Json json = {{"downhill", 1}, {"lab", "cases"}, {"case", kind}, {"shuffle", much}, {"drop_last", much}, {"workers", much ? 2 : 0}};
      json["data"]["train"] = much ? 2500 : 300;
      const auto document = cases_document_from_json(json);
      REQUIRE(document.ok());
      for (const Language language : {Language::zh, Language::en}) {
        bool in_text = false;
        for (const ScriptPiece& piece : cases_script_pieces(*document, {"title", language}))
          for (const std::string& line : piece.lines) {
            std::size_t at = 0;
            for (const CodeSpan& span : code_spans(line, in_text)) {
              CHECK(span.begin == at);
              CHECK((span.kind == CodeKind::name) == !span.name.empty());
              at += span.size;
              if (!span.name.empty()) seen.insert(span.name);
            }
            CHECK(at == line.size());
          }
        CHECK_FALSE(in_text);
      }
    }
  for (const std::string_view name : code_names()) {
    CAPTURE(name);
    CHECK(seen.contains(name));
  }
}
