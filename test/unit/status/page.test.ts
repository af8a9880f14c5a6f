import assert from 'node:assert/strict';
import { html } from '../../../gateway/status/html.ts';
import { statusPage } from '../../../gateway/status/page.ts';
import { type Report, reportOf } from '../../../gateway/status/report.ts';
import { durationWords, sizeWords } from '../../../gateway/status/words.ts';

const EVIL = `"'><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>&amp;`;

function report(changes: Partial<Report> = {}): Report {
  return { ...reportOf({ processes: [], kept: [] }, [], []), ...changes };
}

describe('the status page', () => {
  it('escapes all that clients and backends may have written', () => {
    const refusal = {
      ...{ code: 'GW_ORIGIN', route: EVIL, reason: EVIL, origin: EVIL, host: EVIL },
      ...{ backend: EVIL, remedy: EVIL, count: 1, age: 0 },
    };
    const backend = {
      ...{ route: EVIL, backend: EVIL, accepted: 0, failed: 1, failing: 1 },
      lastFailure: { reason: EVIL, age: 1 },
    };
    const page = statusPage(
      report({
        refusals: [refusal],
        backends: [backend],
        usage: [{ route: EVIL, transport: EVIL, now: 1, lastHour: 1 }],
        downgrades: [{ route: EVIL, transport: EVIL, reason: EVIL, count: 1 }],
        processes: [{ role: 'worker', pid: 1, generation: 1, state: EVIL, release: EVIL }],
      }),
    );
    assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
    assert.doesNotMatch(page, /<script|<img|[^;]'>|"'/);
    assert.equal(page.includes(EVIL), false);
  });

  it('names nothing of another host, and no inline style or script', () => {
    const page = statusPage(report());
    assert.doesNotMatch(page, /(?:src|href)="(?!\/[a-z])/);
    assert.doesNotMatch(page, / style=| on\w+=|<style|<script/);
  });

  it('says that nothing needs anybody, or what does', () => {
    assert.match(statusPage(report({ state: 'serving' })), /Nothing needs you/);
    const page = statusPage(report({ state: 'serving', silent: 2 }));
    assert.match(page, /2 processes do not answer/);
    assert.doesNotMatch(page, /Nothing needs you/);
  });
});

describe('a template of HTML', () => {
  it('escapes values once, and keeps what is HTML', () => {
    const inner = html`<b>${'<&>'}</b>`;
    assert.equal(html`${[inner, undefined, false, 0]}`.text, '<b>&lt;&amp;&gt;</b>0');
  });
});

describe('words for numbers', () => {
  it('are those that people say', () => {
    assert.deepEqual([59, 61, 3_600, 7_500, 180_000].map(durationWords), [
      '59 s',
      '1 min',
      '1 h',
      '2 h 5 min',
      '2 d 2 h',
    ]);
    assert.deepEqual([0, 1_023, 1_536, 12_582_912].map(sizeWords), ['0 B', '1023 B', '1.5 KiB', '12 MiB']);
  });
});
