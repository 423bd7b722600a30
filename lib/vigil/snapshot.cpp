#include <vigil/snapshot.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace vigil {

namespace {

struct look {
  std::string_view unicode;
  std::string_view ascii;
  std::string_view color;
};

look look_of(child_state x) {
  switch (x) {
    case child_state::stopped:
      return {"○", "-", "\x1b[90m"};
    case child_state::starting:
      return {"◐", ">", "\x1b[33m"};
    case child_state::running:
      return {"●", "*", "\x1b[32m"};
    case child_state::restarting:
      return {"◌", "~", "\x1b[31m"};
    case child_state::stopping:
      return {"◑", "<", "\x1b[33m"};
  }
  return {"?", "?", ""};
}

std::size_t width_of(std::string_view utf8) {
  return static_cast<std::size_t>(
    std::count_if(utf8.begin(), utf8.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::string one_line(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return text;
}

class painter {
public:
  painter(const tree_snapshot& tree, tree_format format)
    : tree_(tree), format_(format), below_(tree.rows.size()) {
    for (std::size_t i = 0; i < tree.rows.size(); ++i) {
      const auto parent = tree.rows[i].parent;
      (parent < i ? below_[parent] : roots_).push_back(i);
    }
  }

  std::string paint() {
    for (const auto i : roots_) {
      put_row(i, "", "", 0);
      put_children(i, "");
    }
    return std::move(out_);
  }

private:
  void put_children(std::size_t parent, const std::string& indent) {
    const auto& all = below_[parent];
    std::size_t width = 0;
    for (const auto i : all)
      width = std::max(width, width_of(tree_.rows[i].id));
    for (const auto i : all) {
      const auto last = i == all.back();
      put_row(i, indent, last ? pick("└─ ", "`- ") : pick("├─ ", "|- "), width);
      put_children(i, indent + std::string{last ? "   " : pick("│  ", "|  ")});
    }
  }

  void put_row(std::size_t index, std::string_view indent,
               std::string_view branch, std::size_t width) {
    const auto& x = tree_.rows[index];
    out_ += indent;
    out_ += branch;
    put_name(x, !branch.empty());
    const auto blanks = width - std::min(width, width_of(x.id));
    out_.append(blanks, ' ');
    put_policy(x, !branch.empty());
    put_incarnation(x);
    out_ += '\n';
  }

  void put_name(const tree_snapshot::row& x, bool with_glyph) {
    const auto shown = look_of(x.state);
    if (format_.color)
      out_ += shown.color;
    if (with_glyph) {
      out_ += pick(shown.unicode, shown.ascii);
      out_ += ' ';
    }
    out_ += x.id;
    if (format_.color)
      out_ += "\x1b[0m";
  }

  void put_policy(const tree_snapshot::row& x, bool is_child) {
    put(x.strategy ? to_string(*x.strategy) : to_string(x.kind));
    if (is_child)
      put(to_string(x.restart));
    if (x.budget)
      put_budget(x.budget_used, *x.budget);
    if (x.dynamic_children)
      put(std::to_string(*x.dynamic_children) + " children");
    if (is_child)
      put("restarts " + std::to_string(x.restarts));
  }

  void put_budget(std::size_t used, const restart_intensity& x) {
    auto text = std::to_string(used) + '/' + to_string(x.max_restarts);
    if (!x.max_restarts.is_unlimited())
      text += x.period == duration::max() ? " ever"
                                          : " in " + format_duration(x.period);
    put(text);
  }

  void put_incarnation(const tree_snapshot::row& x) {
    if (x.state != child_state::running)
      put(to_string(x.state));
    else if (format_.times)
      put("up " + format_duration(x.uptime));
    if (x.health && *x.health != health::unknown)
      put(to_string(*x.health));
    if (x.messages_lost > 0)
      put("lost " + std::to_string(x.messages_lost));
    if (x.last_failure)
      put("last: " + one_line(to_string(*x.last_failure)));
  }

  void put(std::string_view text) {
    out_ += "  ";
    out_ += text;
  }

  [[nodiscard]] std::string_view pick(std::string_view unicode,
                                      std::string_view ascii) const {
    return format_.unicode ? unicode : ascii;
  }

  const tree_snapshot& tree_;
  tree_format format_;
  std::vector<std::size_t> roots_;
  std::vector<std::vector<std::size_t>> below_;
  std::string out_;
};

struct unit {
  std::int64_t size;
  const char* name;
};

constexpr std::array large{
  unit{86'400'000'000'000, "d"},
  unit{3'600'000'000'000, "h"},
  unit{60'000'000'000, "m"},
  unit{1'000'000'000, "s"},
};

constexpr std::array small{
  unit{1'000'000'000, "s"},
  unit{1'000'000, "ms"},
  unit{1'000, "us"},
  unit{1, "ns"},
};

std::string two_units(std::int64_t count, std::size_t first) {
  const auto& major = large[first];
  const auto& minor = large[first + 1];
  auto result = std::to_string(count / major.size) + major.name;
  if (const auto rest = count % major.size / minor.size; rest > 0)
    result += std::to_string(rest) + minor.name;
  return result;
}

std::string one_unit(std::int64_t count, const unit& x) {
  auto result = std::to_string(count / x.size);
  const auto tenth = count % x.size * 10 / x.size;
  if (count / x.size < 10 && tenth > 0)
    result += '.' + std::to_string(tenth);
  return result + x.name;
}

} // namespace

const tree_snapshot::row*
tree_snapshot::find(const std::string& path) const noexcept {
  for (const auto& x : rows)
    if (x.path == path)
      return &x;
  return nullptr;
}

std::string to_string(const tree_snapshot& x, tree_format format) {
  return painter{x, format}.paint();
}

std::string format_duration(any_duration x) {
  if (x == duration::zero())
    return "0s";
  if (x == duration::min())
    x += duration{1};
  if (x < duration::zero())
    return '-' + format_duration(-x);
  const auto count = x.count();
  for (std::size_t i = 0; i + 1 < large.size(); ++i)
    if (count >= large[i].size)
      return two_units(count, i);
  for (const auto& candidate : small)
    if (count >= candidate.size)
      return one_unit(count, candidate);
  return "0s";
}

} // namespace vigil
