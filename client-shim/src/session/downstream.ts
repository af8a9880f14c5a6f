import { indexOf } from '../lang/list.ts';
import { createAlarm } from '../transport/alarm.ts';
import type { Carrier, CarrierKind, SessionContext } from '../transport/carrier.ts';
import { isNarrow, type Platform } from '../transport/platform.ts';
import type { Frame } from '../wire/frame.ts';
import { createRetry } from './retry.ts';

/** Why a downstream was lost. */
export interface Loss {
  readonly _kind: CarrierKind;
  readonly _reason: string;
  /** It had brought something. */
  readonly _heard: boolean;
  /** Milliseconds since it was opened. */
  readonly _age: number;
  /** The machine slept: its silence says nothing about the carrier. */
  readonly _slept: boolean;
}

/** Which carrier is used. */
export interface TransportPolicy {
  /** What to attach: this kind, unless it is none, or one that not all sessions can have. */
  _pick(kind?: CarrierKind): CarrierKind;
  /** A carrier of another kind than before, the first after a loss, or any that goes both ways brought its first frame: it works. */
  _proved(kind: CarrierKind): void;
  /** The carrier in use is no good. Answers what to attach next. */
  _lost(loss: Loss): CarrierKind;
  /** Nobody is attached any more. */
  _stop(): void;
}

/** A session on a downstream: alone, or one of several that share it (PROTOCOL.md §10). */
export interface Member {
  readonly _context: SessionContext;
  /** It is attached anew: answers its `n,ack`. */
  _attached(): string;
  _frames(frames: Frame[]): void;
  /** What became of a carrier: `trying`, `works`, or the reason why it was lost. */
  _note(kind: CarrierKind, what: string): void;
  /** It cannot go on. */
  _over(reason: string): void;
}

/** The carrier that the gateway writes on, and the changing of carriers (PROTOCOL.md §6). */
export interface Downstream {
  _join(member: Member): void;
  /** What still comes for it is not minded; with the last member the downstream ends. */
  _leave(member: Member): void;
  /** Holds no carrier while the page rests, which the gateway bears for a window. */
  _freeze(resting: boolean): void;
  /** Attaches all of them anew, in the same way if no other is said. */
  _attach(kind?: CarrierKind): void;
  /** Goes over to a better carrier. */
  _move(kind: CarrierKind): void;
  _kind(): CarrierKind | undefined;
  /** The way upstream on a carrier that goes both ways. */
  _direct(): ((frames: Frame[]) => void) | undefined;
  /** A request took so many milliseconds. */
  _answered(ms: number): void;
}

/** A carrier and what is known of it. */
interface Attached {
  readonly _kind: CarrierKind;
  readonly _since: number;
  /** The sessions on it, by their numbers there. */
  readonly _members: Member[];
  /** The one that frames are of at present. */
  _selected: number;
  _carrier: Carrier | undefined;
  _heard: boolean;
}

