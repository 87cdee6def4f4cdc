// Where a document was before its changes: undo and redo, and what goes with it for whoever holds it.
#pragma once
#include "document/json_text.hpp"

#include <functional>
#include <vector>

namespace downhill {

class Undo {
public:
  /// A document as it was.
  struct Past {
    Json document; ///< null: there was none
    Json company;
    bool opening = false; ///< what came next was another document, not a change of this one
  };
  /// What goes with the document (its preset, what is looked at): kept at each change, and handed back when undo or redo leads
  /// from one document to another that was opened in its place.
  std::function<Json()> company;
  std::function<void(const Json&)> on_company;

  /// The document as it is now, with its company: to be taken before a change, and added when that has succeeded.
  Past past(Json document) const { return {std::move(document), company ? company() : Json()}; }
  void add(Past before, bool opening) {
    before.opening = opening;
    back_.push_back(std::move(before));
    if (back_.size() > kMost) back_.erase(back_.begin());
    forth_.clear();
  }
  /// A movement has come to `now`: if that is where it began, there is nothing to undo. Whether it is.
  bool settle(const Json& now) {
    if (back_.empty() || back_.back().document != now) return false;
    back_.pop_back();
    return true;
  }
  bool can_undo() const { return !back_.empty(); }
  bool can_redo() const { return !forth_.empty(); }
  /// Hands `open` what to return to, the document being `now`. Whether there is such a thing.
  bool undo(Json now, const std::function<void(const Json&)>& open) { return go(back_, forth_, std::move(now), open); }
  bool redo(Json now, const std::function<void(const Json&)>& open) { return go(forth_, back_, std::move(now), open); }

private:
  static constexpr std::size_t kMost = 100;
  bool go(std::vector<Past>& from, std::vector<Past>& to, Json now, const std::function<void(const Json&)>& open) {
    if (from.empty()) return false;
    Past here = past(std::move(now));
    const Past wanted = std::move(from.back());
    from.pop_back();
    here.opening = wanted.opening;
    open(wanted.document);
    to.push_back(std::move(here));
    if (on_company && wanted.opening) on_company(wanted.company); // any other change took nothing along
    return true;
  }
  std::vector<Past> back_, forth_;
};

} // namespace downhill
