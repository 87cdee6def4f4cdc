#include "app/core/toy.hpp"

namespace downhill {

std::optional<UserError> Toy::follow(const std::string& of, const std::function<void(Json& experiment)>& change) {
  std::optional<UserError> refused;
  if (of != of_) {
    of_ = of;
    Json json = race_.experiment().json();
    change(json);
    refused = race_.change_to(json);
  }
  if (race_.pack_ready() && (race_.transport() == Transport::ready || race_.left_running())) race_.start();
  return refused;
}

} // namespace downhill
