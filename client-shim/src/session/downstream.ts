import { indexOf } from '../lang/list.ts';
import { createAlarm } from '../transport/alarm.ts';
import type { Carrier, CarrierKind, Line } from '../transport/carrier.ts';
import { isNarrow, type Platform } from '../transport/platform.ts';
import type { Frame } from '../wire/frame.ts';
import { createRetry } from './retry.ts';

/** Why a downstream was lost. */
export interface Loss {
  readonly kind: CarrierKind;
  readonly reason: string;
  /** It had brought something. */
  readonly heard: boolean;
  /** Milliseconds since it was opened. */
  readonly age: number;
  /** The machine slept: its silence says nothing about the carrier. */
  readonly slept: boolean;
}

/** Which carrier is used. */
export interface Choice {
  /** What to attach: this kind, unless it is none, or one that not all sessions can have. */
  pick(kind?: CarrierKind): CarrierKind;
  /** A carrier of another kind than before, the first after a loss, or any that goes both ways brought its first frame: it works. */
  proved(kind: CarrierKind): void;
  /** The carrier in use is no good. Answers what to attach next. */
  lost(loss: Loss): CarrierKind;
  /** Nobody is attached any more. */
  stop(): void;
}

/** A session on a downstream: alone, or one of several that share it (PROTOCOL.md §10). */
export interface Member {
  readonly line: Line;
  /** It is attached anew: answers its `n,ack`. */
  attached(): string;
  frames(frames: Frame[]): void;
  /** What became of a carrier: `trying`, `works`, or the reason why it was lost. */
  note(kind: CarrierKind, what: string): void;
  /** It cannot go on. */
  over(reason: string): void;
}

/** The carrier that the gateway writes on, and the changing of carriers (PROTOCOL.md §6). */
export interface Downstream {
  enter(member: Member): void;
  /** What still comes for it is not minded; with the last member the downstream ends. */
  leave(member: Member): void;
  /** Holds no carrier while the page rests, which the gateway bears for a window. */
  rest(resting: boolean): void;
  /** Attaches all of them anew, in the same way if no other is said. */
  attach(kind?: CarrierKind): void;
  /** Goes over to a better carrier. */
  move(kind: CarrierKind): void;
  kind(): CarrierKind | undefined;
  /** The way upstream on a carrier that goes both ways. */
  direct(): ((frames: Frame[]) => void) | undefined;
  /** A request took so many milliseconds. */
  answered(ms: number): void;
}

/** A carrier and what is known of it. */
interface Attached {
  readonly kind: CarrierKind;
  readonly since: number;
  /** The sessions on it, by their numbers there. */
  readonly sharers: Member[];
  /** The one that frames are of at present. */
  selected: number;
  carrier: Carrier | undefined;
  heard: boolean;
}

