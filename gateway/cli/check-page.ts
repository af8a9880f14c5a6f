import { parseArgs } from 'node:util';
import { noTagText, type PageReport, reportOn } from '../app/page-report.ts';
import { ShimTag } from '../app/shim-tag.ts';
import { ConfigError } from '../base/errors.ts';
import { headerValue } from '../base/raw-headers.ts';
import { type FetchedPage, fetchPage } from './fetch-page.ts';

/** What a run ends with: lines for people, and the exit code. */
export interface PageCheck {
  readonly lines: readonly string[];
  readonly exitCode: 0 | 1 | 3;
}

export const CHECK_PAGE = 'check-page';

const USAGE = `usage: fallback-gateway ${CHECK_PAGE} [--header 'Name: value']… URL`;

/**
 * `check-page URL`: whether and where a page of an application would get the shim's tag. Exit
 * codes: 0 it would, and fallbacks work; 3 it would not, or fallbacks are blocked; 1 there is no
 * answer. A wrong command line throws a `ConfigError`.
 */
export async function checkPage(args: readonly string[]): Promise<PageCheck> {
  const { url, headers } = readArguments(args);
  let page: FetchedPage;
  try {
    page = await fetchPage(url, headers);
  } catch (error) {
    return { lines: [`${url}: no answer: ${reasonOf(error)}`], exitCode: 1 };
  }
  const host = headers.host ?? url.host;
  const report = reportOn(page, page.body, host.toLowerCase(), new ShimTag(SHIM, mapOf(url)));
  return { lines: linesFor(url, page, report), exitCode: isWorking(report) ? 0 : 3 };
}

/** What `--app URL` gives the tag when nothing else is set. */
const SHIM = '/shim/websocket.min.js';

function mapOf(url: URL): string {
  return `${url.protocol === 'https:' ? 'wss' : 'ws'}://${url.host}/ -> /`;
}

function readArguments(args: readonly string[]): { url: URL; headers: Record<string, string> } {
  let parsed: { values: { header?: string[] }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      options: { header: { type: 'string', multiple: true } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new ConfigError('GW_CONFIG', `${(error as Error).message.split('\n')[0]}; ${USAGE}`);
  }
  const [address, ...more] = parsed.positionals;
  const url = URL.canParse(address ?? '') ? new URL(address as string) : undefined;
  if (url === undefined || more.length > 0) throw new ConfigError('GW_CONFIG', `one URL is needed; ${USAGE}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ConfigError('GW_CONFIG', `${address}: must begin with http:// or https://`);
  }
  return { url, headers: Object.fromEntries((parsed.values.header ?? []).map(readHeader)) };
}

function readHeader(text: string): [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([ -~]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new ConfigError('GW_CONFIG', `--header ${JSON.stringify(text)}: must be 'Name: value'`);
  }
  return [name.toLowerCase(), value];
}

function isWorking({ tag, advice }: PageReport): boolean {
  return tag !== undefined && !advice.some(({ isNeeded }) => isNeeded);
}

function linesFor(
  url: URL,
  { status, rawHeaders }: FetchedPage,
  { tag, noTag, advice }: PageReport,
): string[] {
  const type = headerValue(rawHeaders, 'content-type') ?? 'no Content-Type';
  const location = headerValue(rawHeaders, 'location');
  return [
    `${url.href} -> ${status}, ${printable(type)}`,
    ...(tag === undefined
      ? []
      : [`the tag goes before ${tag.before}, line ${tag.line}, byte ${tag.offset}:`, `    ${tag.text}`]),
    ...(noTag === undefined ? [] : [`no tag: ${noTagText(noTag)}`]),
    ...(status >= 300 && status < 400 && location !== undefined
      ? [`it leads to ${printable(location)}: check that address`]
      : []),
    ...(status === 401 || status === 403
      ? ["a page behind a login: add --header 'Cookie: …' as a browser sends it"]
      : []),
    ...advice.map(({ text, isNeeded }) => `${isNeeded ? 'to change' : 'note'}: ${text}`),
  ];
}

/** Field values of an application must not reach the terminal as they are. */
function printable(value: string): string {
  return value.replace(/[^ -~]/g, '?').slice(0, 200);
}

function reasonOf(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return 'nothing came within 30 s';
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
