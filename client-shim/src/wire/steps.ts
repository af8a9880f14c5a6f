import { indexOf } from '../lang/list.ts';

/**
 * What may become of a socket without a session, in the words of `ws.diagnostics`. The gateway gets
 * a word's place in this list (PROTOCOL.md §3.5), so it keeps its place.
 */
export const OUTCOMES = [
  'not requested',
  'none, or a draft',
  'failed before',
  'not allowed',
  'no answer',
  'refused',
  'slow network',
  'no script',
  'no player answered',
  'bridge mute'
];

/** Encodes the steps that have such an outcome: the transport's first letter, and the place. */
export function encodeSteps(steps: readonly { readonly transport: string; readonly what: string }[]): string {
  let code = '';
  for (let i = 0; i < steps.length; i += 1) {
    const step = steps[i] as { transport: string; what: string };
    const at = indexOf(OUTCOMES, step.what);
    if (at >= 0) code += step.transport.charAt(0) + at;
  }
  return code;
}
