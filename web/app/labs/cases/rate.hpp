// "Rate it yourself" as a part of the lab Cases.
#pragma once
#include "app/core/rating.hpp"
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {

class Rate final : public RatePart {
public:
  explicit Rate(CasesLab& lab) : RatePart(lab), model_(lab.base()) {}

  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  float share() const override { return 0.66F; }
  void follow() override;
  void leave() override { asked_ = recalled_ = false; } // what other windows keep meanwhile is asked for before anything is kept
  void forget() override { opened_.reset(); }
  std::uint64_t news() const override { return news_ + model_.kept_version(); }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void add_fields(Json& rows) const override;
  bool press(const std::string& id) override;

  void open(const Json& files) override;
  void recalled(const std::string& text, bool works, bool refused) override;
  Json stand_json() override;

private:
  void give(int score);
  void take_back();
  void train();
  void save_template();
  void tell_stand(const std::string& done);
  void keep();
  bool ready() const;

  std::string stand() const;
  std::string agreement_text() const;
  std::string own_name() const;
  std::string score_label(int score) const;
  std::string rater_text(std::size_t i) const;
  std::string kept_text(std::size_t i) const;

  void take_pressed();
  void rated_picture(Rect box);
  void progress(Rect box);
  void set_key(const std::string& id, std::string_view key);
  void score_buttons(Rect box);
  void ended(Rect box);
  void histogram(Rect box);
  void button(Rect& row, const std::string& id, std::string_view words, bool accent = false);
  void memory(Column& column);
  void raters(Column& column);
  void rater_rows(Column& column, std::size_t i);
  void differences(Column& column);

  RatingModel model_;
  std::string name_,
      pressed_; // of somebody new; what was pressed in this frame
  bool asked_ = false,
       recalled_ = false; // the browser, for what it kept; it has answered
  bool browser_keeps_ = true;
  std::uint64_t kept_version_ = 0,
                news_ = 0;             // kept_version_: that the browser has
  std::optional<OpenedRaters> opened_; // last
  ImageSheet sheet_;
};

} // namespace downhill::walk
