// The points of surfaces over images: drawn by a worker, since only workers have images, and kept. No ImGui, no race.
#pragma once
#include "protocol/messages.hpp"
#include "surfaces/surface.hpp"

#include <functional>
#include <optional>

namespace downhill {

class SurfacePoints {
public:
  using Post = std::function<void(const protocol::ToTrainer&)>;
  /// `post` goes to a worker.
  explicit SurfacePoints(Post post) : post_(std::move(post)) {}

  /// Those of settings that need images; null: they are not known. They stay known, so that undo need not wait.
  const std::vector<Point>* of(const SurfaceSettings& settings) const;
  /// To be called as long as they are wanted and the worker has data: asks once, and for others when the answer has come.
  void want(const SurfaceSettings& settings);
  /// What a worker said. False: it is no answer to what was wanted last, or makes no sense.
  bool take(const protocol::ToApp& message);
  /// The worker is new: what it has not answered is asked for again when it is next wanted.
  void forget() { waiting_ = false; }
  /// Why there are none of these; they are not asked for again unless others were in between, or `again`.
  const std::optional<UserError>* problem_of(const SurfaceSettings& settings) const { return problem_ && asked_.is_of(settings) ? &problem_ : nullptr; }
  void again() { problem_.reset(), waiting_ = false; }

private:
  struct Known {
    Choice surface;
    std::vector<std::string> along;
    std::vector<Point> points;
    bool is_of(const SurfaceSettings& s) const { return surface.name == s.surface.name && surface.values == s.surface.values && along == s.along; }
  };
  static constexpr std::size_t kKnownMost = 16;

  Post post_;
  std::vector<Known> known_; // the latest
  Known asked_;              // last, without points
  std::uint32_t request_ = 0;
  bool waiting_ = false; // for its answer
  std::optional<UserError> problem_;
};

} // namespace downhill
