// What views see of lanes: each view has a slot, says every time it is drawn what it wants there, and finds the last answer.
// Asks go out at most a few times a second, and only while the answer is not of the lane's present step.
#pragma once
#include "protocol/messages.hpp"

#include <functional>
#include <map>
#include <optional>

namespace downhill {

class Looks {
public:
  using Post = std::function<void(const protocol::ToTrainer&)>;
  /// Workers know slots and requests by number + `first`, so that several Looks can share them.
  explicit Looks(std::uint32_t first = 0) : first_(first) {}

  /// To be called by a view whenever it is drawn. `step`: where the lane is; `post` goes to its worker.
  void want(std::uint32_t slot, protocol::AskLook ask, std::int64_t step, Post post);
  /// Images by place; the answer stays under `request` until another one is wanted there. `post` goes to any worker with data.
  void want_images(std::uint32_t request, const std::string& experiment, bool train, std::vector<std::uint32_t> places, const Post& post);

  /// The last answer in a slot if it is a T for this lane, whatever its step; null otherwise.
  template <class T> const T* answer(std::uint32_t slot, const protocol::LaneKey& key) const {
    const auto it = slots_.find(slot);
    if (it == slots_.end() || !it->second.answer) return nullptr;
    const T* seen = std::get_if<T>(&*it->second.answer);
    return seen && seen->head.key == key ? seen : nullptr;
  }
  /// Whether there was no memory for what the slot wants of this lane. It is not asked again, until something else is wanted there.
  bool failed(std::uint32_t slot, const protocol::LaneKey& key) const;
  /// Grows with each answer in the slot: for textures.
  std::uint64_t version(std::uint32_t slot) const;
  const protocol::Images* images(std::uint32_t request) const;
  std::uint64_t images_version(std::uint32_t request) const;

  /// Sends what is wanted and due; true if something wanted is only due later.
  bool send(double now_s);
  /// False: it was not asked for here.
  template <class Seen> bool take(const Seen& m) { return take_answer(m.head.slot, m); }
  bool take(const protocol::Images& m);
  bool take(const protocol::LookProblem& m);
  /// Workers or data are new: all is asked for again, but what failed.
  void forget();
  /// A lane goes on under another number.
  void renumber(const protocol::LaneKey& from, const protocol::LaneKey& to);

private:
  struct Slot {
    protocol::AskLook wanted, asked;
    Post post;
    std::int64_t step = 0, asked_step = -1;
    bool fresh = false; // wanted since the last send
    bool waiting = false;
    bool failed = false;
    double asked_s = -1;
    std::optional<protocol::ToApp> answer;
    std::uint64_t version = 0;
  };
  struct Sheet {
    protocol::AskImages asked;
    bool waiting = false;
    std::optional<protocol::Images> images;
    std::uint64_t version = 0;
  };
  bool take_answer(std::uint32_t slot, protocol::ToApp answer);

  std::uint32_t first_;
  std::map<std::uint32_t, Slot> slots_;
  std::map<std::uint32_t, Sheet> sheets_;
};

} // namespace downhill
