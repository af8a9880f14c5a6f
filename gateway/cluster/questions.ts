import type { Clock, Timer } from '../base/clock.ts';
import { encodeFrame, type FrameReader, KIND } from './frame.ts';
import type { Nodes } from './nodes.ts';

/** Milliseconds that an answer may take. Others do not wait longer for a node that hangs. */
const ANSWER_TIMEOUT = 250;

/** What one node asks all others. */
export const TOPIC = {
  /** Does this browser have a handshake under way? */
  handshake: 1,
  /** Is this the nonce of a session that you have or make? */
  nonce: 2,
  /** Do you have the SockJS session of this address? */
  sockjs: 3,
  /** What became of the last handshake of this browser? The answer is a `SEEN`. */
  seen: 4,
} as const;

/** The answer to a topic that a node does not know, and to what it does not have. */
export const NO = 0;
/** This node is finding out by a question of its own. */
export const MAYBE = 1;
export const YES = 2;

/** Answers to `TOPIC.seen`, the one that says most last. */
export const SEEN = { open: 3, accepted: 4, refused: 5, stripped: 6 } as const;

/** Says what this node answers to a question of the node `from`. */
export type Answerer = (topic: number, text: string, from: string) => number;

/** The best answer, and who gave it; undefined if nobody gave any but `NO`. */
export type Found = { readonly node: string; readonly answer: number } | undefined;

interface Question {
  readonly open: Set<string>;
  readonly found: (found: Found) => void;
  readonly timer: Timer;
  best: Found;
}

/** Small questions to all nodes at once. */
export class Questions {
  readonly #nodes: Nodes;
  readonly #clock: Clock;
  readonly #send: (to: string, frame: Buffer) => void;
  readonly #answerer: Answerer;
  readonly #open = new Map<number, Question>();
  #next = 1;

  constructor(nodes: Nodes, clock: Clock, send: (to: string, frame: Buffer) => void, answerer: Answerer) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#send = send;
    this.#answerer = answerer;
  }

  /**
   * Asks every other node that can be reached. Calls `found` with the first `YES`, or when all have
   * answered or their time is over, with the highest answer, and of several such with the one of
   * the lowest name. At once, if there is nobody to ask.
   */
  ask(topic: number, text: string, found: (found: Found) => void): void {
    if (!this.#nodes.hasOthers) {
      found(undefined);
      return;
    }
    const id = this.#next++ >>> 0;
    const open = new Set(this.#nodes.others);
    const timer = this.#clock.setTimeout(() => this.#close(id), ANSWER_TIMEOUT);
    this.#open.set(id, { open, found, timer, best: undefined });
    const frame = encodeFrame(KIND.ask, id, topic, 0, text);
    for (const node of open) this.#send(node, frame);
  }

  /** Takes a frame of the kind `ask` or `answer`. */
  received(from: string, frame: FrameReader): void {
    if (frame.kind === KIND.ask) {
      const answer = this.#answerer(frame.value, frame.text(), from);
      this.#send(from, encodeFrame(KIND.answer, frame.id, answer));
    } else this.#answered(from, frame.id, frame.value);
  }

  /** This node answers nothing any more. */
  nodeLost(name: string): void {
    for (const id of [...this.#open.keys()]) this.#answered(name, id, NO);
  }

  #answered(node: string, id: number, answer: number): void {
    const question = this.#open.get(id);
    if (question?.open.delete(node) !== true) return;
    const { best } = question;
    const isBetter = answer > (best?.answer ?? NO);
    const isLower = best !== undefined && answer === best.answer && node < best.node;
    if (isBetter || isLower) question.best = { node, answer };
    if (answer === YES || question.open.size === 0) this.#close(id);
  }

  #close(id: number): void {
    const question = this.#open.get(id);
    if (question === undefined) return;
    this.#open.delete(id);
    this.#clock.clearTimeout(question.timer);
    question.found(question.best);
  }
}
