// What the verbs of the command line share: their arguments, printing that tells when it fails, names of lanes.
#pragma once
#include "document/document.hpp"

#include <string>

namespace downhill {

struct Arguments {
  std::string document, data, out, lane, jobs, map, working, formulas, weights, kind = "principal", points, fits, draws, stations, lang = "zh";
  std::vector<std::string> files; // of the verb data, as what follows
  std::string size = "28", fit, crop, invert, blank, target, as, features, seed = "1", test = "20", validation = "0";
};

/// Says what is wrong; the status to exit with.
int complain(const UserError& error);
__attribute__((format(printf, 1, 2))) void print(const char* format, ...);
/// Hands on what was printed; false if that, or something before it, failed.
bool printed();
/// How every verb ends: with its own status, or with the sentence that its output went nowhere.
int ended(int status);

/// The JSON in a file; errors name the file.
Result<Json> json_from_file(const std::string& path);
/// An error in a file's content, its place after the file's name.
UserError in_file(const std::string& path, const UserError& error);

/// What a lane is called in tables and files: its label, else the rule's name with its number; all of them are told apart.
std::string lane_name(const Json& label, const std::string& rule, std::size_t number);
template <class Lanes> std::vector<std::string> lane_names(const Lanes& lanes) {
  std::vector<std::string> names;
  for (const auto& lane : lanes) names.push_back(lane_name(lane.label, lane.settings.optimizer.name, names.size() + 1));
  return told_apart(std::move(names));
}

/// A whole number from 1 on with at most so many digits, or 0.
std::size_t number_of(const std::string& text, std::size_t digits_most = 3);
/// The lanes --lane asks for, from first to before last.
struct Lanes {
  std::size_t first, last;
};
Result<Lanes> lanes_asked(const Arguments& arguments, std::size_t count);
Result<Language> language_asked(const Arguments& arguments);

/// A field of a CSV file, quoted where it must be (RFC 4180).
std::string csv(const std::string& text);
/// To --out FILE where there is one, else to standard output; the status to exit with.
int hand_out(const Arguments& arguments, const std::string& text);

} // namespace downhill
