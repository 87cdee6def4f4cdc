// The app as main.cpp runs it frame by frame and commands.cpp commands it: the labs, what is looked at, the frame's times.
#pragma once
#include "app/core/draw_pace.hpp"
#include "app/labs/list.hpp"

#include <SDL.h>

#include <memory>

namespace downhill {

/// An event for the page: {"type": …}.
void tell(const Json& event);

/// The last frames' CPU times, for window.downhill.stats() and the tests.
struct FrameStats {
  std::int64_t drawn = 0;
  std::vector<double> cpu_ms, interval_ms, app_ms; ///< app_ms: without the graphics driver
  double last_ms = 0;
  static void put(std::vector<double>& list, double value) {
    if (list.size() == 600) list.erase(list.begin());
    list.push_back(value);
  }
  static double quantile(std::vector<double> list, double q) {
    if (list.empty()) return 0;
    std::sort(list.begin(), list.end());
    return list[static_cast<std::size_t>(q * static_cast<double>(list.size() - 1))];
  }
};

struct App {
  explicit App(std::vector<PackInfo> infos);
  bool open_window();
  bool frame(double now_ms, bool input);
  void set_fonts();
  /// `colors`: those by which the system overrules the theme's, 0xBBGGRR by name, or null.
  void set_theme(const std::string& id, const Json& colors);
  void fit_zoom();
  void deliver(std::size_t worker, std::span<const std::uint8_t> bytes);
  Json placed(const char* type, const ui::EditRequest& request) const;
  Json help(const ui::EditRequest& request) const;
  /// What is looked at, as `show` takes it: part of a link.
  Json shown() const;
  /// Its arguments are checked (commands.cpp).
  void show(const Json& c);
  void show_lab(const LabRow& wanted);
  std::optional<UserError> open_preset(const std::string& id);
  /// Where the note of the preset stands: whether its sentences still speak of this experiment, whether it has been started.
  Json note() const;
  void lay_out();
  void draw();
  void tell_changes();
  /// {"verb", arguments by name} of the page itself, or {"call", "arguments" in order} from outside, which reaches public
  /// verbs alone. Answers {"ok": …} or {"error": sentence}; {"error", "absent": lab} where that lab's module is to be fetched
  /// first (lab_fetched). Any text will do (commands.cpp).
  Json command(std::string_view text);
  /// `all`: also what has scrolled out of its panel.
  Json items(bool all) const;
  std::string help_of(const ui::Item& item) const;

  /// The lab of a row, made if it was not shown before; its module must be there.
  Lab& lab(const LabRow& row);
  /// The lab that is shown.
  Lab& here() { return *here_; }
  const Lab& here() const { return *here_; }
  /// The races of all labs that were made.
  std::vector<Race*> races() const;

  Packs packs;
  ui::Ui ui;
  LabWorld world;
  std::vector<std::unique_ptr<Lab>> made; ///< by number; null: not shown yet
  std::vector<bool> fetched;              ///< by number: its module is there, so it can be made; the first lab's is the app's own
  Lab* here_ = nullptr;
  Tokens forced = kThemes[0]; ///< the theme where the system decides colours
  bool projector = false;     ///< the theme that was chosen
  FrameStats stats;
  SDL_Window* window = nullptr;
  SDL_GLContext context = nullptr;
  float width = 1280, height = 672, pixel_ratio = 0; ///< of the canvas, in CSS px
  float zoom = 1;                                    ///< the projector's type is larger; the lab's px are CSS px / zoom
  int drawn_stage = -1;                              ///< of what moves by itself in the lab
  bool activation_waits = false;                     ///< a press by key is due in the next frame
  double drawn_ms = 0;                               ///< when the last frame was drawn
  DrawPace pace;
  int frames_due = 0; ///< what an input changes is seen in the frames after it
  std::uint64_t drawn_news = 0, told_version = 0;
  const Lab* told_lab = nullptr;
  Transport told_transport = Transport::ready;
  bool told_begun = false;
  bool told_problem = false;
  bool graphics_lost = false; ///< nothing is drawn until the browser gives the context back
  Json told_shown;
};

} // namespace downhill
