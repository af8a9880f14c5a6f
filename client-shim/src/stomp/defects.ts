import type { FrameClass, StompLibrary, Unmarshalled, WithPartial } from './library.ts';

/** A defect, messages that show it, and the correct result: command and body of each frame. */
type Probe = readonly [defect: string, messages: readonly string[], sound: string];

const PROBES: readonly Probe[] = [
  // The part after the last NUL is empty, and JScript's split drops it.
  ['split', ['A\n\nx\0', 'B\n\ny\0'], 'A x;B y;'],
  ['partial frames', ['A\n\nx', 'y\0B\nc:', 'd\n\nz', '\0'], 'A xy;B z;'],
  ['coalesced frames', ['A\n\nx\0\nB\n\ny\0', 'C\n\n\0'], 'A x;B y;C ;'],
  ['content-length', ['A\ncontent-length:5\n\n\u00e9\0\u00e9\0B\n\n\0'], 'A \u00e9\0\u00e9;B ;'],
  ['heart-beats', ['\n\nA\n\nx\0\n\n\r\n', 'B\n\n\0'], 'A x;B ;']
];

/**
 * Whether the library returns an unfinished frame separately. Undefined if the repairs do not know
 * the library.
 */
export function returnsPartial(Stomp: StompLibrary): boolean | undefined {
  const result = Stomp.Frame.unmarshall('A\n\nx\0') as Partial<WithPartial> & { length?: unknown };
  if (result.frames && typeof result.partial === 'string') return true;
  return typeof result.length === 'number' ? false : undefined;
}

/**
 * The names of the defects that this library has in this engine. Each is found by a test of both
 * together, not by a version.
 */
export function defectsOf(Stomp: StompLibrary): string[] {
  const found: string[] = [];
  for (let at = 0; at < PROBES.length; at += 1) {
    const [defect, messages, sound] = PROBES[at] as Probe;
    if (outcome(Stomp, messages) !== sound) found.push(defect);
  }
  return found;
}

function outcome(Stomp: StompLibrary, messages: readonly string[]): string {
  let seen = '';
  let partial = '';
  try {
    for (let at = 0; at < messages.length; at += 1) {
      const result = Stomp.Frame.unmarshall(partial + messages[at]);
      const frames = framesOf(result);
      partial = (result as WithPartial).partial || '';
      for (let k = 0; k < frames.length; k += 1) {
        const { command, body } = frames[k] as { command: string; body: string };
        seen += command + ' ' + body + ';';
      }
    }
  } catch (_) {
    // 2.3.4 throws for a lone NUL in JScript.
    return 'threw';
  }
  return seen + partial;
}

function framesOf(result: Unmarshalled) {
  return (result as WithPartial).frames || result;
}

/**
 * Whether the library cannot count a text with half a surrogate pair, or in Wine's JScript with a
 * whole one. `encodeURI` throws there.
 */
export function measuresWrong(Frame: FrameClass): boolean {
  try {
    return !!Frame.sizeOfUTF8 && Frame.sizeOfUTF8('\ud83d\ude00\ud83d') !== 7;
  } catch (_) {
    return true;
  }
}
