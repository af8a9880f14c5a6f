import { DOWNGRADES, type DowngradeReason } from '../base/downgrades.ts';
import { meter } from './chart.ts';
import { type Html, html } from './html.ts';
import type { ProcessLine, Report } from './report.ts';
import { countWords, durationWords, sizeWords } from './words.ts';

/** Downgrades that are shown. */
const MAX_DOWNGRADES = 20;

/** Routes with their transports. */
export function usageTable({ usage }: Report): Html {
  const highest = Math.max(0, ...usage.map(({ now }) => now));
  const rows = usage
    .filter(({ now, lastHour }) => now > 0 || lastHour > 0)
    .map(
      ({ route, transport, now, lastHour }) => html`<tr>
<th scope="row">${route}</th><td>${transport}</td><td class="number">${countWords(now)}</td><td class="bar">${meter(now, highest)}</td><td class="number">${countWords(lastHour)}</td></tr>`,
    );
  return section('Routes and transports', rows, 'No client has come within the last hour.', [
    html`<th scope="col">Route</th><th scope="col">Transport</th><th scope="col" class="number">Now</th><th scope="col" class="bar"><span class="hidden">Share</span></th><th scope="col" class="number">Came in the last hour</th>`,
  ]);
}

/** Why clients are not on a better transport, in words and with what an administrator can do. */
export function downgradeTable({ downgrades }: Report): Html {
  const rows = downgrades.slice(0, MAX_DOWNGRADES).map(({ route, transport, reason, count }) => {
    const { meaning, advice } = DOWNGRADES[reason as DowngradeReason] ?? { meaning: reason, advice: '' };
    return html`<tr>
<td class="number">${countWords(count)}</td>
<th scope="row">${meaning}<br><code>${reason}</code></th>
<td class="who">${transport}<br>to route ${route}</td>
<td class="remedy">${advice}</td></tr>`;
  });
  const head = [
    html`<th scope="col" class="number">Count</th><th scope="col">Reason</th><th scope="col">Who</th><th scope="col">What to do</th>`,
  ];
  return section(
    'Why not a better transport',
    rows,
    'No client said why it is on a fallback.',
    head,
    'stacked',
  );
}

/** Origins and hosts are whatever clients sent. */
export function refusalTable({ refusals }: Report): Html {
  const rows = refusals.map(
    ({ code, route, reason, origin, host, backend, remedy, count, age }) => html`<tr>
<td class="number">${countWords(count)}</td><td class="age">${durationWords(age)} ago</td>
<th scope="row">${reason}<br><code>${code}</code></th>
<td class="who">${from(origin, host)}${route !== '' && html`<br>to route ${route}`}${backend !== '' && html`<br>by ${backend}`}</td>
<td class="remedy">${remedy}</td></tr>`,
  );
  const head = [
    html`<th scope="col" class="number">Count</th><th scope="col">Last</th><th scope="col">Refused</th><th scope="col">Who</th><th scope="col">What would let it in</th>`,
  ];
  return section('Last refusals', rows, 'Nothing was refused.', head, 'stacked');
}

function from(origin: string, host: string): Html {
  const parts = [
    origin !== '' && html`page of <bdi>${origin}</bdi>`,
    origin !== '' && host !== '' && html`<br>`,
    host !== '' && html`at <bdi>${host}</bdi>`,
  ];
  return html`${parts}`;
}

/** Where routes lead, and whether it accepts. */
export function backendTable({ backends }: Report): Html {
  const rows = backends.map(
    ({ route, backend, accepted, failed, failing, lastFailure }) => html`<tr>
<th scope="row">${route}</th><td>${backend}</td><td>${failing > 0 ? html`<b class="bad">fails</b>` : accepted > 0 ? 'accepts' : 'not used yet'}</td>
<td class="number">${countWords(accepted)}</td><td class="number">${countWords(failed)}</td>
<td>${lastFailure && html`${lastFailure.reason}, ${durationWords(lastFailure.age)} ago`}</td></tr>`,
  );
  return section('Backends', rows, 'There are no routes.', [
    html`<th scope="col">Route</th><th scope="col">Backend</th><th scope="col">State</th><th scope="col" class="number">Accepted</th><th scope="col" class="number">Failed</th><th scope="col">Last failure</th>`,
  ]);
}

export function processTable({ processes }: Report): Html {
  const rows = processes.map(
    (line) => html`<tr>
<th scope="row">${line.role}${line.generation !== undefined && `, generation ${line.generation}`}</th>
<td class="number">${line.pid}</td><td class="state">${line.state}</td>${measures(line)}</tr>`,
  );
  return section('Processes', rows, '', [
    html`<th scope="col">Process</th><th scope="col" class="number">Id</th><th scope="col">State</th><th scope="col">Release</th><th scope="col" class="number">Up</th><th scope="col" class="number">Open</th><th scope="col" class="number">Memory</th><th scope="col" class="number">Event loop late</th>`,
  ]);
}

function measures({ release, uptimeSeconds, connections, rssBytes, lagSeconds, role }: ProcessLine): Html {
  if (uptimeSeconds === undefined) return html`<td colspan="5"><b class="bad">no answer in time</b></td>`;
  const serves = role === 'worker' || role === 'gateway';
  return html`<td>${release}</td><td class="number">${durationWords(uptimeSeconds)}</td>
<td class="number">${serves && countWords(connections ?? 0)}</td><td class="number">${sizeWords(rssBytes ?? 0)}</td>
<td class="number">${((lagSeconds ?? 0) * 1_000).toFixed(1)} ms</td>`;
}

/** `layout`: `stacked` has no columns where there is no room for them. */
function section(
  title: string,
  rows: readonly Html[],
  empty: string,
  head: readonly Html[],
  layout = 'columns',
): Html {
  if (rows.length === 0) return html`<section><h2>${title}</h2><p class="none">${empty}</p></section>`;
  return html`<section><h2>${title}</h2>
<div class="scroll"><table class="${layout}"><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
