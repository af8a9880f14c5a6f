const SURROGATE = /[\ud800-\udfff]/;
const PAIR_OR_SURROGATE = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;

/** Removes white space at both ends. JScript's `\s` lacks U+00A0 and U+FEFF. */
export function trim(text: string): string {
  return text.replace(/^[\s\u00a0\ufeff]+|[\s\u00a0\ufeff]+$/g, '');
}

/** Converts to scalar values (Infra, "convert"): each lone surrogate becomes U+FFFD. */
export function scalarText(text: string): string {
  return SURROGATE.test(text) ? text.replace(PAIR_OR_SURROGATE, pairOrReplacement) : text;
}

function pairOrReplacement(found: string): string {
  return found.length === 2 ? found : '\ufffd';
}

/**
 * The trimmed parts between separators, without the empty ones. The separator must be a global
 * expression.
 */
export function words(text: string, separator: RegExp): string[] {
  const found: string[] = [];
  // Split by a string, because JScript's split by an expression behaves differently.
  const chunks = text.replace(separator, '\n').split('\n');
  for (let at = 0; at < chunks.length; at += 1) {
    const chunk = trim(chunks[at] as string);
    if (chunk) found.push(chunk);
  }
  return found;
}
