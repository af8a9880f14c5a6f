import { type Html, html } from './html.ts';
import { countWords } from './words.ts';

const WIDTH = 300;
const HEIGHT = 48;

/** Bars that a chart has room for. */
const BARS = 60;
const STEP = WIDTH / BARS;

/** One bar for each minute, the newest at the right. Its numbers stand beside it as text. */
export function chart(name: string, unit: string, values: readonly number[]): Html {
  const shown = values.slice(-BARS);
  const highest = Math.max(0, ...shown);
  const offset = BARS - shown.length;
  const bars = shown.map((value, index) => {
    const height = highest === 0 ? 0 : Math.max(value > 0 ? 1 : 0, Math.round((HEIGHT * value) / highest));
    const x = (offset + index) * STEP;
    return html`<rect x="${x}" y="${HEIGHT - height}" width="${STEP - 1}" height="${height}"/>`;
  });
  return html`<figure>
<figcaption><b>${name}</b> <span class="now">${countWords(shown.at(-1) ?? 0)}</span> ${unit}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name}, the last hour">
<line x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}"/>${bars}</svg>
<p class="axis"><span>an hour ago</span><span>highest ${countWords(highest)}</span><span>now</span></p>
</figure>`;
}

/** A bar for one of several numbers in a table. */
export function meter(value: number, highest: number): Html {
  const width = highest === 0 ? 0 : Math.round((100 * value) / highest);
  return html`<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="0" width="${width}" height="8"/></svg>`;
}
