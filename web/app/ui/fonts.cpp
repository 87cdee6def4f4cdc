// The atlas of letters: for each font those that were shown so far, from the faces that the page has brought.
#include "app/ui/opentype.hpp"
#include "app/ui/ui.hpp"

#include <cmath>
#include <cstring>
#include <emscripten.h>
#include <imgui_internal.h>

// The browser draws a letter, `size` px to the em, into side×side; how far it leads.
EM_JS(float, host_letter, (unsigned code, float size, int bold, std::uint8_t* into, int side), {
  const drawn = Module["host"]["letter"](code, size, bold, side);
  HEAPU8.set(drawn["alpha"], into);
  return drawn["advance"];
});

namespace downhill::ui {
namespace {

constexpr std::size_t kFirstOfChinese = 0x2e80;

struct FontKind {
  float size;
  Weight weight;
};
constexpr FontKind kFontKinds[] = {{kText, Weight::regular}, {kSmall, Weight::regular}, {kLabel, Weight::regular}, {kText, Weight::bold},
                                   {kSmall, Weight::bold},   {kLabel, Weight::bold},    {kTitle, Weight::bold},    {kLabel, Weight::code}};

// Letters that no face has, as in names of a user's own.
struct DrawnLetter {
  ImFont* font;
  ImWchar code;
  int place, side;                 // among the atlas' own rectangles; in px
  std::vector<std::uint8_t> alpha; // side×side
};
DrawnLetter draw_letter(ImFont* font, std::size_t code, float size, bool bold) {
  constexpr float kRoom = 1.5F, kLeft = 0.25F; // of the em: picture.ts has the same
  DrawnLetter drawn{font, static_cast<ImWchar>(code), 0, static_cast<int>(std::ceil(size * kRoom)), {}};
  drawn.alpha.resize(static_cast<std::size_t>(drawn.side) * static_cast<std::size_t>(drawn.side));
  const float advance = host_letter(static_cast<unsigned>(code), size, bold ? 1 : 0, drawn.alpha.data(), drawn.side);
  drawn.place = ImGui::GetIO().Fonts->AddCustomRectFontGlyph(font, drawn.code, drawn.side, drawn.side, advance, {-kLeft * size, 0});
  return drawn;
}
// Its edge, which is empty, is left out: between two pixels the atlas shows what lies beside it, too.
void copy_letter(const DrawnLetter& letter, unsigned char* atlas, int width, int height) {
  const ImFontAtlasCustomRect& box = *ImGui::GetIO().Fonts->GetCustomRectByIndex(letter.place);
  const auto side = static_cast<std::size_t>(letter.side), row = static_cast<std::size_t>(width);
  for (std::size_t y = 0; y < side; ++y) std::memcpy(atlas + (box.Y + y) * row + box.X, letter.alpha.data() + y * side, side);
  auto& glyph = *const_cast<ImFontGlyph*>(letter.font->FindGlyph(letter.code));
  const float u = 1 / static_cast<float>(width), v = 1 / static_cast<float>(height);
  glyph.X0 += 1, glyph.Y0 += 1, glyph.X1 -= 1, glyph.Y1 -= 1;
  glyph.U0 += u, glyph.V0 += v, glyph.U1 -= u, glyph.V1 -= v;
}

} // namespace

Ui::Ui() {
  for (const FontKind& kind : kFontKinds) {
    fonts_.push_back({kind.size, kind.weight, nullptr, std::vector<bool>(IM_UNICODE_CODEPOINT_MAX + 1), {}});
    for (const ImWchar c : {u' ', u'?', u'…'}) fonts_.back().ranges.insert(fonts_.back().ranges.end(), 2, c); // ImGui's own
  }
}

void Ui::take_letters(std::size_t script, std::span<const std::uint8_t> bytes) {
  const auto faces = read_letters(bytes);
  if (!faces || script >= fonts_of_.size()) return;
  for (std::size_t weight = 0; weight < faces->size(); ++weight)
    if (!(*faces)[weight].empty()) fonts_of_[script][weight] = opentype((*faces)[weight]);
  brought_.resize(kCodes);
  for (const Letter& letter : faces->front()) brought_[letter.code] = true;
}

void Ui::load_fonts(float pixel_ratio) {
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  pixel_ratio_ = pixel_ratio;
  letters_lack_ = false;
  std::vector<DrawnLetter> drawn;
  for (Font& font : fonts_) {
    font.ranges.push_back(0); // ends them, for Build
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.OversampleH = pixel_ratio >= 2 ? 1 : 2;
    config.OversampleV = 1;
    const auto face = [&](std::size_t script, bool bold) {
      std::vector<std::uint8_t>& bytes = fonts_of_[script][bold ? 1 : 0];
      if (bytes.empty()) return;
      ImFont* made = io.Fonts->AddFontFromMemoryTTF(bytes.data(), static_cast<int>(bytes.size()), font.size * pixel_ratio, &config, font.ranges.data());
      if (!config.MergeMode) font.made = made;
      config.MergeMode = true;
    };
    const bool bold = font.weight == Weight::bold;
    if (font.weight == Weight::code) face(kCode, false);
    face(kLatin, bold);
    if (bold) face(kChinese, true), face(kRare, true);
    face(kChinese, false), face(kRare, false); // for bold: characters of sentences only
    for (std::size_t code = 128; code < font.letters.size(); ++code)
      if (font.letters[code] && !(code < brought_.size() && brought_[code])) drawn.push_back(draw_letter(font.made, code, font.size * pixel_ratio, bold));
  }
  io.FontGlobalScale = 1 / pixel_ratio;
  unsigned char* atlas = nullptr;
  int width = 0, height = 0;
  io.Fonts->GetTexDataAsAlpha8(&atlas, &width, &height); // builds it
  for (const DrawnLetter& letter : drawn) copy_letter(letter, atlas, width, height);
  for (Font& font : fonts_) font.ranges.pop_back();
}

const Ui::Font& Ui::font(float size, Weight weight) const {
  for (const Font& font : fonts_)
    if (font.size == size && font.weight == weight) return font;
  return fonts_.front();
}

// All letters of ASCII come with a font's first: figures change all the time.
void Ui::want(const Font& font, std::string_view text) const {
  const auto mark = [&](std::size_t c) {
    if (c >= font.letters.size() || font.letters[c]) return;
    font.letters[c] = letters_lack_ = true;
    const bool may_come = fonts_of_[kChinese][0].empty() || fonts_of_[kRare][0].empty();
    chinese_wanted_ = chinese_wanted_ || (may_come && c >= kFirstOfChinese && !(c < brought_.size() && brought_[c]));
    font.ranges.insert(font.ranges.end(), 2, static_cast<ImWchar>(c));
  };
  for (const char *at = text.data(), *end = at + text.size(); at < end;) {
    unsigned c = 0;
    at += ImTextCharFromUtf8(&c, at, end);
    if (c >= 128)
      mark(c);
    else if (!font.letters['0'])
      for (std::size_t ascii = ' '; ascii < 127; ++ascii) mark(ascii);
  }
}

} // namespace downhill::ui
