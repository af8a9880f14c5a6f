/** The style sheet of the status page. Colour alone says nothing. */
export const STYLE = `
:root { --ink: #1d2733; --soft: #5b6875; --line: #dde3e8; --paper: #fff; --ground: #f5f7f8;
  --blue: #2f6f9f; --bad: #a3301f; --well: #2c6e49; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
header, main, footer { max-width: 1160px; margin: 0 auto; padding: 0 24px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; padding-top: 22px; }
h1 { margin: 0; font-size: 21px; font-weight: 600; }
header p { margin: 0; color: var(--soft); }
nav { margin-left: auto; }
nav a { color: var(--blue); margin-left: 12px; }
section, .numbers { margin: 20px 0; padding: 16px 20px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; }
h2 { margin: 0 0 8px; font-size: 16px; font-weight: 600; }
.well { margin: 20px 0 0; padding: 10px 20px; border-left: 4px solid var(--well); background: var(--paper); }
.alerts { margin: 20px 0 0; padding: 10px 20px 10px 38px; border-left: 4px solid var(--bad);
  background: var(--paper); font-weight: 600; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px 24px; }
.numbers div { display: flex; flex-direction: column; }
dt { order: 1; color: var(--soft); }
dd { margin: 0; font-size: 26px; line-height: 1.25; font-variant-numeric: tabular-nums; }
dd.note { order: 2; font-size: 13px; color: var(--soft); }
.charts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 28px; }
figure { margin: 0; min-width: 0; }
figcaption { margin-bottom: 6px; color: var(--soft); }
figcaption b { color: var(--ink); font-weight: 600; }
.now { color: var(--ink); font-variant-numeric: tabular-nums; }
figure svg { display: block; width: 100%; height: 56px; }
svg rect { fill: var(--blue); }
svg line { stroke: var(--line); stroke-width: 1; }
.axis { display: flex; justify-content: space-between; margin: 4px 0 0; font-size: 12px; color: var(--soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px 6px 0; text-align: left; vertical-align: top;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; font-size: 13px; font-weight: 400; color: var(--soft); overflow-wrap: normal; }
tbody th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
.state { white-space: nowrap; }
.age { white-space: nowrap; color: var(--soft); }
.bar { width: 22%; min-width: 60px; }
.meter { display: block; width: 100%; height: 8px; margin-top: 8px; }
code { font: 13px/1.4 ui-monospace, Consolas, "Liberation Mono", monospace; font-weight: 400; color: var(--soft); }
.who { min-width: 230px; }
.remedy { min-width: 180px; }
.bad { color: var(--bad); }
.none { margin: 0; color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
footer { padding-bottom: 28px; font-size: 13px; color: var(--soft); }
@media (max-width: 760px) {
  header, main, footer { padding-left: 12px; padding-right: 12px; }
  section, .numbers { padding: 12px; }
  .charts { grid-template-columns: 1fr; gap: 18px; }
  .numbers { grid-template-columns: repeat(2, 1fr); }
  nav { margin-left: 0; }
  nav a { margin: 0 12px 0 0; }
  th, td { padding-right: 10px; }
  tbody th { overflow-wrap: normal; }
  .stacked thead { display: none; }
  .stacked tr { display: block; padding: 8px 0; border-top: 1px solid var(--line); }
  .stacked th, .stacked td { display: block; padding: 0; border: 0; text-align: left; }
  .stacked .number, .stacked .age { display: inline; }
  .stacked .number::after { content: "×"; }
  .stacked .age::before { content: ", last "; }
}
`;