/** `rtt` is the shortest time that a request took so far. Of `members`, those who are attached, others only look at the length. */
export function createDownstream(
  platform: Platform,
  limits: { window: number; heartbeat: number; silence: number },
  rtt: number,
  members: Member[],
  choice: Choice
): Downstream {
  let current: Attached | undefined;
  /** The one before it, read until the new one has shown that it works. */
  let former: Attached | undefined;
  let next: CarrierKind | undefined;
  /** The kind that works at present. */
  let proven: CarrierKind | undefined;
  let lastHeard = 0;
  const narrow = isNarrow(platform);
  const retry = createRetry(
    platform,
    limits.window,
    () => attach(),
    () => each((member) => member.over('window'))
  );
  const proof = createAlarm(platform, (late) => lose('held back', late > limits.heartbeat));
  const silence = createAlarm(platform, checkSilence);

  function each(tell: (member: Member) => void): void {
    // They may leave while they are told.
    const all = members.slice(0);
    for (let i = 0; i < all.length; i += 1) tell(all[i] as Member);
  }

  function note(kind: CarrierKind, what: string): void {
    each((member) => member.note(kind, what));
  }

  function checkSilence(late: number): void {
    const rest = lastHeard + limits.silence - platform.now();
    if (rest > 0) silence.set(rest);
    else lose('silent', late > limits.heartbeat);
  }

  function drop(attached: Attached | undefined): void {
    const carrier = attached && attached.carrier;
    if (!carrier) return;
    attached.carrier = undefined;
    carrier.close();
  }

  /** In which a stream must show a first byte: longer where other requests may keep it from being sent. */
  function patience(): number {
    return members.length > 1 ? 2000 : Math.max(300, Math.min(2000, 4 * rtt));
  }

  function attach(wish?: CarrierKind): void {
    if (!members.length) return;
    const kind = choice.pick(wish || (current ? current.kind : next));
    const sharers = members.slice(0);
    const line = (sharers[0] as Member).line;
    const wanted: string[] = [];
    retry.stop();
    drop(former);
    former = current;
    if (narrow) drop(former);
    lastHeard = platform.now();
    const me: Attached = {
      kind: kind,
      since: lastHeard,
      sharers: sharers,
      selected: 0,
      carrier: undefined,
      heard: false
    };
    current = me;
    if (kind.streams) proof.set(patience());
    else proof.clear();
    silence.set(limits.silence);
    for (let i = 0; i < sharers.length; i += 1) {
      const one = sharers[i] as Member;
      wanted.push((i ? i + ',' + one.line.token + ',' : '') + one.attached());
      if (one.line.binary) line.binary = true;
    }
    try {
      me.carrier = kind.open(platform, line, wanted, {
        frames: (frames) => {
          if (me.carrier) heard(me, frames);
        },
        over: (refused, reason) => {
          if (me.carrier) ended(me, refused, reason);
        }
      });
    } catch (_) {
      // A constructor that throws, as EventSource may for another origin
      proof.set(0);
    }
  }

  function heard(me: Attached, frames: Frame[] | null): void {
    if (!frames) {
      if (me === current) lose('malformed');
      else drop(me);
      return;
    }
    if (!frames.length) return;
    lastHeard = platform.now();
    if (me === current && !me.heard) {
      me.heard = true;
      proof.clear();
      drop(former);
      former = undefined;
      if (proven !== me.kind || me.kind.duplex) {
        proven = me.kind;
        choice.proved(proven);
        note(proven, 'works');
      }
    }
    let i: number;
    for (i = 0; i < frames.length; i += 1) {
      const one = frames[i] as Frame;
      const member = me.sharers[me.selected];
      if (one.type === 'S') me.selected = +one.data;
      else if (member) member.frames([one]);
    }
    for (i = 0; i < frames.length && members.length; i += 1) control(me, frames[i] as Frame);
  }

  function control(me: Attached, frame: Frame): void {
    if (frame.type === 'R' && me === current) {
      // It has carried a whole budget: what may be cut next is not one more of a row of failures.
      retry.good();
      attach();
    }
    // That a session is gone is its own affair.
    if (frame.type !== 'E' || frame.data === 'g' || !me.carrier) return;
    drop(me);
    if (me !== current) return;
    if (frame.data === 'r') attach();
    // Superseded by a repetition of its own attach: with a pause, lest two of them chase each other.
    else again(me.kind, false);
  }

  function ended(me: Attached, refused: boolean, reason: string): void {
    me.carrier = undefined;
    // A poll that is refused is so for its first session, and the others go on without it. A stream may be so by a proxy that lets polls pass.
    if (refused && !me.kind.streams) (me.sharers[0] as Member).over(reason);
    if (me !== current || !members.length) return;
    if (me.heard && !reason && !me.kind.streams) {
      retry.good();
      attach();
    } else lose(reason || 'cut');
  }

  function again(kind: CarrierKind, alive: boolean): void {
    proof.clear();
    silence.clear();
    current = undefined;
    next = kind;
    retry.failed(alive);
  }

  function letGo(): void {
    retry.stop();
    proof.clear();
    silence.clear();
    drop(current);
    drop(former);
    next = (current && current.kind) || next;
    current = former = undefined;
  }

  function lose(reason: string, slept?: boolean): void {
    const me = current;
    if (!me) return;
    drop(me);
    proven = undefined;
    const age = platform.now() - me.since;
    // One that was read from for a while counts as a success, however it ended.
    if (me.heard && age > limits.heartbeat / 10) retry.good();
    const loss: Loss = { kind: me.kind, reason: reason, heard: me.heard, age: age, slept: !!slept };
    note(me.kind, reason);
    again(choice.lost(loss), me.heard);
  }

  return {
    enter: (member) => {
      members.push(member);
      // At once, whatever was lost: the gateway has just answered, and waits a few seconds only (PROTOCOL.md §3).
      attach();
    },
    leave: (member) => {
      const at = indexOf(members, member);
      if (at >= 0) members.splice(at, 1);
      if (members.length) return;
      choice.stop();
      // A failure of now begins no row of failures for those who come later.
      retry.good();
      letGo();
      proven = next = undefined;
    },
    rest: (resting) => {
      if (resting) letGo();
      else if (!current) attach();
    },
    attach: attach,
    move: (kind) => {
      note(kind, 'trying');
      attach(kind);
    },
    kind: () => current && current.kind,
    direct: () => (current && current.heard && current.carrier ? current.carrier.send : undefined),
    answered: (ms) => {
      rtt = Math.min(rtt, ms);
    }
  };
}
