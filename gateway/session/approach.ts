import type { SeenHandshake } from '../base/seen-handshakes.ts';
import type { Steps } from '../protocol/steps.ts';

/** What is known of a client's way to its session. */
export interface Approach {
  /** Absent: the client sent none, or none that are valid. */
  readonly steps: Steps | undefined;
  /** It wants a subprotocol. */
  readonly wantsProtocol: boolean;
  /** Of the same browser; absent: none arrived, as far as is known. */
  readonly handshake: SeenHandshake | undefined;
}
