/**
 * Header fields as they were received: names and values alternate, as in Node's
 * `message.rawHeaders`. Repeated fields stay apart and in order.
 */
export type RawHeaders = readonly string[];

/** Calls `visit` for each field in order. `name` is as received, `lower` in lower case. */
export function forEachHeader(
  raw: RawHeaders,
  visit: (lower: string, value: string, name: string) => void,
): void {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    visit(name.toLowerCase(), raw[index + 1] as string, name);
  }
}

/** The fields that `keep` returns true for, in order. */
export function filterHeaders(raw: RawHeaders, keep: (lower: string, value: string) => boolean): string[] {
  const kept: string[] = [];
  forEachHeader(raw, (lower, value, name) => {
    if (keep(lower, value)) kept.push(name, value);
  });
  return kept;
}

/** All values of a field, in order. `lower` is its lower-case name. */
export function headerValues(raw: RawHeaders, lower: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (isNamed(raw[index] as string, lower)) values.push(raw[index + 1] as string);
  }
  return values;
}

/**
 * The value of a field, or undefined. Values of a repeated field are joined with `, ` (RFC 9110
 * §5.3). `lower` is its lower-case name. Allocates nothing unless the field is repeated.
 */
export function headerValue(raw: RawHeaders, lower: string): string | undefined {
  let found: string | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (!isNamed(raw[index] as string, lower)) continue;
    found = found === undefined ? raw[index + 1] : `${found}, ${raw[index + 1]}`;
  }
  return found;
}

/** Most names differ in length, so few are compared. */
function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && (name === lower || name.toLowerCase() === lower);
}

/** A name, in lower case, as CGI-like servers read it: they make one variable of `-` and `_`. */
export function plainName(lower: string): string {
  return lower.replaceAll('_', '-');
}

/**
 * All fields by their lower-case names, joined as Node joins them (message.headers), with none
 * dropped.
 */
export function joinedHeaders(raw: RawHeaders): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  forEachHeader(raw, (name, value) => {
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  });
  return headers;
}
