// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/style.hpp"

namespace haoh::report {
namespace {

/// Letters and what is behind them contrast by 4.5 at least (WCAG 2.1, 1.4.3); a test measures it.
constexpr std::string_view kColors = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1b2027; --faint: #535d69; --line: #cdd3da; --panel: #f5f7f9; --link: #0b57a4;
  --pass: #17652f; --pass-back: #e2f4e7; --note: #0a548a; --note-back: #e4f1fb;
  --unknown: #6a3b9f; --unknown-back: #f2e9fc; --warn: #7d4f00; --warn-back: #fff0c9;
  --fail: #b01e17; --fail-back: #fde6e4; --mark: #ffd7a8; --mark-ink: #4a2200;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --ink: #e7eaee; --faint: #a7b1bc; --line: #3a434d; --panel: #1a2027; --link: #8cc4ff;
    --pass: #83dd9b; --pass-back: #14301d; --note: #85ccff; --note-back: #122b3d;
    --unknown: #d2afff; --unknown-back: #2c1f3f; --warn: #ffcc66; --warn-back: #372a0a;
    --fail: #ff938a; --fail-back: #421a17; --mark: #7a4300; --mark-ink: #ffe7c7;
  }
}
)css";

constexpr std::string_view kPage = R"css(
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 70rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 1.6rem; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
code, pre { font: .9em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; margin: 0; padding: .5rem .75rem; background: var(--panel); border-radius: 6px; }
.skip { position: absolute; left: -100vw; background: var(--page); padding: .5rem 1rem; }
.skip:focus { left: 1rem; top: .5rem; z-index: 1; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.verdict { border-left: .6rem solid; padding: .75rem 1.25rem; border-radius: 6px; }
.verdict p { margin: .25rem 0; color: var(--ink); }
.verdict h1 { color: var(--ink); }
.pass { color: var(--pass); background: var(--pass-back); }
.note { color: var(--note); background: var(--note-back); }
.unknown { color: var(--unknown); background: var(--unknown-back); }
.warn { color: var(--warn); background: var(--warn-back); }
.fail { color: var(--fail); background: var(--fail-back); }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid; border-radius: 4px; font-weight: 700;
  font-size: .85em; letter-spacing: .03em; white-space: nowrap; }
