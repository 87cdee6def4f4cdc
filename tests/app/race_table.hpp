// A race with its workers in this process.
#pragma once
#include "app/core/race.hpp"
#include "core/hash.hpp"
#include "data/pack.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <memory>

namespace downhill {

using namespace protocol;

inline std::shared_ptr<const Source> source() {
  static const auto made = [] {
    auto s = std::make_shared<Source>();
    s->classes = 10;
    PhiloxStream stream({3, 3});
    for (const auto& [part, count] : {std::pair{&s->train, 300}, {&s->test, 100}}) {
      part->features = 16;
      for (int i = 0; i < count; ++i) {
        part->labels.push_back(static_cast<std::uint8_t>(i % 10));
        for (int f = 0; f < 16; ++f) part->pixels.push_back(static_cast<std::uint8_t>((f == i % 10 ? 200 : 0) + static_cast<int>(stream.next_word() % 50)));
      }
    }
    return s;
  }();
  return made;
}

// A race with trainers in this process: the page without a browser. Time is counted in calls.
struct Table {
  explicit Table(std::size_t workers, const Json& experiment) {
    for (std::size_t w = 0; w < workers; ++w) hosts.push_back(make_host(w));
    REQUIRE(!race.set_experiment(experiment));
    packs.set_worker_count(workers);
    race.begin_with_workers();
  }
  void deliver(std::size_t worker, const Bytes& bytes) {
    const auto message = decode<ToApp>(bytes);
    REQUIRE(message);
    if (const auto* opened = std::get_if<PackOpened>(&*message)) packs.take(worker, *opened);
    if (const auto* snapshot = std::get_if<Snapshot>(&*message); snapshot && !snapshot->losses.empty())
      least_from = std::min(least_from, snapshot->losses_from);
    race.take(worker, *message);
    for (Race* other : others) other->take(worker, *message);
    if (listen) listen(worker, *message);
  }
  void worker_restarted(std::size_t worker) { packs.worker_lost(worker), race.worker_restarted(worker); }
  std::unique_ptr<TrainerHost> make_host(std::size_t w) {
    return std::make_unique<TrainerHost>([this] { return clock_s += 0.0005; }, [this, w](const ToApp& m) { mail.push_back({w, encode(m)}); }, 64U << 20,
                                         [this, w](std::size_t) {
                                           if (dies_in_looks) hosts[w]->out_of_memory();
                                           return room;
                                         });
  }
  void open_pack(std::size_t w) {
    const auto packed = write_pack(*source());
    Hash hash;
    hash.add_bytes(packed);
    hosts[w]->open_pack("full", packed, hex16(hash.value()));
  }
  void turn() {
    for (auto& host : hosts) host->work(0.004);
    while (!mail.empty()) {
      const auto [worker, bytes] = mail.front();
      mail.pop_front();
      deliver(worker, bytes);
    }
    race.tick(clock_s);
    for (Race* other : others) other->tick(clock_s);
  }
  void until_finished() {
    for (int i = 0; i < 20000 && race.transport() != Transport::finished; ++i) turn();
    REQUIRE(race.transport() == Transport::finished);
  }
  std::vector<std::uint64_t> hashes() {
    std::vector<std::uint64_t> out;
    for (const LaneState& lane : race.lanes()) out.push_back(lane.hash);
    return out;
  }

  double clock_s = 0;
  std::int64_t least_from = 0; // where the losses that were told begin
  bool alter_checkpoints = false;
  bool room = true, dies_in_looks = false; // whether there is memory for views; whether it ends while they are answered
  std::deque<std::pair<std::size_t, Bytes>> mail;
  std::vector<std::unique_ptr<TrainerHost>> hosts;
  int loads = 0;
  std::vector<std::pair<std::size_t, LaneKey>> started; // by whom and what, as the race asked
  std::vector<Race*> others;
  std::function<void(std::size_t, const ToApp&)> listen;      // to what is no race's
  std::map<std::string, std::vector<std::uint8_t>> own_files; // by "own:HASH": what is kept here of a user's own
  Packs packs{[this](const std::string& id, bool) {
                ++loads;
                if (id.starts_with("own:")) {
                  const auto kept = own_files.find(id);
                  if (kept == own_files.end()) return packs.failed({"needs_file", "", {}}), race.pack_failed({"needs_file", "", {}});
                  for (auto& host : hosts) host->open_own(id.substr(4), kept->second);
                  return;
                }
                for (std::size_t w = 0; w < hosts.size(); ++w) open_pack(w);
              },
              {{"full", 1000, 60000, 10000, {}}}};
  Race race{[this](std::size_t w, ToTrainer m) {
              if (const auto* start = std::get_if<StartLane>(&m)) started.push_back({w, start->key});
              if (auto* start = std::get_if<StartLane>(&m); start && alter_checkpoints && !start->checkpoint.empty()) start->checkpoint[0] ^= 1;
              hosts[w]->receive(encode(m));
            },
            packs};
};

} // namespace downhill
