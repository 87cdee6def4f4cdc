#include "core/user_error.hpp"

#include "core/error_texts.hpp"
#include "core/printable.hpp"

#include <cassert>
#include <cstdlib>

namespace downhill {
namespace {

constexpr ErrorText kTexts[] = {
    {"json_syntax", "不是合法的 JSON：{1}", "this is not valid JSON: {1}"},
    {"json_too_deep", "JSON 嵌套超过 {1} 层；实验用不着这么深", "the JSON is nested more than {1} levels deep; no experiment needs that"},
    {"json_too_large", "文本超过 {1} 字节，请删减后再试", "the text is larger than {1} bytes; shorten it"},
    {"duplicate_key", "“{1}”写了两次，请只留一个", "\"{1}\" is given twice; keep one"},
    {"wrong_type", "这里应为{1}", "expected {1} here"},
    {"unknown_key", "没有叫“{1}”的设置；可用的有：{2}", "there is no setting \"{1}\"; known here: {2}"},
    {"out_of_range", "{1} 超出范围，应在 {2} 到 {3} 之间", "{1} is out of range; allowed is {2} to {3}"},
    {"not_a_choice", "不认识“{1}”；可选：{2}", "\"{1}\" is not known; choose one of: {2}"},
    {"missing", "缺少“{1}”，请补上", "\"{1}\" is missing; add it"},
    {"version", "此实验的格式版本是 {1}，本页只懂 {2}；请用新版打开", "this experiment has format {1}, this program knows {2}; use a newer version"},
    {"lane_may_not", "各赛道的“{1}”必须相同，请在公共设置里改", "a lane may not change \"{1}\"; change it for all lanes"},
    {"too_many_lanes", "赛道太多：{1} 条，最多 {2} 条", "{1} lanes are too many; at most {2}"},
    {"other_lab", "这是实验室“{1}”的文档，这里要的是“{2}”", "this is a document of the lab \"{1}\"; here one of \"{2}\" is wanted"},
    {"no_lanes", "至少要有一条赛道", "at least one lane is needed"},
    {"batch_above_train", "批尺寸 {1} 大于训练样本数 {2}，请改小，或写 \"full\"",
     "batch {1} is more than the {2} training examples; lower it or write \"full\""},
    {"batch_needs_points", "曲面“{1}”是函数，没有样本可分批；请去掉 batch，或换成由数据点构成的曲面",
     "the surface {1} is a function and has no points to take batches of; leave batch out, or take a surface made of points"},
    {"takes_no_weights", "只有图像神经元才有可写成文件的权重，请去掉 --weights", "only a unit on images has weights to write; leave --weights out"},
    {"takes_no_data", "这份文档用不着数据文件，请去掉 --data", "this document needs no data file; leave --data out"},
    {"points_or_drawn", "数据点已经逐个给出，用不着“{1}”，请去掉其一",
     "the points are given one by one, which leaves nothing for \"{1}\"; leave one of the two out"},
    {"formula_character", "第 {1} 个字符“{2}”不能用在公式里", "character {1}: \"{2}\" has no place in a formula"},
    {"formula_name", "第 {1} 个字符起的“{2}”不认识；可用：{3}", "character {1}: \"{2}\" is not known; known are {3}"},
    {"formula_operator", "第 {1} 个字符“{2}”之前缺少运算符；乘号要写出来，如 2*x",
     "character {1}: an operator is missing before \"{2}\"; products are written out, as in 2*x"},
    {"formula_operand", "第 {1} 个字符处缺少数、x、y 或括号", "character {1}: a number, x, y or a bracket is missing here"},
    {"number_operand", "第 {1} 个字符处缺少数或括号", "character {1}: a number or a bracket is missing here"},
    {"formula_open", "第 {1} 个字符的左括号没有右括号", "character {1}: this bracket is not closed"},
    {"formula_close", "第 {1} 个字符的右括号没有左括号", "character {1}: this bracket closes nothing"},
    {"formula_call", "第 {1} 个字符：{2} 的自变量要加括号，如 {2}(x)", "character {1}: {2} takes what stands in brackets after it, as in {2}(x)"},
    {"formula_constant", "第 {1} 个字符处算不出有限的数（就像 1/0 或 log(0)），请改写",
     "character {1}: what is worked out here is no finite number, as 1/0 or log(0) is none; write it otherwise"},
    {"formula_deep", "第 {1} 个字符处的嵌套超过 {2} 层，请写得简单些", "character {1}: more than {2} levels are nested here; write it more simply"},
    {"formula_flat", "公式里要有 x 或 y", "a formula needs x or y"},
    {"formula_x", "目标函数是 x 的公式：要有 x，不能有 y", "a target function is a formula of x: it needs x, and has no y"},
    {"target_value", "在 x = {1} 处目标函数算不出 ±{2} 以内的数，请改公式或区间",
     "at x = {1} the target function is no number within ±{2}; change the formula or the interval"},
    {"ragged_rows", "这一行有 {1} 个权重，第一行却有 {2} 个；每个神经元的权重要一样多", "this row has {1} weights, the first one {2}; all units have as many"},
    {"layer_misfit", "每行有 {1} 个权重，前一层却有 {2} 个神经元；每个神经元要有一个权重",
     "rows of {1} weights do not fit the {2} units of the layer before; there is one for each"},
    {"bias_misfit", "有 {1} 个偏置，却有 {2} 个神经元；每个神经元要有一个", "{1} biases do not fit {2} units; each has one"},
    {"input_misfit", "有 {1} 个输入，第一层却每行 {2} 个权重；每个输入要有一个权重",
     "{1} inputs do not fit the first layer's rows of {2} weights; there is one for each"},
    {"target_misfit", "有 {1} 个目标值，网络却有 {2} 个输出；每个输出要有一个", "{1} targets do not fit the network's {2} outputs; each has one"},
    {"target_sum", "交叉熵的目标值是概率，和应为 1，这里是 {1}", "the targets of cross-entropy are probabilities and come to 1; here they come to {1}"},
    {"no_quantity", "“{1}”不是要算的数；名称如 delta/1/2/1（类别/样本/层/神经元，都从 1 数起）",
     "\"{1}\" is no number that is worked out; names are like delta/1/2/1 (kind, example, layer, unit, all counted from 1)"},
    {"one_output", "只有一个输出时，softmax 总是 1，损失 {1} 没有可学的；请加一个输出，或改用 bce",
     "the softmax of one output is always 1, which leaves the loss {1} nothing to teach; add an output, or take bce"},
    {"duplicate_class", "类别 {1} 写了两次", "class {1} is listed twice"},
    {"duplicate_direction", "两个方向都是“{1}”，请选两个不同的方向", "both directions are \"{1}\"; choose two that differ"},
    {"one_class", "只有一个类别，没有可以区分的；请至少留两类", "one class alone leaves nothing to tell apart; keep at least two"},
    {"own_few_usable", "这个文件的类别里，各部分都有样本的不到两个；请换一种划分，重新做数据",
     "fewer than two classes of this file have examples in every part; make the data again with another split"},
    {"no_train_examples", "训练集里没有类别 {1} 的样本，请在 data.classes 里去掉它",
     "the training set has no examples of class {1}; leave it out of data.classes"},
    {"no_test_examples", "测试集里没有类别 {1} 的样本，请在 data.classes 里去掉它", "the test set has no examples of class {1}; leave it out of data.classes"},
    {"too_many_examples", "要 {1} 个样本，这些类别只有 {2} 个；请减少", "{1} examples were asked for, these classes have {2}; ask for fewer"},
    {"needs_larger_pack", "此设置需要更大的数据包", "this needs a larger data pack"},
    {"only_own_file", "只有数据来源为 own 时才用得着 file", "a file is only named where the source is own"},
    {"noise_needs_toy", "只有由公式生成的数据才能加噪声；图像请用标签噪声", "only generated data takes noise; for images use label noise"},
    {"no_such_class", "没有类别 {1}，共有 {2} 类，从 0 数起", "there is no class {1}; there are {2}, counted from 0"},
    {"no_classes", "回归数据没有类别，请去掉这一项", "regression data has no classes; leave this out"},
    {"loss_needs_classes", "损失 {1} 用于分类；回归请用 mse、mae 或 huber", "the loss {1} is for classification; for regression use mse, mae or huber"},
    {"loss_needs_two", "损失 {1} 只用于两个类别，请只留两类", "the loss {1} is for two classes; keep just two"},
    {"needs_images", "这要用 Fashion-MNIST 的图像算，这里还没有这些图像", "this is worked out from Fashion-MNIST's images, which are not here"},
    {"not_a_painting", "这不是一幅画：应为 784 个权重的 base64 文本，或空文本（什么也没画）",
     "this is no painting: expected 784 weights as base64, or an empty text where nothing is painted"},
    {"case_needs_two", "“是或否”要恰好两个类别，这里有 {1} 个", "yes or no takes just two classes, not {1}"},
    {"own_needs_two", "“是或否”要恰好两个类别，这个文件有 {1} 个；请在 data.classes 里选两个（从 0 数起，先“否”后“是”），如 [0, 1]",
     "yes or no takes just two classes, this file has {1}; name two of them in data.classes, counted from 0, no before yes: [0, 1]"},
    {"case_needs_numbers", "“打分”学的是数，这个文件的答案却是类别；请改用“是或否”或“十选一”，或用数值的一列做答案，重新做数据",
     "scores are numbers, but this file's answers are classes; take yes or no or one of ten, or make the data again with a column of numbers as the answer"},
    {"case_needs_classes", "这里学的是类别，这个文件的答案却是数；请改用“打分”，或把答案当作类别，重新做数据",
     "here classes are learned, but this file's answers are numbers; take scores, or make the data again with the answers as classes"},
    {"case_needs_packed", "“案例”要 .downhill-data 文件；请先用“自己的数据”或 downhill data 做成这种文件",
     "the lab Cases takes a .downhill-data file; make one of this with \"Your data\" or with downhill data"},
    {"own_has_answers", "自己的数据自带答案，不能再用 {1} 打分；请去掉 score，或改成 file",
     "own data bring their own answers and are not scored by {1}; leave score out, or make it file"},
    {"score_of_file", "只有数据来源为 own 时，score 才能是 file", "the score is file only where the data's source is own"},
    {"own_to_validate", "这个文件没有验证集，验证样本从训练集取：训练和验证一共要 {1} 个，能用的只有 {2} 个；请减少",
     "this file has no validation set, so examples are taken from its training set: training and validation together ask for {1}, there are {2}; ask for "
     "fewer"},
    {"no_validation_examples", "验证集里没有类别 {1} 的样本；请在 data.classes 里去掉它，或不留验证集，重新做数据",
     "the validation set has no examples of class {1}; leave it out of data.classes, or make the data again without a validation set"},
    {"template_there", "已经有这个文件了，不会覆盖；请换一个文件夹", "this is there already and is not written over; name another folder"},
    {"case_takes_no_hidden", "这里只有“多选一”能加隐藏层，请去掉", "only one of several takes a hidden layer here; leave it out"},
    {"raters_for_scores", "评分文件只用在给 Fashion-MNIST 图片打分的案例里；请先到“数据”站，案例选“打分”，数据选 Fashion-MNIST",
     "files of ratings are for scores of Fashion-MNIST's pictures; at the station Data choose A score as the case and Fashion-MNIST as the data first"},
    {"too_few_rated", "要用 {1} 张打过分的图，现在只有 {2} 张；请再给几张打分，或减少训练、验证、测试的数量",
     "rated pictures asked for: {1}, rated: {2}; rate more, or ask for fewer to train, validate and test with"},
    {"too_many_raters", "评分者最多 {1} 位，留下的是：{2}；没有加入：{3}", "at most {1} raters; kept are: {2}; not added: {3}"},
    {"other_draw", "这些分数打的是种子 {1}、类别 {2} 抽到的图片，这里却是种子 {3}、类别 {4}；请改成前者，或去掉这位评分者",
     "these scores are of pictures drawn with seed {1} from the classes {2}, here they are drawn with {3} from {4}; take those, or leave this rater out"},
    {"not_raters", "这不是打分文件；打分文件的开头是 {\"downhill_raters\": 1", "this is no file of ratings; those begin with {\"downhill_raters\": 1"},
    {"no_such_place", "这些类别共有 {2} 张图片，序号从 0 数起，没有 {1}；请去掉这个分数",
     "place {1} is not among the {2} pictures of these classes, counted from 0; leave this score out"},
    {"too_many_to_validate", "训练和验证一共要 {1} 张图片，这些类别只有 {2} 张；请减少",
     "training and validation together ask for {1} pictures, these classes have {2}; ask for fewer"},
    {"needs_file", "此实验要用你自己的数据文件，请先打开它", "this experiment needs your own data file; open it first"},
    {"other_file", "打开的文件（{1}）不是此实验所用的文件（{2}）", "the file that is open ({1}) is not the one this experiment was made with ({2})"},
    {"csv_damaged", "CSV 第 {1} 行：{2}", "CSV line {1}: {2}"},
    {"csv_header", "CSV 第一行应为列名，其中一列叫 label（分类）或 target（回归），不能两列都有",
     "the first CSV line must name the columns, one of them label (classes) or target (regression), not both"},
    {"csv_columns", "CSV 有两列都叫“{1}”，请给其中一列改名", "two columns of the CSV are called \"{1}\"; rename one"},
    {"csv_empty", "CSV 里训练或测试样本不足：训练 {1} 个，测试 {2} 个", "the CSV has too few examples: {1} for training, {2} for testing"},
    {"own_damaged", "不是完整的 .downhill-data 文件：{1}", "this is not a whole .downhill-data file: {1}"},
    {"checkpoint_damaged", "检查点不完整或已损坏", "the checkpoint is cut or damaged"},
    {"checkpoint_other", "检查点属于另一个实验，无法在此恢复", "the checkpoint belongs to another experiment and can't be restored here"},
    {"memory", "内存不足，请减少样本、神经元或赛道", "out of memory; use fewer examples, units or lanes"},
    {"too_many_features", "每个样本有 {1} 个特征，最多 {2} 个", "examples have {1} features; at most {2}"},
    {"draws_need_classes", "回归数据没有类别，没法比较判得是否一致", "regression data has no classes to differ about"},
    {"race_source", "这个实验室只用有类别的数据；“{1}”是回归数据，请在“赛跑”里打开",
     "this lab takes data with classes only; \"{1}\" is for regression, open it in the Race"},
    {"not_in_lab", "“{2}”里没有“{1}”这个命令", "the lab “{2}” has no verb \"{1}\""},
    {"lab_absent", "“{1}”这个实验还没有下载", "the lab \"{1}\" has not been downloaded yet"},
    {"no_verb", "没有叫“{1}”的命令；可用的有：{2}", "there is no verb \"{1}\"; known here: {2}"},
    {"no_field", "没有叫“{1}”的设置", "there is no setting called \"{1}\""},
    {"not_the_number", "{1} 不是这个数（取三位有效数字）", "{1} is another number (to three significant digits)"},
    {"too_many_arguments", "给了 {1} 个参数，最多 {2} 个", "{1} arguments are too many; at most {2}"},
    {"too_long", "有 {1} 个字符，太长；最多 {2} 个", "{1} characters are too many; at most {2}"},
    {"not_a_line", "名称只能是一行文字，不能有换行等控制字符", "a name is one line of text, without line breaks or other control characters"},
    {"no_graphics", "这里没有图形，截不了图", "there are no graphics here to take a picture of"},
    {"no_preset", "没有叫“{1}”的预设；请从“预设”菜单里选一个", "there is no preset called \"{1}\"; choose one from the Presets menu"},
    {"pad_points", "比赛现在的数据不是 28×28 的图片，认不了这张；请先把数据换成 Fashion-MNIST",
     "the race is not on pictures of 28×28 now and can't tell this one; choose Fashion-MNIST as its data first"},
    {"plane_few_lanes", "这样的平面至少要有 {1} 条显示着的、网络相同、没有发散的赛道，现在有 {2} 条；请加赛道，或换一种平面",
     "such a plane takes {1} shown lanes of one network that have not diverged; there are {2}. Add lanes, or choose another plane"},
    {"plane_diverged", "第 {1} 条赛道的权重已经大得没有意义，快要发散了；请隐藏它，或者调小它的学习率",
     "the weights of lane {1} have run away and it is about to diverge; hide it, or take a smaller rate"},
    {"plane_too_large", "{1} 条赛道的权重太多，放不进内存；请隐藏几条，或换小一点的网络",
     "{1} lanes have more weights than memory holds; hide some, or take a smaller network"},
    {"pad_hidden", "这里没有显示图片的视图；请用带画面的完整页面", "there is no view here to show a picture; use the full page, with its graphics"},
    {"no_such_lane", "没有第 {1} 条赛道，共有 {2} 条", "there is no lane {1}; there are {2}"},
    {"no_such_step", "赛道“{1}”没有第 {2} 步，共走了 {3} 步", "the lane \"{1}\" has no step {2}; it takes {3}"},
    {"one_or_other", "{1} 和 {2} 只能给一个，请去掉其一", "{1} and {2} exclude each other; leave one of the two out"},
    {"gzip_damaged", "压缩文件不完整或已损坏，请重新下载", "the compressed file is cut or damaged; fetch it again"},
    {"too_large", "内容超过 {1} 字节，无法读取", "the content is larger than {1} bytes and can't be read"},
    {"idx_damaged", "不是完整的 IDX 文件：{1}", "this is not a whole IDX file: {1}"},
    {"idx_counts", "图像有 {1} 张，标签却有 {2} 个，请使用配套的文件", "{1} images but {2} labels; use files that belong together"},
    {"idx_label", "第 {1} 个标签是 {2}，应在 0 到 {3} 之间", "label number {1} is {2}; allowed is 0 to {3}"},
    {"pack_damaged", "数据包损坏或版本不符，请刷新后重试", "the data pack is damaged or of another version; reload and try again"},
    {"other_data", "这四个文件不是 Fashion-MNIST；请使用官方的文件", "these four files are not Fashion-MNIST; use the official ones"},
    {"worker_dead", "后台线程一再停止，已放弃这条赛道；请减少样本、神经元或赛道，再重置",
     "its worker stopped again and again, so this lane was given up; use fewer examples, units or lanes, then reset"},
    {"takes_no_file", "数据源 {1} 由程序生成，不读文件；去掉 --data，或把实验的 data.source 改成 own",
     "the data source {1} is generated and reads no file; leave --data out, or set data.source to own in the experiment"},
    {"file_unreadable", "读不了这个文件，请检查路径和权限", "can't read this file; check the path and its permissions"},
    {"file_unwritable", "写不了这个文件（{1}），请检查路径、权限和剩余空间", "can't write this file ({1}); check the path, its permissions and the space left"},
    {"output_unwritable", "输出写不出去（{1}），请检查它通向哪里", "what was to be printed can't be written ({1}); check where it goes"},
};

// those of libraries that not every program has
std::vector<std::span<const ErrorText>>& more_texts() {
  static std::vector<std::span<const ErrorText>> texts;
  return texts;
}

} // namespace

void add_error_texts(std::span<const ErrorText> texts) { more_texts().push_back(texts); }

std::vector<ErrorText> error_texts() {
  std::vector<ErrorText> all{std::begin(kTexts), std::end(kTexts)};
  for (const auto& texts : more_texts()) all.insert(all.end(), texts.begin(), texts.end());
  return all;
}

std::string UserError::sentence(Language language) const {
  std::string text;
  const auto look_in = [&](std::span<const ErrorText> texts) {
    for (const ErrorText& row : texts)
      if (row.code == code) text = language == Language::zh ? row.zh : row.en;
  };
  look_in(kTexts);
  for (const auto& texts : more_texts()) look_in(texts);
  assert(!text.empty() && "every UserError code has a row");
  std::string out = place.empty() ? "" : printable(place) + (language == Language::zh ? "：" : ": ");
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' && text[i + 1] >= '1' && text[i + 1] <= '9') {
      const auto index = static_cast<std::size_t>(text[i + 1] - '1');
      assert(index < with.size() && "whoever makes an error fills all its gaps");
      if (index < with.size()) out += printable(with[index]);
      i += 2;
    } else
      out += text[i];
  }
  return out;
}

} // namespace downhill
