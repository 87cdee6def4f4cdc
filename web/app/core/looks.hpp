// What views see of lanes: a view owns a Look, says every time it is drawn what it wants there, and finds the last answer.
// About one lane asks go out at most a few times a second, and only while the answer is not of the lane's present step. A long
// answer that nobody wants any more is dropped, and so is a Look's place with the Look.
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

  ~Looks();
  Looks(const Looks&) = delete;
  Looks& operator=(const Looks&) = delete;

  /// Sends what is wanted and due; true if something wanted is only due later.
  bool send(double now_s);
  /// False: it was not asked for here.
  template <class Seen> bool take(const Seen& m) { return take_answer(m.head.slot, m.head.key, m); }
  bool take(const protocol::Images& m);
  bool take(const protocol::LookProblem& m);
  bool take(const protocol::LookProgress& m);
  /// Workers or data are new: all is asked for again, but what failed.
  void forget();
  /// Nobody looks now: what is under way is dropped.
  void cancel();
  /// A lane goes on under another number.
  void renumber(const protocol::LaneKey& from, const protocol::LaneKey& to);

private:
  struct Slot {
    protocol::AskLook wanted, asked;
    Post post, asked_post; // to the worker that has the lane, and to the one that was asked
    std::int64_t step = 0, asked_step = -1;
    bool fresh = false; // wanted since the last send
    bool waiting = false;
    bool failed = false;
    double asked_s = -1, wanted_s = 0;
    double progress = -1; // of a long answer, 0 to 1
    bool progressed = false;
    std::optional<protocol::ToApp> answer;
    std::uint64_t version = 0;
  };
  struct Sheet {
    protocol::AskImages asked;
    bool waiting = false;
    std::optional<protocol::Images> images;
    std::uint64_t version = 0;
  };
  friend class LooksPlace;
  friend class LookPlace;
  friend class Pictures;
  bool take_answer(std::uint32_t slot, const protocol::LaneKey& key, protocol::ToApp answer);
  void want(std::uint32_t slot, protocol::AskLook ask, std::int64_t step, Post post);
  void drop(std::uint32_t slot, Slot& it);

  std::uint32_t first_, next_ = 0;
  std::map<std::uint32_t, Slot> slots_;
  std::map<std::uint32_t, Sheet> sheets_;
  std::vector<Looks**> users_; // who has a place here, to be told when there is none any more
};

/// A place among the Looks of a race; its owner's own. Asked of another race, it moves there.
class LooksPlace {
public:
  LooksPlace() = default;
  LooksPlace(LooksPlace&& other) noexcept { take(other); }
  LooksPlace& operator=(LooksPlace&& other) noexcept {
    if (this != &other) leave(), take(other);
    return *this;
  }
  ~LooksPlace() { leave(); }

protected:
  void go_to(Looks& looks);
  Looks* looks_ = nullptr; ///< null: nothing was wanted yet, or its race is no more
  std::uint32_t number_ = 0;

private:
  void leave();
  void take(LooksPlace& other);
};

class LookPlace : public LooksPlace {
public:
  /// Whether there was no memory for what was wanted last. It is not asked again, until something else is wanted.
  bool failed() const;
  /// How far a long answer is, 0 to 1; −1: none is under way.
  double progress() const;
  /// Of the last answer; no two answers have the same one, in whatever place. For textures.
  std::uint64_t version() const;

protected:
  void want(Looks& looks, protocol::AskLook ask, std::int64_t step, Looks::Post post);
  template <class T> const T* answer() const {
    const Looks::Slot* it = slot();
    const T* seen = it && it->answer ? std::get_if<T>(&*it->answer) : nullptr;
    return seen && seen->head.key == it->wanted.key ? seen : nullptr;
  }

private:
  const Looks::Slot* slot() const;
};

/// The answers to one kind of question.
template <class Question> class Look : public LookPlace {
public:
  using Answer = typename Question::Answer;
  /// To be called whenever it is drawn. The last answer for this lane, whatever its step; null while there is none.
  template <class Race> const Answer* want(Race& race, std::size_t lane, Question question = {}) {
    LookPlace::want(race.looks(), {0, race.lanes()[lane].key, std::move(question)}, race.lanes()[lane].step, race.to_worker(race.lanes()[lane].worker));
    return seen();
  }
  /// What was last wanted, without wanting it now.
  const Answer* seen() const { return this->template answer<Answer>(); }
  /// The same, if it is of this lane as it is now: for who does not draw it, and may come when it was last wanted of another.
  template <class Race> const Answer* seen_of(const Race& race, std::size_t lane) const {
    const Answer* last = seen();
    return last && lane < race.lanes().size() && last->head.key == race.lanes()[lane].key ? last : nullptr;
  }
};

/// Images of a race's data, by their places in a part.
class Pictures : public LooksPlace {
public:
  /// What is there of what was wanted last, or of what was wanted before while that is on its way; null: nothing yet.
  template <class Race> const protocol::Images* want(Race& race, bool train, std::vector<std::uint32_t> places) {
    if (race.pack_ready()) want(race.looks(), race.data_text(), train, std::move(places), race.to_worker(0));
    return seen();
  }
  const protocol::Images* seen() const;
  std::uint64_t version() const;

private:
  void want(Looks& looks, const std::string& experiment, bool train, std::vector<std::uint32_t> places, const Looks::Post& post);
  const Looks::Sheet* sheet() const;
};

} // namespace downhill
