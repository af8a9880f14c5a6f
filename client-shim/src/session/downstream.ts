import { laterTask } from '../browser/later-task.ts';
import { remove } from '../lang/list.ts';
import { type Alarm, createAlarm } from '../transport/alarm.ts';
import type { Carrier, CarrierEvents, CarrierKind, SessionContext } from '../transport/carrier.ts';
import { isNarrow, type Platform } from '../transport/platform.ts';
import type { Frame } from '../wire/frame.ts';
import { createRetry, type Retry } from './retry.ts';
import type { TransportPolicy } from './transport-policy.ts';

/** A session on a downstream: alone, or one of several that share it (PROTOCOL.md §10). */
export interface Member {
  readonly _context: SessionContext;
  /** It is attached anew: returns its `n,ack`. */
  _attached(): string;
  /** The frames that go upstream with this attach: none unless it `may` carry some. */
  _carry(may?: boolean): Frame[];
  _frames(frames: Frame[]): void;
  /** What became of a carrier: `trying`, `works`, or the reason for its loss. */
  _note(kind: CarrierKind, what: string): void;
  /** It cannot go on. */
  _over(reason: string): void;
}

export interface DownstreamLimits {
  readonly _window: number;
  readonly _heartbeat: number;
  readonly _silence: number;
}

/** A carrier and what is known about it. */
interface Attached {
  readonly _kind: CarrierKind;
  /** A poll of a page that rests: the kind that is used when it does not. */
  readonly _back: CarrierKind | undefined;
  readonly _since: number;
  /** The sessions on it, by their numbers there. */
  readonly _members: Member[];
  /** Number of the session that the frames belong to at present. */
  _selected: number;
  _carrier: Carrier | undefined;
}

/** Milliseconds that a frame waits for the next poll, at most. */
export const LONGEST_TURN = 5;

/** Nothing is attached: there is no member, or the page is frozen. */
const IDLE = 0;
/** A carrier was opened and has brought nothing yet. */
const ATTACHING = 1;
/** The carrier has brought frames. */
const OPEN = 2;
/** The carrier is lost, and the retry will attach again. */
const WAITING = 3;
/** The page is hidden: the carrier was closed, and the next short poll waits for its time. */
const RESTING = 4;

/** Milliseconds that a page is hidden before it rests. */
const GRACE = 5000;
/** Milliseconds that it does not rest after it has sent something: the answer may come. */
const REPLY = 2000;
/** Milliseconds between two short polls: after one with messages, and at most. */
const PAUSE = 5000;
/** A hidden page's timers ring up to a second late, and a message shall come within 15 s. */
const LONGEST_PAUSE = 13000;
/** Characters in a short poll after which the page does not rest, or they would pile up. */
const BUSY = 16384;

/** The carrier that the gateway writes to, and the change of carriers (PROTOCOL.md §6). */
export class Downstream {
  private readonly _platform: Platform;
  private readonly _limits: DownstreamLimits;
  private readonly _members: Member[];
  private readonly _policy: TransportPolicy;
  /** Shortest time that a request took so far. */
  _rtt: number;
  private _phase = IDLE;
  private _current: Attached | undefined;
  /** The carrier before it, read until the new one has shown that it works. */
  private _former: Attached | undefined;
  /** What to attach next when nothing is attached. */
  private _next: CarrierKind | undefined;
  /** The kind that works at present. */
  _proven: CarrierKind | undefined;
  /** The kind that worked last. */
  private _worked: CarrierKind | undefined;
  private _lastHeard = 0;
  /** Milliseconds from the last frames of the last poll to its end. */
  private _turn = 0;
  private readonly _narrow: boolean;
  private readonly _retry: Retry;
  /** Rings when a stream has shown no first byte in time. */
  private readonly _proof: Alarm;
  private readonly _silence: Alarm;
  /** Whether the page is hidden and may rest. */
  private _hidden = false;
  /** Rings when a hidden page begins to rest, and when its next short poll is due. */
  private readonly _rest: Alarm;
  private _pause = 0;
  /** Characters of messages in the present short poll. */
  private _volume = 0;

