import { chart } from './chart.ts';
import { type Html, html } from './html.ts';
import { backendTable, downgradeTable, processTable, refusalTable, usageTable } from './page-tables.ts';
import type { Report } from './report.ts';
import { countWords, durationWords, sizeWords } from './words.ts';

/** Seconds after which the browser loads the page again. */
const REFRESH = 10;

/** The status page. It needs no script and loads its style sheet only. */
export function statusPage(report: Report): string {
  const { minutes } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH}">
<title>${titleOf(report)}</title>
<link rel="stylesheet" href="/status.css">
</head>
<body>
<header>
<h1>fallback-gateway</h1>
<p>${report.release}, ${report.state} for ${durationWords(report.uptimeSeconds)}</p>
<nav><a href="/metrics">/metrics</a> <a href="/status.json">/status.json</a> <a href="/healthz?format=json">/healthz</a></nav>
</header>
<main>
${alerts(report)}
${numbers(report)}
<section class="charts" aria-label="The last hour">
${chart(
  'Connections',
  'open',
  minutes.map(({ connections }) => connections),
)}
${chart(
  'Messages',
  'this minute',
  minutes.map(({ messagesIn, messagesOut }) => messagesIn + messagesOut),
)}
${chart(
  'Refusals',
  'this minute',
  minutes.map(({ refusals }) => refusals),
)}
</section>
${usageTable(report)}
${downgradeTable(report)}
${refusalTable(report)}
${backendTable(report)}
${processTable(report)}
</main>
<footer>Loaded again every ${REFRESH} seconds. Counts are since the start of the gateway.</footer>
</body>
</html>
`;
  return page.text;
}

/** A tab shows the beginning alone. */
function titleOf({ connections, state }: Report): string {
  return `${countWords(connections)} open, ${state} – fallback-gateway`;
}

/** What needs somebody now. Without any, one line says so. */
function alerts({ silent, state, backends, links, heldBytes, heldLimitBytes }: Report): Html {
  const lines: Html[] = [];
  if (state === 'draining') lines.push(html`<li>The gateway drains: new clients are refused.</li>`);
  if (silent > 0)
    lines.push(html`<li>${silent} ${silent === 1 ? 'process does' : 'processes do'} not answer.</li>`);
  for (const { route, backend, failing, lastFailure } of backends)
    if (failing > 0)
      lines.push(
        html`<li>The backend of <b>${route}</b>, ${backend}, fails: ${lastFailure?.reason ?? ''}.</li>`,
      );
  if (links.lost > 0) lines.push(html`<li>${links.lost} links to other nodes are lost.</li>`);
  if (heldLimitBytes > 0 && heldBytes > 0.75 * heldLimitBytes)
    lines.push(html`<li>Clients hold more than three quarters of the memory: new ones are refused.</li>`);
  if (lines.length === 0) return html`<p class="well">Nothing needs you.</p>`;
  return html`<ul class="alerts">${lines}</ul>`;
}

function numbers(report: Report): Html {
  const { connections, nativeConnections, sessions, opens, refused, heldBytes, heldLimitBytes } = report;
  const { messagesIn, messagesOut, links, broker } = report;
  const hasBroker = broker.connections > 0 || broker.queues > 0;
  return html`<dl class="numbers">
${number('open', connections, `${countWords(nativeConnections)} native, ${countWords(sessions)} by a fallback`)}
${number('opened', opens, `${countWords(refused)} refused`)}
${number('messages', messagesIn + messagesOut, `${countWords(messagesIn)} in, ${countWords(messagesOut)} out`)}
<div><dt>held for clients</dt><dd>${sizeWords(heldBytes)}</dd><dd class="note">of ${sizeWords(heldLimitBytes)}</dd></div>
${links.up + links.lost > 0 && number('links', links.up, `${countWords(links.lost)} lost`)}
${hasBroker && number('in broker queues', broker.queuedMessages, `${countWords(broker.connections)} clients, ${countWords(broker.queues)} queues`)}
</dl>`;
}

function number(name: string, value: number, note: string): Html {
  return html`<div><dt>${name}</dt><dd>${countWords(value)}</dd><dd class="note">${note}</dd></div>`;
}
