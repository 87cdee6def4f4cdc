// The corpus of the fuzzers, replayed; and every input cut short, since that is how files break.
#include "cli/files.hpp"
#include "fuzz/targets.hpp"

#include <doctest/doctest.h>

#include <dirent.h>
#include <string>

TEST_CASE("the fuzzers' corpus, whole and cut, is read without a fault") {
  for (const auto& target : downhill::fuzz::targets()) {
    const std::string folder = std::string(DOWNHILL_TESTS_DIR) + "/fuzz/corpus/" + std::string(target.name);
    DIR* const directory = opendir(folder.c_str());
    REQUIRE(directory);
    int files = 0;
    while (const dirent* entry = readdir(directory)) {
      const std::string name = entry->d_name;
      if (name.starts_with(".")) continue;
      const auto bytes = downhill::read_file(folder + "/" + name, 1U << 20);
      REQUIRE(bytes.ok());
      ++files;
      target.run(*bytes);
      for (const std::size_t share : {1U, 2U, 3U}) target.run(std::span(*bytes).first(bytes->size() * share / 4));
    }
    closedir(directory);
    CAPTURE(folder);
    CHECK(files >= 3);
  }
}
