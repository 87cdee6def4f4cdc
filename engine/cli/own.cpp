#include "cli/own.hpp"

#include "cases/case_data.hpp"
#include "cases/suited_training.hpp"
#include "cli/files.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "own/pictures.hpp"
#include "own/table.hpp"
#include "own/zip.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace downhill {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinesShown = 20; // of what was left out

struct Asked {
  SquareLook look;
  OwnChoice choice;
  OwnSplit split;
};

Result<Asked> asked_by(const Arguments& a) {
  Asked asked;
  if (!a.fit.empty() && !a.crop.empty()) return UserError{"one_or_other", "", {"--fit", "--crop"}};
  if (a.size != "28" && a.size != "32") return UserError{"not_a_choice", "--size", {a.size, "28, 32"}};
  asked.look = {a.size == "28" ? 28 : 32, !a.fit.empty(), !a.invert.empty()};
  asked.choice.target = a.target;
  if (!a.as.empty() && a.as != "classes" && a.as != "numbers") return UserError{"not_a_choice", "--as", {a.as, "classes, numbers"}};
  asked.choice.kind = a.as.empty() ? AnswerKind::guess : a.as == "classes" ? AnswerKind::classes : AnswerKind::numbers;
  for (std::size_t begin = 0; begin < a.features.size();) {
    const std::size_t end = std::min(a.features.find(',', begin), a.features.size());
    asked.choice.features.push_back(a.features.substr(begin, end - begin));
    begin = end + 1;
  }
  const std::size_t seed = number_of(a.seed, 9), test = number_of(a.test, 2), validation = a.validation == "0" ? 0 : number_of(a.validation, 2);
  if (seed == 0) return UserError{"not_a_choice", "--seed", {a.seed, "1 … 999999999"}};
  if (test < 1 || test > 90) return UserError{"not_a_choice", "--test", {a.test, "1 … 90"}};
  if (validation > 50 || (validation == 0 && a.validation != "0")) return UserError{"not_a_choice", "--validation", {a.validation, "0 … 50"}};
  if (test + validation > 90) return UserError{"own_split", "--test, --validation", {}};
  asked.split = {seed, static_cast<int>(test), static_cast<int>(validation)};
  return asked;
}

// A file that is read where it is wanted.
Result<ByteSource> source_of(const std::string& path) {
  struct stat info;
  const std::shared_ptr<std::FILE> file(std::fopen(path.c_str(), "rb"), [](std::FILE* f) {
    if (f) std::fclose(f);
  });
  if (!file || fstat(fileno(file.get()), &info) != 0 || !S_ISREG(info.st_mode)) return UserError{"file_unreadable", path, {}};
  return ByteSource{static_cast<std::uint64_t>(info.st_size), [file](std::uint64_t at, std::span<std::uint8_t> into) {
                      std::size_t got = 0;
                      while (got < into.size()) {
                        const auto n = pread(fileno(file.get()), into.data() + got, into.size() - got, static_cast<off_t>(at + got));
                        if (n <= 0) return false;
                        got += static_cast<std::size_t>(n);
                      }
                      return true;
                    }};
}

// What a name ends in says more than a whole path, which may lead through hidden folders.
std::string name_in(const std::string& folder, const std::string& rest) {
  const std::string name = fs::path(folder).lexically_normal().filename().string();
  return name.empty() || name.starts_with('.') ? rest : name + "/" + rest;
}

void add_file(OwnPictures& pictures, const std::string& name, const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return pictures.skip(name, {"file_unreadable", "", {}});
  if (!pictures.wants(name, static_cast<std::uint64_t>(info.st_size))) return;
  const auto bytes = read_file(path, kTableBytesMost);
  if (!bytes) return pictures.skip(name, bytes.error());
  pictures.add(name, *bytes);
}

// All files below a folder, whatever the order of its listing. Links to folders are not followed: one may lead back.
Result<bool> add_folder(OwnPictures& pictures, const std::string& folder) {
  std::error_code error;
  const std::string whole = fs::absolute(folder, error).lexically_normal().string();
  const fs::path root = whole.size() > 1 && whole.ends_with('/') ? whole.substr(0, whole.size() - 1) : whole;
  const auto named = [&](const fs::path& path) { return name_in(root.string(), path.lexically_relative(root).generic_string()); };
  std::vector<fs::path> folders{root}, files;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const fs::path each = folders[i]; // the list grows
    std::error_code ended, unknown;
    for (fs::directory_iterator at(each, ended), end; !ended && at != end; at.increment(ended)) {
      const bool link = fs::is_symlink(at->symlink_status(unknown)), is_folder = fs::is_directory(at->status(unknown));
      if (!is_folder)
        files.push_back(at->path());
      else if (link)
        pictures.skip(named(at->path()), {"own_link", "", {}});
      else
        folders.push_back(at->path());
    }
    if (ended && i == 0) return UserError{"own_folder", folder, {}};
    if (ended) pictures.skip(named(each), {"own_folder", "", {}});
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files)
    if (!pictures.full()) add_file(pictures, named(file), file.string());
  return true;
}

