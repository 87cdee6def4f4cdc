// A lab is a room: what can be shown and done in it is a class with the members below, in its own file; its row in assets/labs.json
// puts it into the header, links, presets, embedding and the tests over all labs. It is made when it is first shown.
#pragma once
#include "app/core/race.hpp"
#include "app/core/verbs.hpp"
#include "app/ui/ui.hpp"

#include <memory>

namespace downhill {

class Lab;

/// What a lab is given: the controls, the data and workers that all labs share, and the way to the page.
struct LabWorld {
  ui::Ui& ui;
  Packs& packs;
  Race::Post post;
  std::function<void(const std::string& name, std::span<const std::uint8_t> file)> save; ///< a file for the user
  std::function<bool()> drawn;                                                           ///< whether there are graphics
  std::function<void(Json where)> lead =
      {}; ///< to another lab, after the frame: {"preset": id}, or {"document": one of that lab}, which may have "show" with it
  std::function<void(std::string text)> copy = {};  ///< to the clipboard, in the course of a press
  std::function<void(const Json& event)> tell = {}; ///< to the page: {"type": …}
  std::function<void()> ask_own = {};               ///< the page shows the user's own files
  std::vector<std::string> hidden = {};             ///< parts that an embedding page does without: "views", "settings"
  bool hides(std::string_view part) const { return std::find(hidden.begin(), hidden.end(), part) != hidden.end(); }
};

/// What makes a lab, and what is known of it before it is made.
struct LabRoom {
  std::unique_ptr<Lab> (*make)(LabWorld& world, const struct LabRow& row);
  std::span<const Verb<Lab>> verbs;
  std::span<const Argument> looks; ///< what `show` takes, and a link carries, of what is looked at in it
  const LabRoom* like = nullptr;   ///< whose verbs and looks it has besides its own
};

/// A row of the table of labs (labs/list.hpp).
struct LabRow {
  std::string_view id;     ///< its name is the string nav.ID
  std::string_view preset; ///< that it opens with; empty: none
  std::string_view toy;    ///< the one that its toy is of; empty: it has none
  const LabRoom& room;
  std::uint32_t number; ///< its place in the table: tells its races apart in the workers
};

/// What comes of a document that is opened.
struct Opening {
  bool anew = false; ///< nothing that was reached before is kept
};

class Lab {
public:
  Lab(LabWorld& world, const LabRow& row) : world_(world), row_(row) {}
  virtual ~Lab() = default;
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;
  const LabRow& row() const { return row_; }

  // ---- its document: what a link carries, and undo goes through ----
  virtual Json document() const = 0;
  /// The one that it begins with.
  virtual Json standard() const = 0;
  /// Replaces it, or says why not and leaves everything as it was.
  virtual std::optional<UserError> open(const Json& document, Opening how = {}) = 0;
  /// The same from text.
  virtual std::optional<UserError> open_text(const std::string& text);
  /// What a document says may be written differently: this one as `document` would give it back. Null: it can't be read.
  virtual Json normal(const Json& document) const = 0;
  /// Grows with each change of the document.
  virtual std::uint64_t version() const = 0;
  virtual bool can_undo() const = 0;
  virtual bool can_redo() const = 0;
  virtual bool undo() = 0;
  virtual bool redo() = 0;

  // ---- what is looked at ----
  /// Adds it, as `show` takes it.
  virtual void add_shown(Json&) const {}
  /// What is wanted of it; the arguments are checked.
  virtual void show(const Json&) {}
  /// As at the beginning: another preset is opened.
  virtual void look_anew() {}

