import { page } from '../browser/page.ts';
import type { StompHooks } from '../facade/stomp-hooks.ts';
import { indexOf } from '../lang/list.ts';
import { now } from '../lang/now.ts';
import { utf8Length } from '../lang/utf8.ts';
import { cutsPairs, joinPairs, nameSockets } from './client.ts';
import { defectsOf, measuresWrong, returnsPartial } from './defects.ts';
import type { StompClient, StompLibrary, Unmarshall } from './library.ts';
import { createUnmarshall } from './unmarshall.ts';

/**
 * Tests a library, by default the page's `Stomp`, and repairs what fails. Returns the names of the
 * repaired defects.
 */
export type InstallStompFix = (Stomp?: unknown) => string[];

export function createStompFix(stompHooks: StompHooks): InstallStompFix {
  /** The `unmarshall` functions that were tested, and their replacements. */
  const known: Unmarshall[] = [];
  return (library) => {
    const Stomp = (library || (page as { Stomp?: unknown }).Stomp) as StompLibrary | undefined;
    const unmarshall = Stomp && Stomp.Frame && Stomp.Frame.unmarshall;
    if (typeof unmarshall !== 'function' || indexOf(known, unmarshall) >= 0) return [];
    known.push(unmarshall);
    const repaired: string[] = [];
    try {
      repair(Stomp as StompLibrary, stompHooks, repaired);
    } catch (_) {
      // It was another library. That must not break the code that loads it or creates a socket.
    }
    known.push((Stomp as StompLibrary).Frame.unmarshall);
    return repaired;
  };
}

/** Makes each repair whose test fails, and adds its name to `repaired`. */
function repair(Stomp: StompLibrary, stompHooks: StompHooks, repaired: string[]): void {
  const hasPartial = returnsPartial(Stomp);
  if (hasPartial === undefined) return;
  const Clock = Date as { now?: () => number };
  if (!Clock.now) {
    Clock.now = now;
    repaired.push('Date.now');
  }
  const defects = defectsOf(Stomp);
  if (defects.length) Stomp.Frame.unmarshall = createUnmarshall(Stomp.Frame, hasPartial, stompHooks);
  repaired.push.apply(repaired, defects);
  if (measuresWrong(Stomp.Frame)) {
    Stomp.Frame.sizeOfUTF8 = utf8Length;
    repaired.push('size of surrogates');
  }
  const client = Stomp.over && Stomp.over({});
  if (!client) return;
  const { prototype } = client.constructor as unknown as { prototype: StompClient };
  if (defects.length) nameSockets(prototype, stompHooks);
  if (cutsPairs(client)) {
    joinPairs(prototype);
    repaired.push('surrogate pairs');
  }
}