Result<bool> add_zip(OwnPictures& pictures, const std::string& path) {
  auto source = source_of(path);
  if (!source) return source.error();
  auto zip = ZipFile::open(std::move(*source));
  if (!zip) return in_file(path, zip.error());
  for (;;) {
    const auto more = zip->next();
    if (!more) pictures.skip(path, more.error());
    if (!more || !*more || pictures.full()) return true;
    if (zip->is_folder() || !pictures.wants(zip->name(), zip->size())) continue;
    const auto bytes = zip->read(kTableBytesMost);
    if (bytes)
      pictures.add(zip->name(), *bytes);
    else
      pictures.skip(zip->name(), bytes.error());
    if (!bytes && bytes.error().code == "own_zip_bomb") return true;
  }
}

bool is_zip(const std::string& path) {
  const auto source = source_of(path);
  std::uint8_t mark[4];
  if (!source || !source->read(0, mark)) return false;
  return mark[0] == 'P' && mark[1] == 'K' && ((mark[2] == 3 && mark[3] == 4) || (mark[2] == 5 && mark[3] == 6)); // of an empty one, too
}

void print_told(const Told& told) {
  if (told.count() == 0) return;
  print("left out or told: %llu\n", static_cast<unsigned long long>(told.count()));
  for (std::size_t i = 0; i < std::min(told.list().size(), kLinesShown); ++i) print("  %s\n", told.list()[i].sentence(Language::en).c_str());
  if (told.count() > kLinesShown) print("  … and %llu more\n", static_cast<unsigned long long>(told.count() - kLinesShown));
}

void print_parts(const OwnData& data) {
  const auto counted = [](const Examples& part, std::size_t label) {
    return std::count(part.labels.begin(), part.labels.end(), static_cast<std::uint8_t>(label));
  };
  const auto row = [](const std::string& name, std::int64_t train, std::int64_t validation, std::int64_t test) {
    print("%s%*s %8lld %10lld %8lld\n", name.c_str(), static_cast<int>(name.size() < 24 ? 24 - name.size() : 0), "", static_cast<long long>(train),
          static_cast<long long>(validation), static_cast<long long>(test));
  };
  print("%-24s %8s %10s %8s\n", data.classes.empty() ? "" : "class", "train", "validation", "test");
  for (std::size_t label = 0; label < data.classes.size(); ++label)
    row(data.classes[label], counted(data.train, label), counted(data.validation, label), counted(data.test, label));
  row("all", data.train.size(), data.validation.size(), data.test.size());
}

std::vector<int> usable_classes(const OwnData& data, bool validates) {
  const auto counts = [&](const Examples& part) { return label_counts(part, std::ssize(data.classes)); };
  return downhill::usable_classes(counts(data.train), counts(data.test), validates ? counts(data.validation) : std::vector<std::uint32_t>());
}
// Tells those that can't be used, and why.
void print_left_out(const OwnData& data, const std::vector<int>& usable, const char* who, const char* why) {
  for (int label = 0; label < static_cast<int>(data.classes.size()); ++label)
    if (std::find(usable.begin(), usable.end(), label) == usable.end())
      print("no %s can take the class \"%s\": it has %s\n", who, data.classes[static_cast<std::size_t>(label)].c_str(), why);
}
// "0, 2": nothing where a document need not name them.
std::string named_in_document(const OwnData& data, const std::vector<int>& usable) {
  std::string named;
  if (usable.size() < data.classes.size())
    for (const int label : usable) named += (named.empty() ? "" : ", ") + std::to_string(label);
  return named;
}

// How many examples an experiment can ask for: as many of each class.
long long most_of(const Examples& part, const std::vector<int>& classes, std::int64_t bound) {
  if (classes.empty()) return static_cast<long long>(std::min(part.size(), bound));
  const auto counts = label_counts(part, static_cast<std::int64_t>(kOwnClassesMost));
  std::int64_t least = part.size();
  for (const int label : classes) least = std::min<std::int64_t>(least, counts[static_cast<std::size_t>(label)]);
  const auto count = static_cast<std::int64_t>(classes.size());
  return static_cast<long long>(std::min(least * count, bound / count * count));
}

