#pragma once

#include <string_view>

namespace mqtt_toolbox::report {

/// The page's own style; colours follow the reader's choice of light or dark.
inline constexpr std::string_view html_style = R"css(
:root{--ground:#f5f6f8;--card:#fff;--text:#1b1f27;--soft:#616b7c;--line:#e3e7ed;
--good:#0a7d4f;--bad:#c62f2f;--caution:#9a6200;--shade:#6b7280;
--c0:#2563eb;--c1:#d9730d;--c2:#0d9467;--c3:#c0328b;--c4:#7048d8;--c5:#0c8599}
@media(prefers-color-scheme:dark){:root{--ground:#12151b;--card:#1b2028;--text:#e8ebf1;--soft:#98a3b5;
--line:#2b323e;--good:#4cc38a;--bad:#ff7b72;--caution:#e3b341;--shade:#9aa5b8;
--c0:#6ea8fe;--c1:#ffa657;--c2:#56d4a4;--c3:#f778ba;--c4:#b197fc;--c5:#5bd3e4}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1216px;margin:0 auto;padding:32px 24px 48px}
header h1{font-size:26px;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em}
header p{margin:0;color:var(--soft)}header .origin{font-size:13px}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:0 28px}
h2{font-size:16px;margin:0}h3{font-size:14px;margin:14px 0 0}
.note{margin:0 0 8px;color:var(--soft);font-size:13px}
.grid2{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;margin-top:16px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;min-width:0}
.wide{grid-column:1/-1;overflow-x:auto}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:12px;margin-top:20px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.tile b{display:block;font-size:22px;line-height:1.3;font-variant-numeric:tabular-nums;white-space:nowrap}
.tile span{color:var(--soft);font-size:13px}
.tile.good b{color:var(--good)}.tile.bad b{color:var(--bad)}
.chart{display:block;width:100%;height:auto}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .tick{fill:var(--soft);font-size:12px}
.chart .warmup{fill:var(--shade);opacity:.1}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.dashed{stroke-dasharray:2 4;stroke-width:2}
.point{opacity:0;stroke:none}.point:hover{opacity:1}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:13px;color:var(--soft);padding-left:10px}
.swatch{width:24px;height:8px;margin-right:6px;vertical-align:middle}
.dot{display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:8px}
.c0{stroke:var(--c0);fill:var(--c0);background:var(--c0)}.c1{stroke:var(--c1);fill:var(--c1);background:var(--c1)}
.c2{stroke:var(--c2);fill:var(--c2);background:var(--c2)}.c3{stroke:var(--c3);fill:var(--c3);background:var(--c3)}
.c4{stroke:var(--c4);fill:var(--c4);background:var(--c4)}.c5{stroke:var(--c5);fill:var(--c5);background:var(--c5)}
.line.line{fill:none}
table{border-collapse:collapse;width:100%;font-size:13px;margin-top:8px;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft)}
th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--line);white-space:nowrap}
tr:last-child td,tr:last-child th{border-bottom:0}
th:first-child,td:first-child,td.name,th.name,.pairs td,.pairs th{text-align:left}
.pairs td{white-space:normal;overflow-wrap:anywhere}.pairs th{width:150px;vertical-align:top}
.findings{list-style:none;margin:8px 0 0;padding:0}
.findings li{padding:6px 0 6px 12px;border-left:3px solid var(--line);margin:6px 0}
.findings em{font-style:normal;font-size:12px;font-weight:700;text-transform:uppercase;letter-spacing:.04em;margin-right:6px}
.findings b{font-weight:600}.findings span{color:var(--soft)}
.good{border-left-color:var(--good)!important}.good em{color:var(--good)}
.bad{border-left-color:var(--bad)!important}.bad em{color:var(--bad)}
.caution{border-left-color:var(--caution)!important}.caution em{color:var(--caution)}
.tile.good,.tile.bad{border-left-color:var(--line)!important}
summary{cursor:pointer;font-weight:600}
footer{margin-top:24px;color:var(--soft);font-size:13px}
@media(max-width:820px){.grid2{grid-template-columns:1fr}main{padding:20px 12px}
.wide .chart{min-width:760px}}
@media print{body{background:#fff}.card,.tile{break-inside:avoid}}
)css";

}  // namespace mqtt_toolbox::report
