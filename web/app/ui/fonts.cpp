// The atlas of letters: for each font those that were shown so far, from the faces that the page has brought.
#include "app/ui/ui.hpp"

#include <imgui_internal.h>

#include <cstring>

namespace downhill::ui {
namespace {

constexpr std::size_t kFirstOfChinese = 0x2e80;

struct FontKind {
  float size;
  Weight weight;
};
constexpr FontKind kFontKinds[] = {{kText, Weight::regular}, {kSmall, Weight::regular}, {kLabel, Weight::regular}, {kText, Weight::bold},
                                   {kSmall, Weight::bold},   {kLabel, Weight::bold},    {kTitle, Weight::bold}};

} // namespace

Ui::Ui() {
  for (const FontKind& kind : kFontKinds) {
    fonts_.push_back({kind.size, kind.weight, nullptr, std::vector<bool>(IM_UNICODE_CODEPOINT_MAX + 1), {}});
    for (const ImWchar c : {u' ', u'?', u'…'}) fonts_.back().ranges.insert(fonts_.back().ranges.end(), 2, c); // ImGui's own
  }
}

void Ui::take_letters(std::size_t script, std::vector<std::uint8_t> faces) {
  std::uint32_t regular = 0;
  if (script >= letters_.size() || faces.size() < sizeof regular) return;
  std::memcpy(&regular, faces.data(), sizeof regular);
  if (faces.size() - sizeof regular > regular) letters_[script] = std::move(faces);
}

void Ui::load_fonts(float pixel_ratio) {
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  pixel_ratio_ = pixel_ratio;
  letters_lack_ = false;
  for (Font& font : fonts_) {
    font.ranges.push_back(0); // ends them, for Build
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.OversampleH = pixel_ratio >= 2 ? 1 : 2;
    config.OversampleV = 1;
    const auto face = [&](std::size_t script, bool bold) {
      std::vector<std::uint8_t>& faces = letters_[script];
      if (faces.empty()) return;
      std::uint32_t regular = 0;
      std::memcpy(&regular, faces.data(), sizeof regular);
      const std::size_t begin = sizeof regular + (bold ? regular : 0), end = bold ? faces.size() : begin + regular;
      ImFont* made = io.Fonts->AddFontFromMemoryTTF(faces.data() + begin, static_cast<int>(end - begin), font.size * pixel_ratio, &config, font.ranges.data());
      if (!config.MergeMode) font.made = made;
      config.MergeMode = true;
    };
    const bool bold = font.weight == Weight::bold;
    face(kLatin, bold);
    if (bold) face(kChinese, true);
    face(kChinese, false); // for bold: characters of sentences only
  }
  io.FontGlobalScale = 1 / pixel_ratio;
  io.Fonts->Build();
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
    chinese_wanted_ = chinese_wanted_ || (c >= kFirstOfChinese && letters_[kChinese].empty());
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