// What to write into an experiment, so that `train` takes it as it stands.
void print_experiment(const OwnData& data, const std::string& hash) {
  const auto usable = usable_classes(data, false);
  print_left_out(data, usable, "run", "no examples for training or none for testing");
  if (!data.classes.empty() && usable.size() < 2)
    return print("no experiment can be made of it: two classes must have examples for training and for testing\n");
  print("in an experiment: \"data\": {\"source\": \"own\", \"file\": \"%s\", \"train\": %lld, \"test\": %lld, \"classes\": [%s]}\n", hash.c_str(),
        most_of(data.train, usable, 60000), most_of(data.test, usable, 10000), named_in_document(data, usable).c_str());
}

// The same for a document of the lab Cases, which has examples for validation as well.
void print_case(const OwnData& data, const std::string& hash) {
  const auto usable = usable_classes(data, true), of_runs = usable_classes(data, false);
  if (of_runs.size() > usable.size()) print_left_out(data, usable, "case", "no examples for one of training, validation and testing");
  if (!data.classes.empty() && usable.size() < 2) return;
  const CaseCounts counts = counts_of_file(
      {most_of(data.train, usable, kOwnExamplesMost), most_of(data.validation, usable, kOwnExamplesMost), most_of(data.test, usable, kOwnExamplesMost)},
      static_cast<std::int64_t>(usable.size()));
  std::string training;
  if (data.classes.empty()) {
    const SuitedTraining suited =
        suited_training(counts.train, kCasesFormat.field_at("/batch")->standard.get<std::int64_t>(), data.train.features, largest_answer(data.train));
    if (suited.far)
      print("the answers are very large: even the largest rate, 100, does not get there in these epochs; give them in a larger unit, thousands or millions\n");
    training = ", \"epochs\": " + std::to_string(suited.epochs) + ", \"optimizer\": " + Json{{"name", "adam"}, {"lr", suited.lr}}.dump();
  }
  print("in a case: \"case\": \"%s\", \"data\": {\"source\": \"own\", \"file\": \"%s\", \"train\": %lld, \"validation\": %lld, \"test\": %lld%s}%s\n",
        data.classes.empty() ? "scores"
        : usable.size() == 2 ? "yes_no"
                             : "one_of_ten",
        hash.c_str(), static_cast<long long>(counts.train), static_cast<long long>(counts.validation), static_cast<long long>(counts.test),
        data.classes.empty() ? "" : (", \"classes\": [" + named_in_document(data, usable) + "]").c_str(), training.c_str());
}

Result<bool> hand_over(const Arguments& arguments, const OwnData& data) {
  print_parts(data);
  const std::string hash = hex16(own_hash(data));
  print("hash: %s\n", hash.c_str());
  print_experiment(data, hash);
  print_case(data, hash);
  if (arguments.out.empty()) return true;
  const auto file = write_own_file(data);
  return write_file(arguments.out, {reinterpret_cast<const char*>(file.data()), file.size()});
}

int done_with(const Arguments& arguments, const Result<OwnData>& data) {
  if (!data) return complain(data.error());
  const auto done = hand_over(arguments, *data);
  return done ? 0 : complain(done.error());
}

int from_table(const Arguments& arguments, const Asked& asked, const std::string& path) {
  const auto bytes = read_file(path, kTableBytesMost);
  if (!bytes) return complain(bytes.error());
  auto table = OwnTable::open(*bytes);
  if (!table) return complain(in_file(path, table.error()));
  while (table->advance()) {
  }
  if (const auto chosen = table->choose(asked.choice); !chosen) {
    print_told(table->told());
    return complain(in_file(path, chosen.error()));
  }
  while (table->advance()) {
  }
  const auto data = table->finish(asked.split);
  std::string names;
  for (const std::size_t column : table->features()) names += (names.empty() ? "" : ", ") + table->columns()[column].name;
  print("features: %zu, %s\nanswer: %s, %s\n", table->features().size(), shortened(names, 400).c_str(), table->answer().c_str(),
        table->of_classes() ? "classes" : "numbers");
  print_told(table->told());
  if (!data) return complain(in_file(path, data.error()));
  return done_with(arguments, data);
}

