import type { Carrier, CarrierKind, Line } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import type { Frame } from '../wire/frame.ts';
import { createAlarm } from './alarm.ts';
import type { Inbox } from './inbox.ts';
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

export interface DownstreamEvents {
  frames(frames: Frame[]): void;
  /** An attach told the gateway what was received. */
  attached(): void;
  /** A carrier of another kind than before, the first after a loss, or any that goes both ways brought its first frame: it works. */
  proved(kind: CarrierKind): void;
  /** The carrier in use is no good. Answers what to attach next. */
  lost(loss: Loss): CarrierKind;
  /** The session cannot go on. */
  over(reason: string): void;
}

/** The carrier that the gateway writes on, and the changing of carriers (PROTOCOL.md §6). */
export interface Downstream {
  attach(kind: CarrierKind): void;
  kind(): CarrierKind | undefined;
  /** The carrier in use is no good. */
  lose(reason: string): void;
  /** The way upstream on a carrier that goes both ways. */
  direct(): ((frames: Frame[]) => void) | undefined;
  stop(): void;
}

/** A carrier and what is known of it. */
interface Attached {
  readonly kind: CarrierKind;
  readonly since: number;
  carrier: Carrier | undefined;
  heard: boolean;
}

export function createDownstream(
  platform: Platform,
  line: Line,
  limits: { window: number; heartbeat: number; silence: number },
  /** Milliseconds in which a stream must show a first byte. */
  patience: () => number,
  inbox: Inbox,
  events: DownstreamEvents
): Downstream {
  let attaches = 0;
  let current: Attached | undefined;
  /** The one before it, read until the new one has shown that it works. */
  let former: Attached | undefined;
  let next: CarrierKind;
  /** The kind that works at present. */
  let proven: CarrierKind | undefined;
  let lastHeard = 0;
  let stopped = false;
  const retry = createRetry(
    platform,
    limits.window,
    () => attach(next),
    () => events.over('window')
  );
  const proof = createAlarm(platform, (late) => lose('held back', late > limits.heartbeat));
  const silence = createAlarm(platform, checkSilence);

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

  function attach(kind: CarrierKind): void {
    if (stopped) return;
    retry.stop();
    drop(former);
    former = current;
    attaches += 1;
    lastHeard = platform.now();
    const me: Attached = { kind: kind, since: lastHeard, carrier: undefined, heard: false };
    current = me;
    if (kind.streams) proof.set(patience());
    else proof.clear();
    silence.set(limits.silence);
    events.attached();
    const wanted = { n: attaches, ack: inbox.received() };
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
        events.proved(proven);
      }
    }
    events.frames(frames);
    for (let i = 0; i < frames.length && !stopped; i += 1) control(me, frames[i] as Frame);
  }

  function control(me: Attached, frame: Frame): void {
    if (frame.type === 'R' && me === current) {
      // It has carried a whole budget: what may be cut next is not one more of a row of failures.
      retry.good();
      attach(me.kind);
    }
    if (frame.type !== 'E' || !me.carrier) return;
    drop(me);
    if (frame.data === 'g') events.over('gone');
    else if (me !== current) return;
    else if (frame.data === 'r') attach(me.kind);
    // Superseded by a repetition of its own attach: with a pause, lest two of them chase each other.
    else again(me.kind, false);
  }

  function ended(me: Attached, refused: boolean, reason: string): void {
    me.carrier = undefined;
    if (refused) events.over(reason);
    else if (me !== current) return;
    else if (me.heard && !reason && !me.kind.streams) {
      retry.good();
      attach(me.kind);
    } else lose(reason || 'cut');
  }

  function again(kind: CarrierKind, alive: boolean): void {
    proof.clear();
    silence.clear();
    current = undefined;
    next = kind;
    retry.failed(alive);
  }

  function lose(reason: string, slept?: boolean): void {
    const me = current;
    if (!me) return;
    drop(me);
    proven = undefined;
    const age = platform.now() - me.since;
    // One that was read from for a while counts as a success, however it ended.
    if (me.heard && age > limits.heartbeat / 10) retry.good();
    const kind = events.lost({ kind: me.kind, reason: reason, heard: me.heard, age: age, slept: !!slept });
    again(kind, me.heard);
  }

  return {
    attach: attach,
    kind: () => current && current.kind,
    lose: lose,
    direct: () => (current && current.heard && current.carrier ? current.carrier.send : undefined),
    stop: () => {
      stopped = true;
      retry.stop();
      proof.clear();
      silence.clear();
      drop(current);
      drop(former);
    }
  };
}