.badge .sign { margin-right: .35em; }
h1 .badge { font-size: .8em; margin-right: .35em; vertical-align: .08em; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1rem 0; padding: 0; }
dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .3rem 1rem; margin: .75rem 0 0; }
dt { color: var(--faint); font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
.finding { background: transparent; color: inherit; border: 1px solid var(--line); border-left-width: .4rem;
  border-radius: 6px; padding: 1rem 1.25rem; margin: 0 0 1rem; }
.finding.fail { border-left-color: var(--fail); }
.finding.warn { border-left-color: var(--warn); }
.finding.unknown { border-left-color: var(--unknown); }
.finding.note { border-left-color: var(--note); }
.finding:target { outline: 3px solid var(--link); outline-offset: 2px; }
.stake, .title, .place, .more, .rule-title, .tellers, .count { color: var(--faint); }
.stake { font-weight: 400; }
.title { margin: 0 0 .5rem; }
.place { margin: 1rem 0 0; overflow-wrap: anywhere; }
.what { font-weight: 600; margin: .5rem 0; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .25rem 0; }
.scroll { overflow-x: auto; margin: .75rem 0; }
.finding .scroll { margin: .5rem 0; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th { background: var(--panel); font-weight: 600; }
tbody th { font-weight: 600; }
.values th { min-width: 6rem; }
.values .value { white-space: pre-wrap; }
.values .short { white-space: pre; }
.values .tellers { font-size: .85em; min-width: 9rem; }
@media screen and (max-width: 40rem) {
  body { padding: .75rem; }
  .finding { padding: .75rem; }
  .values td { min-width: 12rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dt { margin-top: .5rem; }
}
mark { background: var(--mark); color: var(--mark-ink); font-weight: 700; text-decoration: underline; }
.matrix { font-size: .85em; margin: .25rem 0 1rem; }
.matrix th, .matrix td { padding: .2rem .5rem; }
.matrix tbody th { font-weight: 400; min-width: 15rem; }
.matrix td, .matrix thead th { overflow-wrap: normal; }
.matrix td.fail, .matrix td.warn, .matrix td.unknown { font-weight: 700; }
.matrix .na, .matrix .else { color: var(--faint); }
.rule-title { display: block; }
.unobserved { list-style: none; padding: 0; }
.unobserved li { margin: .35rem 0; overflow-wrap: anywhere; background: transparent; }
footer { margin-top: 3rem; color: var(--faint); font-size: .9em; }
)css";

constexpr std::string_view kPicture = R"css(
figure { margin: 0 0 1.5rem; }
figcaption { overflow-wrap: anywhere; margin-bottom: .5rem; }
.legend { color: var(--faint); font-size: .9em; }
.picture { display: block; width: 100%; max-width: 56rem; min-width: 35rem; height: auto;
  font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.picture text { fill: var(--ink); }
.picture .middle { text-anchor: middle; }
.picture .strong { font-weight: 600; }
.picture .small { font-size: 11px; fill: var(--faint); }
.picture .mono { font: 11px ui-monospace, "DejaVu Sans Mono", monospace; }
.picture .caption { font-size: 12.5px; font-weight: 600; }
.picture .parted { font-size: 26px; font-weight: 700; }
.picture .pass-text { fill: var(--faint); }
.picture .note-text { fill: var(--note); }
.picture .unknown-text { fill: var(--unknown); }
.picture .warn-text { fill: var(--warn); }
.picture .fail-text { fill: var(--fail); }
.picture a text.caption { text-decoration: underline; }
.picture rect { fill: var(--panel); stroke: var(--line); stroke-width: 1.5; }
.picture rect.array { fill: none; stroke: var(--faint); }
.picture rect.cell, .picture rect.bridge { stroke: var(--pass); fill: var(--pass-back); }
.picture rect.bridge { stroke: none; fill: var(--pass); }
.picture rect.note { stroke: var(--note); fill: var(--note-back); }
.picture rect.unknown { stroke: var(--unknown); fill: var(--unknown-back); }
.picture rect.warn { stroke: var(--warn); fill: var(--warn-back); stroke-width: 2.5; }
.picture rect.fail { stroke: var(--fail); fill: var(--fail-back); stroke-width: 2.5; }
.picture rect.bridge.note, .picture rect.bridge.warn,
.picture rect.bridge.fail, .picture rect.bridge.unknown { stroke: none; }
.picture rect.bridge.note { fill: var(--note); }
.picture rect.bridge.unknown { fill: var(--unknown); }
.picture rect.bridge.warn { fill: var(--warn); }
.picture rect.bridge.fail { fill: var(--fail); }
.picture rect.away { stroke-dasharray: 6 4; fill: none; }
.picture .link { fill: none; stroke: var(--faint); stroke-width: 2; }
.picture .down { stroke: var(--fail); stroke-dasharray: 6 4; }
.picture circle.pass { fill: var(--pass); }
.picture circle.note { fill: var(--note); }
.picture circle.unknown { fill: var(--unknown); }
.picture circle.warn { fill: var(--warn); }
.picture circle.fail { fill: var(--fail); }
.picture text.on { fill: var(--page); font-weight: 700; font-size: 12px; background: none; }
)css";

constexpr std::string_view kPaper = R"css(
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .finding, figure, tr { break-inside: avoid; }
  h2, h3, summary { break-after: avoid; }
  .scroll { overflow: visible; }
  .picture { min-width: 0; }
  .verdict, .badge, mark, .matrix td, .picture * { print-color-adjust: exact;
    -webkit-print-color-adjust: exact; }
}
)css";

} // namespace

std::array<std::string_view, 4> style_sheet() {
    return {kColors, kPage, kPicture, kPaper};
}

} // namespace haoh::report