  // ---- drawing ----
  /// Draws itself, and takes what is pressed.
  virtual void draw(ui::Rect box) = 0;
  /// Grows with every piece of news that is to be drawn.
  virtual std::uint64_t news() const { return version(); }
  /// The numbers that are shown in a plot of it, "curves" or "view".
  virtual std::string csv(std::string_view plot) const = 0;
  /// What was typed into the text field of the control `id`.
  virtual std::optional<UserError> type(const std::string& id, const std::string& text) = 0;
  /// Adds what an explanation of the control out["id"] says besides its sentence: value, range, default, formula.
  virtual void explain_control(Json&) const {}
  /// An edit that was refused since this was last asked.
  virtual std::optional<UserError> take_complaint() { return {}; }

  // ---- what runs in it ----
  /// Its races: they share workers and packs with those of other labs.
  virtual std::vector<Race*> races() { return {}; }
  /// Another lab is shown now: nothing of this one runs on, and no worker is asked for anything.
  virtual void leave() {
    for (Race* each : races()) each->leave();
  }
  /// What a worker says besides what its races are told.
  virtual void take(std::size_t worker, const protocol::ToApp& message) { static_cast<void>(worker), static_cast<void>(message); }
  /// A worker died, or all are new: what it was asked is to be asked again.
  virtual void worker_lost() {}
  virtual Transport transport() const { return Transport::ready; }
  /// Something asked for waits for data or workers.
  virtual bool waiting() const { return false; }
  /// Whether anything has been run since the document was opened.
  virtual bool started() const { return false; }
  virtual const std::optional<UserError>& problem() const;
  /// Called before each frame that shows it. How many races run.
  virtual int tick(double) { return 0; }
  /// Which picture of what moves by itself is due: another number, another frame.
  virtual int stage() const { return -1; }
  /// Called after each frame that shows it: asks for what was wanted in it. Whether something must be asked later.
  virtual bool ask(double) { return false; }
  /// How its lanes stand; none, if it has none.
  virtual Json results(bool) const { return Json::array(); }
  /// Which of their numbers the form view's table has, besides name and status; their heads are the strings form.COLUMN.
  virtual std::vector<std::string_view> columns() const { return {}; }
  /// What a screen reader is told of how they stand, in a sentence; `ended`: all have. Empty: nothing.
  virtual std::string spoken(bool ended) const { return static_cast<void>(ended), std::string(); }

  // ---- the form view ----
  /// Its fields in order: id, label, help, value, and the choices if it is one; `press` where it is a button, which is typed into with
  /// nothing.
  virtual Json fields() const { return Json::array(); }
  /// Null: there is no such field.
  virtual Json field(const std::string&) const { return {}; }
  virtual std::optional<UserError> set_field(const std::string& id, const Json& value);
  virtual std::optional<UserError> reset_field(const std::string& id);
  /// Its lists, as tables of numbers that are typed: id, label, help, columns, rows (head, cells), and whether rows are added (add) and
  /// taken away (remove).
  virtual Json tables() const { return Json::array(); }
  /// Rows and columns from 0.
  virtual std::optional<UserError> type_cell(const std::string& table, std::size_t row, std::size_t column, const std::string& text);
  virtual std::optional<UserError> add_row(const std::string& table);
  virtual std::optional<UserError> remove_row(const std::string& table, std::size_t row);

  // ---- its preset ----
  std::string preset; ///< that was opened last; its note is shown
  int guess = -1;     ///< which of the note's answers was pressed before the run
  bool seen = false;  ///< the note tells what is to be seen: the run has ended, or it was asked for
  /// What was guessed and seen was of the preset before.
  void set_preset(const std::string& id) {
    if (id == preset) return;
    preset = id, guess = -1, seen = false;
  }
  /// What goes with the document through undo, and what is to be done with it when it comes back; see Undo.
  std::function<Json()> company;
  std::function<void(const Json&)> on_company;

protected:
  LabWorld& world_;

private:
  const LabRow& row_;
};

/// Makes a lab of this class.
template <class Made> std::unique_ptr<Lab> make_lab(LabWorld& world, const LabRow& row) { return std::make_unique<Made>(world, row); }

UserError no_field(const std::string& id);

} // namespace downhill