  /**
   * `members` belongs to this downstream; others only read it. `rtt`: milliseconds that the fastest
   * request took so far.
   */
  constructor(
    platform: Platform,
    limits: DownstreamLimits,
    rtt: number,
    members: Member[],
    policy: TransportPolicy
  ) {
    this._platform = platform;
    this._limits = limits;
    this._rtt = rtt;
    this._members = members;
    this._policy = policy;
    this._narrow = isNarrow(platform);
    this._retry = createRetry(
      platform,
      limits._window,
      () => this._attach(),
      () => this._each((member) => member._over('window'))
    );
    this._proof = createAlarm(platform, (late) => this._lose('held back', late > limits._heartbeat));
    this._silence = createAlarm(platform, (late) => this._checkSilence(late));
    this._rest = createAlarm(platform, () => this._nextRest());
  }

  _join(member: Member): void {
    this._members.push(member);
    // At once, even while a retry waits: the gateway has just answered, and a new session must be
    // attached within a few seconds (PROTOCOL.md §3).
    this._attach();
  }

  /**
   * Frames that still come for the member are ignored. The downstream ends with its last member.
   */
  _leave(member: Member): void {
    remove(this._members, member);
    if (this._members.length) return;
    this._policy._stop();
    // Failures of the past do not count for sessions that join later.
    this._retry._succeeded();
    this._detach(IDLE);
    this._proven = this._next = undefined;
  }

  /** Holds no carrier while the page is frozen; the gateway keeps the session for its window. */
  _freeze(frozen: boolean): void {
    if (frozen) this._detach(IDLE);
    else if (!this._current) this._attach();
  }

  /** The page was hidden, or is shown again. A hidden one rests (PROTOCOL.md §6.6). */
  _hide(hidden: boolean): void {
    this._hidden = hidden;
    this._stay(GRACE);
  }

  /** The page sends something, so it does not rest now. */
  _used(): void {
    if (this._hidden) this._stay(REPLY);
  }

  private _stay(ms: number): void {
    if (this._isResting()) this._attach();
    this._rest._clear();
    if (this._hidden) this._rest._set(ms);
  }

  private _isResting(): boolean {
    return this._phase === RESTING || !!(this._current && this._current._back);
  }

  private _nextRest(): void {
    const kind = this._usual() as CarrierKind;
    const poll = this._policy._poll();
    if (this._phase === RESTING && poll) this._open(poll, kind);
    else if (poll && kind === this._proven && !kind._duplex) {
      this._note(kind, 'rests');
      this._policy._stop();
      this._detach(RESTING);
      this._proven = undefined;
      this._pause = PAUSE;
      this._rest._set(PAUSE);
    } else this._stay(GRACE);
  }

  /** A short poll has its answer. */
  private _rested(): void {
    this._pause = this._volume ? PAUSE : Math.min(LONGEST_PAUSE, this._pause * 1.5);
    if (this._volume > BUSY) this._stay(GRACE);
    else {
      this._enter(RESTING);
      this._rest._set(this._pause);
    }
  }

  /**
   * Attaches all members anew, on the same kind of carrier if no other is wanted. `follows`: a poll
   * has ended well, and this is the next one.
   */
  _attach(wanted?: CarrierKind, follows?: boolean): void {
    if (!this._members.length) return;
    if (this._hidden && !this._rest._isSet()) this._rest._set(GRACE);
    this._open(this._policy._pick(wanted || this._usual()), undefined, follows);
  }

  /** The kind that is used when the page does not rest, and that was used last. */
  private _usual(): CarrierKind | undefined {
    const current = this._current;
    return current ? current._back || current._kind : this._next;
  }

