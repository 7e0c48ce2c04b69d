#include "report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "report/chart_scale.hpp"
#include "report/markup.hpp"

namespace mqtt_toolbox::report {
namespace {

constexpr double height = 300, left = 68, right_margin = 14, top = 12, bottom = 256;
/// Of a page's columns, so that both kinds have text of the same size.
constexpr double narrow_width = 600, wide_width = 1236;
/// More points than this do not get a text each: the page would become slow.
constexpr std::size_t most_texts = 300;

double width_of(const Chart& chart) {
  return chart.wide ? wide_width : narrow_width;
}

double right_of(const Chart& chart) {
  return width_of(chart) - right_margin;
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

Range range_of(const Chart& chart, double Point::*coordinate, bool positive) {
  Range range;
  for (const ChartLine& line : chart.lines)
    for (const Point& point : line.points)
      if (std::isfinite(point.y) && (!positive || point.*coordinate > 0))
        range.add(point.*coordinate);
  return range;
}

/// Linear axes begin at 0: half the height is half the figure. Logarithmic ones have some room.
Scale scale_of(Range range, bool logarithmic, double room, double from, double to) {
  if (!logarithmic) return {0, range.high > 0 ? range.high * room : 1, from, to, false};
  const double low = range.low / (room > 1 ? 1.25 : 1);
  return {low, std::max(range.high * (room > 1 ? 1.25 : 1), low * 2), from, to, true};
}

std::vector<Tick> ticks_of(const ChartAxis& axis, const Scale& scale, int wanted) {
  std::vector<Tick> ticks;
  if (axis.ticks.empty()) {
    for (const double value : round_values(scale.low(), scale.high(), axis.logarithmic, wanted))
      ticks.push_back({value, axis.show(value)});
  }
  for (const Tick& tick : axis.ticks)
    if (tick.at >= scale.low() * 0.999 && tick.at <= scale.high() * 1.001) ticks.push_back(tick);
  return ticks;
}

void append_grid(std::string& out, const Chart& chart, const Scale& x, const Scale& y) {
  auto to = std::back_inserter(out);
  const double right = right_of(chart);
  if (chart.shaded_to > 0)
    fmt::format_to(to,
                   R"(<rect class="warmup" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>)"
                   R"(<text class="tick" x="{:.1f}" y="{}">warm-up</text>)",
                   left, top, x(chart.shaded_to) - left, bottom - top, left + 4, top + 12);
  for (const Tick& tick : ticks_of(chart.y, y, 5))
    fmt::format_to(to,
                   R"(<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>)"
                   R"(<text class="tick" x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>)",
                   left, right, y(tick.at), left - 8, y(tick.at) + 4, escaped(tick.text));
  for (const Tick& tick : ticks_of(chart.x, x, 8))
    fmt::format_to(to,
                   R"(<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>)"
                   R"(<text class="tick" x="{0:.1f}" y="{3}" text-anchor="{5}">{4}</text>)",
                   x(tick.at), top, bottom, bottom + 18, escaped(tick.text),
                   x(tick.at) > right - 12 ? "end" : "middle");
  fmt::format_to(to, R"(<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>)",
                 (left + right) / 2, height - 8, escaped(chart.x.label));
}

std::string path_of(const ChartLine& line, const Scale& x, const Scale& y) {
  std::string path;
  bool drawing = false;
  for (const Point& point : line.points) {
    if (!std::isfinite(point.y)) {
      drawing = false;
      continue;
    }
    fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", drawing ? "L" : "M", x(point.x),
                   y(point.y));
    drawing = true;
  }
  return path;
}

void append_line(std::string& out, const ChartLine& line, const Scale& x, const Scale& y) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, R"(<path class="line c{}{}" d="{}"/>)", line.colour % chart_colours,
                 line.dashed ? " dashed" : "", path_of(line, x, y));
  if (line.points.size() > most_texts) return;
  for (const Point& point : line.points)
    if (std::isfinite(point.y) && !point.text.empty())
      fmt::format_to(to,
                     R"(<circle class="point c{}" cx="{:.1f}" cy="{:.1f}" r="5"><title>{}</title>)"
                     "</circle>",
                     line.colour % chart_colours, x(point.x), y(point.y), escaped(point.text));
}

void append_legend(std::string& out, const Chart& chart) {
  out += "<div class=\"legend\">";
  for (const ChartLine& line : chart.lines)
    if (!line.points.empty())
      fmt::format_to(std::back_inserter(out),
                     R"(<span><svg viewBox="0 0 24 8" class="swatch"><path class="line c{}{}" )"
                     R"(d="M0 4L24 4"/></svg>{}</span>)",
                     line.colour % chart_colours, line.dashed ? " dashed" : "",
                     escaped(line.label));
  out += "</div>";
}

}  // namespace

bool has_points(const Chart& chart) {
  return !range_of(chart, &Point::x, chart.x.logarithmic).empty() &&
         !range_of(chart, &Point::y, chart.y.logarithmic).empty();
}

void append_chart(std::string& out, const Chart& chart) {
  const Range xs = range_of(chart, &Point::x, chart.x.logarithmic);
  const Range ys = range_of(chart, &Point::y, chart.y.logarithmic);
  if (xs.empty() || ys.empty()) return;
  const Scale x = scale_of(xs, chart.x.logarithmic, 1, left, right_of(chart));
  const Scale y = scale_of(ys, chart.y.logarithmic, 1.1, bottom, top);
  auto to = std::back_inserter(out);
  fmt::format_to(to, "<section class=\"card{}\"><h2>{}</h2><p class=\"note\">{}</p>",
                 chart.wide ? " wide" : "", escaped(chart.title), escaped(chart.note));
  fmt::format_to(to, R"(<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">)",
                 width_of(chart), height, escaped(chart.title));
  append_grid(out, chart, x, y);
  for (const ChartLine& line : chart.lines) append_line(out, line, x, y);
  out += "</svg>";
  append_legend(out, chart);
  out += "</section>\n";
}

}  // namespace mqtt_toolbox::report