int from_pictures(const Arguments& arguments, const Asked& asked) {
  OwnPictures pictures(asked.look);
  std::set<std::string> given;
  for (const std::string& path : arguments.files) {
    struct stat info;
    if (stat(path.c_str(), &info) != 0) return complain({"file_unreadable", path, {}});
    std::error_code error;
    if (!given.insert((fs::absolute(path, error) / "").lexically_normal().string()).second) {
      pictures.skip(path, {"own_given_twice", "", {}});
      continue;
    }
    pictures.next_root();
    if (S_ISDIR(info.st_mode)) {
      if (const auto done = add_folder(pictures, path); !done) return complain(done.error());
    } else if (is_zip(path)) {
      if (const auto done = add_zip(pictures, path); !done) return complain(done.error());
    } else {
      const fs::path whole = fs::absolute(path, error).lexically_normal();
      add_file(pictures, name_in(whole.parent_path().string(), whole.filename().string()), path);
    }
  }
  auto data = pictures.finish(asked.choice, asked.split);
  print("pictures: %zu, %d × %d, grey, %s%s\n", pictures.pictures(), asked.look.side, asked.look.side,
        asked.look.fit ? "fitted whole on white" : "cropped to the middle square", asked.look.invert ? ", inverted" : "");
  if (data && !data->answer.empty()) print("answer: %s, %s\n", data->answer.c_str(), data->classes.empty() ? "numbers" : "classes");
  print_told(pictures.told());
  return done_with(arguments, data);
}

constexpr const char* kTemplateWords =
    "给自己的图片打分：课后练习的样板\r\n"
    "1. 把图片（PNG、JPEG 或 WebP）放进这个文件夹，文件名改成 "
    "photo001、photo002……，后缀照旧。图片可以多几张、少几张：表里没有图片的行要删掉，至少删到不足一半。\r\n"
    "2. 用 Excel 或别的表格软件打开 scores.csv，在 score 一列填分数（比如 1 到 5，小数也行），存成 CSV。没有分数的行会略过。\r\n"
    "3. 在网页里打开“自己的数据”，把整个文件夹拖进去；或者用命令行：\r\n"
    "   downhill data 这个文件夹 --validation 20 --out faces.downhill-data\r\n"
    "   downhill cases case.json --data faces.downhill-data\r\n"
    "   （case.json 里写什么，上一条命令会打印出来。）\r\n"
    "图片只在你的设备上读，不上传。用别人的照片，先要得到本人同意。\r\n"
    "\r\n"
    "Scores of your own pictures: a template for the exercise\r\n"
    "1. Put your pictures (PNG, JPEG or WebP) into this folder and call them photo001, photo002 ..., with the endings that they have. Fewer or more\r\n"
    "   will do: add rows to the table, or take out those that have no picture (at least until they are fewer than half).\r\n"
    "2. Open scores.csv in a spreadsheet, fill the column score (1 to 5, say; fractions are fine), and save it as CSV. Rows without a score are left out.\r\n"
    "3. Open \"Your data\" in the page and drop the whole folder there; or, on the command line:\r\n"
    "   downhill data THIS_FOLDER --validation 20 --out faces.downhill-data\r\n"
    "   downhill cases case.json --data faces.downhill-data\r\n"
    "   (the first of them prints what to write into case.json)\r\n"
    "Pictures are read on your device alone. Ask people before you use photographs of them.\r\n";

// A folder with a table of scores to be filled, and how to fill it.
int own_template(const std::string& folder) {
  const std::pair<std::string, std::string> files[] = {{folder + "/scores.csv", scores_template(kBookPictures)}, {folder + "/README.txt", kTemplateWords}};
  std::error_code error;
  for (const auto& [path, content] : files) // somebody's scores are not written over
    if (fs::exists(path, error)) return complain({"template_there", path, {}});
  mkdir(folder.c_str(), 0777); // a failure shows at the first file
  for (const auto& [path, content] : files)
    if (const auto done = write_file(path, content); !done) return complain(done.error());
  print("%s: scores.csv with %zu rows to fill, README.txt tells how\n", printable(folder).c_str(), kBookPictures);
  return 0;
}

} // namespace

int own_data(const Arguments& arguments) {
  if (!arguments.blank.empty()) return own_template(arguments.files.front());
  const auto asked = asked_by(arguments);
  if (!asked) return complain(asked.error());
  if (!arguments.out.empty())
    if (auto error = unwritable(arguments.out)) return complain(*error);
  const std::string& first = arguments.files.front();
  std::error_code error;
  if (arguments.files.size() == 1 && !fs::is_directory(first, error) && own_path(fs::path(first).filename().string()).kind == PathKind::table)
    return from_table(arguments, *asked, first);
  return from_pictures(arguments, *asked);
}

} // namespace downhill
