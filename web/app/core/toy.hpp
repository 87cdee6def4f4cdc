#pragma once
#include "app/core/race.hpp"

#include <functional>
#include <string>

namespace downhill {

/// A lab's second race, on a toy: it follows from what is chosen in the lab, and starts by itself when it is shown. Drawing only
/// says that it shows it.
class Toy {
public:
  explicit Toy(Race& race) : race_(race) {}
  /// Before each frame; `show` is called in those that it is in.
  void begin_frame() { shown_ = false; }
  void show() { shown_ = true; }
  bool shown() const { return shown_; }
  /// After a frame that it was `shown` in: where `of`, what it follows from, is other than before, `change` makes its experiment; at its
  /// start it starts, once its data are there; where it was left running, it goes on.
  std::optional<UserError> follow(const std::string& of, const std::function<void(Json& experiment)>& change);

private:
  Race& race_;
  std::string of_;
  bool shown_ = false;
};

} // namespace downhill