  private _open(kind: CarrierKind, back?: CarrierKind, follows?: boolean): void {
    const members = this._members.slice(0);
    drop(this._former);
    this._former = this._current;
    if (this._narrow) drop(this._former);
    this._lastHeard = this._platform._now();
    this._volume = 0;
    const attached: Attached = {
      _kind: kind,
      _back: back,
      _since: this._lastHeard,
      _members: members,
      _selected: 0,
      _carrier: undefined
    };
    this._current = attached;
    this._enter(ATTACHING);
    this._request(attached, members, follows && kind._carries);
  }

  /** Moves to a better carrier. */
  _move(kind: CarrierKind): void {
    this._note(kind, 'trying');
    this._attach(kind);
  }

  _kind(): CarrierKind | undefined {
    return this._current && this._current._kind;
  }

  /** Sends upstream on a carrier that goes both ways; undefined on others. */
  _direct(): ((frames: Frame[]) => void) | undefined {
    const carrier = this._phase === OPEN && (this._current as Attached)._carrier;
    return carrier ? carrier._send : undefined;
  }

  /**
   * Whether a poll has brought frames and is about to be followed by the next one, as far as the
   * poll before it shows.
   */
  _isTurning(): boolean | undefined {
    return this._phase === OPEN && (this._kind() as CarrierKind)._carries && this._turn < LONGEST_TURN;
  }

  /** A request took that many milliseconds. */
  _answered(ms: number): void {
    this._rtt = Math.min(this._rtt, ms);
  }

  /**
   * The one place where the state changes: starts the timers of the new state, clears the others.
   */
  private _enter(phase: number): void {
    const attaching = phase === ATTACHING;
    this._phase = phase;
    if (phase !== WAITING) this._retry._stop();
    if (phase === IDLE) this._rest._clear();
    if (attaching && (this._current as Attached)._kind._streams) this._proof._set(this._proofTimeout());
    else this._proof._clear();
    if (attaching) this._silence._set(this._limits._silence);
    else if (phase !== OPEN) {
      this._silence._clear();
      this._next = this._usual();
      this._current = undefined;
    }
  }

  /**
   * Time for the first byte of a stream. It is longer where others may delay its request, and for a
   * stream that has worked: a gateway may wait a second for the node that has the session.
   */
  private _proofTimeout(): number {
    const kind = (this._current as Attached)._kind;
    return this._members.length > 1 || kind._duplex || kind === this._worked
      ? 2000
      : Math.max(300, Math.min(2000, 4 * this._rtt));
  }

  private _request(attached: Attached, members: Member[], carries?: boolean): void {
    const context = (members[0] as Member)._context;
    const attachments: string[] = [];
    const upstream: Frame[][] = [];
    for (let i = 0; i < members.length; i += 1) {
      const member = members[i] as Member;
      attachments.push((i ? i + ',' + member._context._token + ',' : '') + member._attached());
      upstream.push(member._carry(carries));
      if (member._context._binary) context._binary = true;
    }
    if (attached._back) attachments[0] += ',r';
    try {
      const events: CarrierEvents = {
        _frames: (frames) => {
          if (attached._carrier) this._heard(attached, frames);
        },
        _over: (refused, reason) => {
          if (attached._carrier) this._ended(attached, refused, reason);
        }
      };
      attached._carrier = attached._kind._open(this._platform, context, attachments, events, upstream);
    } catch (error) {
      // A constructor threw, as EventSource may for another origin. In a later task, because the
      // member may not be made yet.
      this._platform._setTimeout(() => {
        if (attached === this._current) this._lose('' + error);
      }, 0);
    }
  }

  private _heard(attached: Attached, frames: Frame[] | null): void {
    if (!frames) {
      if (attached === this._current) this._lose('malformed');
      else drop(attached);
      return;
    }
    if (!frames.length) return;
    this._lastHeard = this._platform._now();
    let i: number;
    // An end, as of a session that is gone, is no sign that the carrier works.
    if (attached === this._current && this._phase === ATTACHING && (frames[0] as Frame)._type !== 'E')
      if (attached._back) this._enter(OPEN);
      else this._works(attached._kind);
    for (i = 0; i < frames.length; i += 1) {
      const frame = frames[i] as Frame;
      const member = attached._members[attached._selected];
      if (frame._seq) this._volume += frame._data.length + 1;
      if (frame._type === 'S') attached._selected = +frame._data;
      else if (member) member._frames([frame]);
    }
    for (i = 0; i < frames.length && this._members.length; i += 1)
      this._control(attached, frames[i] as Frame);
  }