/** `rtt` is the shortest time that a request took so far. Of `members`, those who are attached, others only look at the length. */
export function createDownstream(
  platform: Platform,
  limits: { _window: number; _heartbeat: number; _silence: number },
  rtt: number,
  members: Member[],
  policy: TransportPolicy
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
    limits._window,
    () => attach(),
    () => each((member) => member._over('window'))
  );
  const proof = createAlarm(platform, (late) => lose('held back', late > limits._heartbeat));
  const silence = createAlarm(platform, checkSilence);

  function each(tell: (member: Member) => void): void {
    // They may leave while they are told.
    const all = members.slice(0);
    for (let i = 0; i < all.length; i += 1) tell(all[i] as Member);
  }

  function note(kind: CarrierKind, what: string): void {
    each((member) => member._note(kind, what));
  }

  function checkSilence(late: number): void {
    const rest = lastHeard + limits._silence - platform._now();
    if (rest > 0) silence._set(rest);
    else lose('silent', late > limits._heartbeat);
  }

  function drop(attached: Attached | undefined): void {
    const carrier = attached && attached._carrier;
    if (!carrier) return;
    attached._carrier = undefined;
    carrier._close();
  }

  /** In which a stream must show a first byte: longer where other requests may keep it from being sent. */
  function timeout(): number {
    return members.length > 1 ? 2000 : Math.max(300, Math.min(2000, 4 * rtt));
  }

  function attach(wish?: CarrierKind): void {
    if (!members.length) return;
    const kind = policy._pick(wish || (current ? current._kind : next));
    const attaching = members.slice(0);
    const context = (attaching[0] as Member)._context;
    const attachments: string[] = [];
    retry._stop();
    drop(former);
    former = current;
    if (narrow) drop(former);
    lastHeard = platform._now();
    const me: Attached = {
      _kind: kind,
      _since: lastHeard,
      _members: attaching,
      _selected: 0,
      _carrier: undefined,
      _heard: false
    };
    current = me;
    if (kind._streams) proof._set(timeout());
    else proof._clear();
    silence._set(limits._silence);
    for (let i = 0; i < attaching.length; i += 1) {
      const one = attaching[i] as Member;
      attachments.push((i ? i + ',' + one._context._token + ',' : '') + one._attached());
      if (one._context._binary) context._binary = true;
    }
    try {
      me._carrier = kind._open(platform, context, attachments, {
        _frames: (frames) => {
          if (me._carrier) heard(me, frames);
        },
        _over: (refused, reason) => {
          if (me._carrier) ended(me, refused, reason);
        }
      });
    } catch (_) {
      // A constructor that throws, as EventSource may for another origin
      proof._set(0);
    }
  }

  function heard(me: Attached, frames: Frame[] | null): void {
    if (!frames) {
      if (me === current) lose('malformed');
      else drop(me);
      return;
    }
    if (!frames.length) return;
    lastHeard = platform._now();
    if (me === current && !me._heard) {
      me._heard = true;
      proof._clear();
      drop(former);
      former = undefined;
      if (proven !== me._kind || me._kind._duplex) {
        proven = me._kind;
        policy._proved(proven);
        note(proven, 'works');
      }
    }
    let i: number;
    for (i = 0; i < frames.length; i += 1) {
      const one = frames[i] as Frame;
      const member = me._members[me._selected];
      if (one._type === 'S') me._selected = +one._data;
      else if (member) member._frames([one]);
    }
    for (i = 0; i < frames.length && members.length; i += 1) control(me, frames[i] as Frame);
  }

  function control(me: Attached, frame: Frame): void {
    if (frame._type === 'R' && me === current) {
      // It has carried a whole budget: what may be cut next is not one more of a row of failures.
      retry._succeeded();
      attach();
    }
    // That a session is gone is its own affair.
    if (frame._type !== 'E' || frame._data === 'g' || !me._carrier) return;
    drop(me);
    if (me !== current) return;
    if (frame._data === 'r') attach();
    // Superseded by a repetition of its own attach: with a pause, lest two of them chase each other.
    else again(me._kind, false);
  }

  function ended(me: Attached, refused: boolean, reason: string): void {
    me._carrier = undefined;
    // A poll that is refused is so for its first session, and the others go on without it. A stream may be so by a proxy that lets polls pass.
    if (refused && !me._kind._streams) (me._members[0] as Member)._over(reason);
    if (me !== current || !members.length) return;
    if (me._heard && !reason && !me._kind._streams) {
      retry._succeeded();
      attach();
    } else lose(reason || 'cut');
  }

  function again(kind: CarrierKind, alive: boolean): void {
    proof._clear();
    silence._clear();
    current = undefined;
    next = kind;
    retry._failed(alive);
  }

  function letGo(): void {
    retry._stop();
    proof._clear();
    silence._clear();
    drop(current);
    drop(former);
    next = (current && current._kind) || next;
    current = former = undefined;
  }

  function lose(reason: string, slept?: boolean): void {
    const me = current;
    if (!me) return;
    drop(me);
    proven = undefined;
    const age = platform._now() - me._since;
    // One that was read from for a while counts as a success, however it ended.
    if (me._heard && age > limits._heartbeat / 10) retry._succeeded();
    const loss: Loss = { _kind: me._kind, _reason: reason, _heard: me._heard, _age: age, _slept: !!slept };
    note(me._kind, reason);
    again(policy._lost(loss), me._heard);
  }

  return {
    _join: (member) => {
      members.push(member);
      // At once, whatever was lost: the gateway has just answered, and waits a few seconds only (PROTOCOL.md §3).
      attach();
    },
    _leave: (member) => {
      const at = indexOf(members, member);
      if (at >= 0) members.splice(at, 1);
      if (members.length) return;
      policy._stop();
      // A failure of now begins no row of failures for those who come later.
      retry._succeeded();
      letGo();
      proven = next = undefined;
    },
    _freeze: (resting) => {
      if (resting) letGo();
      else if (!current) attach();
    },
    _attach: attach,
    _move: (kind) => {
      note(kind, 'trying');
      attach(kind);
    },
    _kind: () => current && current._kind,
    _direct: () => (current && current._heard && current._carrier ? current._carrier._send : undefined),
    _answered: (ms) => {
      rtt = Math.min(rtt, ms);
    }
  };
}
