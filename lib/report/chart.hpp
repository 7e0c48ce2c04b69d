#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mqtt_toolbox::report {

struct Point {
  double x = 0;
  double y = 0;      ///< NaN: nothing was measured here, the line is broken
  std::string text;  ///< shown while the pointer rests on it; empty: nothing is
};

/// A line of a chart. Its colour is that of its run; a run's second line is dashed.
struct ChartLine {
  std::size_t colour = 0;
  bool dashed = false;
  std::string label;
  std::vector<Point> points;
};

struct Tick {
  double at = 0;
  std::string text;
};

struct ChartAxis {
  bool logarithmic = false;
  std::string (*show)(double value) = nullptr;
  std::vector<Tick> ticks;  ///< empty: chosen to fit
  std::string label;
};

struct Chart {
  std::string title;
  std::string note;  ///< one clause beneath the title
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartLine> lines;
  double shaded_to = 0;  ///< x up to which the ground is shaded, for the warm-up
  bool wide = false;     ///< over both columns of the page
};

/// Whether there is anything to draw.
bool has_points(const Chart& chart);

/// The number of colours that the page's style has; they repeat.
inline constexpr std::size_t chart_colours = 6;

/// Appends a card with the chart as inline SVG and its legend; nothing when no line has a point.
void append_chart(std::string& out, const Chart& chart);

}  // namespace mqtt_toolbox::report