  /** The new carrier has brought its first frames. */
  private _works(kind: CarrierKind): void {
    this._enter(OPEN);
    this._worked = kind;
    drop(this._former);
    this._former = undefined;
    if (this._proven === kind && !kind._duplex) return;
    this._proven = kind;
    this._policy._proved(kind);
    this._note(kind, 'works');
  }

  private _control(attached: Attached, frame: Frame): void {
    if (frame._type === 'R' && attached === this._current) {
      // The carrier has used up its budget, so the next cut does not continue a series of failures.
      this._retry._succeeded();
      this._attach();
    }
    // `g` says that one session is gone, which that session handles itself.
    if (frame._type !== 'E' || frame._data === 'g' || !attached._carrier) return;
    drop(attached);
    if (attached !== this._current) return;
    if (frame._data === 'r' && this._phase === OPEN) this._attach();
    // Superseded by a repetition of its own attach: after a pause, or the two supersede each other
    // again and again. Or the gateway cannot reach the session at the moment.
    else this._wait(attached._back || attached._kind, false);
  }

  private _ended(attached: Attached, refused: boolean, reason: string): void {
    const polls = !attached._kind._streams;
    attached._carrier = undefined;
    // The refusal of a poll concerns its first session, and the others go on without that one. A
    // stream may be refused by a proxy that lets polls pass.
    if (refused && polls) (attached._members[0] as Member)._over(reason);
    if (attached !== this._current || !this._members.length) return;
    if (this._phase === OPEN && !reason && polls) {
      this._retry._succeeded();
      if (attached._back) {
        this._rested();
        return;
      }
      this._turn = this._platform._now() - this._lastHeard;
      // What the page sends for the messages of this poll goes with the next one. A page that
      // awaits them runs when this task is over.
      const next = (): void => {
        if (attached === this._current) this._attach(undefined, true);
      };
      if (!laterTask(this._platform._page, next)) next();
    } else this._lose(reason || 'cut');
  }

  private _checkSilence(late: number): void {
    const left = this._lastHeard + this._limits._silence - this._platform._now();
    if (left > 0) this._silence._set(left);
    else this._lose('silent', late > this._limits._heartbeat);
  }

  private _lose(reason: string, slept?: boolean): void {
    const lost = this._current;
    if (!lost) return;
    const kind = lost._kind;
    const heard = this._phase === OPEN;
    drop(lost);
    this._proven = undefined;
    const age = this._platform._now() - lost._since;
    // A carrier that was read for a while counts as a success, however it ended.
    if (heard && age > this._limits._heartbeat / 10) this._retry._succeeded();
    this._note(kind, reason);
    // Those that opened on no carrier may have left.
    if (!this._members.length) return;
    this._wait(lost._back || this._policy._lost(kind, reason, heard, age, slept), heard);
  }

  /** Attaches `kind` after a pause. */
  private _wait(kind: CarrierKind, alive: boolean): void {
    this._enter(WAITING);
    this._next = kind;
    this._retry._failed(alive);
  }

  private _detach(phase: number): void {
    drop(this._current);
    drop(this._former);
    this._former = undefined;
    this._enter(phase);
  }

  private _note(kind: CarrierKind, what: string): void {
    this._each((member) => member._note(kind, what));
  }

  /** Members may leave during the calls. */
  private _each(call: (member: Member) => void): void {
    const members = this._members.slice(0);
    for (let i = 0; i < members.length; i += 1) call(members[i] as Member);
  }
}

function drop(attached: Attached | undefined): void {
  const carrier = attached && attached._carrier;
  if (!carrier) return;
  attached._carrier = undefined;
  carrier._close();
}
