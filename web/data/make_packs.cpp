// Build tool: writes the data packs and their manifest from the official files.
//   make_packs DATA_DIR OUT_DIR
#include "cli/files.hpp"
#include "core/hash.hpp"
#include "data/pack.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

using namespace downhill;

int main(int count, char** words) {
  if (count != 3) return std::fputs("usage: make_packs DATA_DIR OUT_DIR\n", stderr), 2;
  const auto fail = [](const UserError& error) { return std::fprintf(stderr, "make_packs: %s\n", error.sentence(Language::en).c_str()), 1; };
  auto read = read_fashion_mnist(words[1]);
  if (!read) return fail(read.error());
  const auto whole = std::make_shared<const Source>(std::move(*read));

  struct Pack {
    const char* id;
    std::int64_t train, test;
  };
  constexpr std::uint64_t kSeed = 1; // data.seed of the default experiment
  nlohmann::json manifest = nlohmann::json::array();
  for (const Pack& pack : {Pack{"quick", 2000, 1000}, Pack{"medium", 10000, 2000}, Pack{"full", 60000, 10000}}) {
    const bool all = pack.train == whole->train.size();
    auto drawn = all ? Result<Source>(*whole) : drawn_source(whole, kSeed, pack.train, pack.test);
    if (!drawn) return fail(drawn.error());
    const auto bytes = write_pack(*drawn);
    Hash hash;
    hash.add_bytes(bytes);
    const std::string name = std::string("fashion-mnist-") + pack.id + "-" + hex16(hash.value()) + ".pack";
    if (auto done = write_file(std::string(words[2]) + "/" + name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}); !done)
      return fail(done.error());
    manifest.push_back({{"id", pack.id}, {"file", name}, {"hash", hex16(hash.value())}, {"bytes", bytes.size()}, {"train", pack.train}, {"test", pack.test}});
    if (all) manifest.back()["files"] = hex16(whole->file_hash); // of the official files, should a user give those instead
    if (!all) manifest.back()["seed"] = kSeed;
  }
  if (auto done = write_file(std::string(words[2]) + "/packs.json", manifest.dump(1)); !done) return fail(done.error());
  return 0;
}
