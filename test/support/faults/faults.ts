import * as http from 'node:http';
import { connect } from 'node:net';
import { end, HOP_BY_HOP, headerFields, rawHead } from '../clients/raw-http.ts';
import type { Random } from '../random.ts';

/**
 * What may happen to one request.
 *
 * - `cut-request`: a part of it reaches the gateway, then both connections end.
 * - `cut-response`: a part of the answer, cut at any byte of head, chunk or body, reaches the
 * client; a stream is cut after a while.
 * - `delay`: it reaches the gateway late.
 * - `duplicate`: it is sent twice, on two connections; one of the answers is dropped.
 * - `late-duplicate`: the same, the second one seconds later.
 * - `void`: the gateway answers, the client sees a connection that ended.
 * - `hang`: the gateway answers, the client sees nothing at all for a long time.
 * - `rechunk`: the answer comes in chunks of other sizes, some of them single bytes.
 * - `buffer`: the answer is held back until its end.
 */
export type Fault =
  | 'cut-request'
  | 'cut-response'
  | 'delay'
  | 'duplicate'
  | 'late-duplicate'
  | 'void'
  | 'hang'
  | 'rechunk'
  | 'buffer';

/**
 * What happens to an Upgrade: `426` and `403` are a proxy's own answers, `plain` takes Upgrade and
 * Connection away and passes on what is left, `swallow` never answers,
 * `partial-101` begins to answer 101 and stops before the head is complete, `silent-101` completes
 * the handshake and then carries nothing.
 */
export type UpgradeFate = 'pass' | '426' | '403' | 'plain' | 'swallow' | 'partial-101' | 'silent-101';

export interface Settings {
  /** Ports of the gateway on 127.0.0.1. Each request, also a repeated one, goes to any of them. */
  readonly target: number | readonly number[];
  /** Seed of the schedule. Print it: the same seed and the same requests give the same faults. */
  readonly seed: number;
  /**
   * Share of the requests, 0 to 1, that meet each fault; the rest passes. At most one fault happens
   * to one request.
   */
  readonly faults: Partial<Record<Fault, number>>;
  /** Which requests may meet a fault at all. */
  readonly only: (request: http.IncomingMessage) => boolean;
  readonly upgrade: UpgradeFate;
  /** Header names, in lower case, that are taken out of requests and answers. */
  readonly strip: readonly string[];
  /** Ends an answer that carried nothing for so many ms. */
  readonly idleKill: number;
  /** Bounds, in ms, of `delay`. */
  readonly delay: readonly [number, number];
  /** Bounds, in ms, of the pause before a `late-duplicate`. */
  readonly lateness: readonly [number, number];
  /** A `hang` lasts so many ms, then the connection ends. */
  readonly hang: number;
  /** A stream that is to be cut lives at most so many ms. */
  readonly streamLife: number;
}

/** One request on its way. */
export interface Passage {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly body: Buffer;
  readonly random: Random;
  readonly settings: Settings;
  readonly agent: http.Agent;
}

/** The port that a request goes to. */
export function portOf({ target }: Settings, random: Random): number {
  return typeof target === 'number' ? target : random.pick(target);
}

/** What each fault does with a request; see `Fault` for their meaning. */
export const table: Readonly<Record<Fault, (passage: Passage) => void>> = {
  'cut-request': cutRequest,
  'cut-response': cutResponse,
  delay,
  duplicate,
  'late-duplicate': lateDuplicate,
  void: answerIntoTheVoid,
  hang,
  rechunk,
  buffer,
};

/** Sends the request on and the answer back, untouched but for what `strip` and `idleKill` ask. */
export function pass(passage: Passage): void {
  send(passage, (answer) => relay(passage, answer));
}

function cutRequest({ request, response, body, random, settings }: Passage): void {
  const fields = headerFields(request.rawHeaders, settings.strip);
  const head = rawHead(`${request.method} ${request.url} HTTP/1.1`, [
    ...fields,
    `Content-Length: ${body.length}`,
  ]);
  const whole = Buffer.concat([head, body]);
  const upstream = connect(portOf(settings, random), '127.0.0.1');
  upstream.on('error', () => {});
  upstream.write(whole.subarray(0, random.int(0, whole.length - 1)), () => {
    end(upstream, random);
    end(response.socket, random);
  });
}

function cutResponse(passage: Passage): void {
  const { random, response, settings } = passage;
  send(passage, (answer) => {
    const length = Number(answer.headers['content-length'] ?? -1);
    if (random.chance(0.2)) return cutHead(passage, answer);
    // Of a stream nobody knows the length: mostly a few frames, now and then some ten KiB.
    const allowed =
      length >= 0 ? random.int(0, Math.max(0, length - 1)) : Math.floor(2 ** (random.next() * 15));
    const timer = setTimeout(() => end(response.socket, random), random.int(0, settings.streamLife));
    let sent = 0;
    writeHead(passage, answer);
    answer.on('data', (chunk: Buffer) => {
      if (sent > allowed) return;
      if (sent + chunk.length <= allowed) {
        sent += chunk.length;
        response.write(chunk);
        return;
      }
      // Straight to the socket: the cut lies inside a chunk, whose announced size never comes.
      const part = chunk.subarray(0, allowed - sent);
      sent = Number.POSITIVE_INFINITY;
      const size = length >= 0 ? '' : `${chunk.length.toString(16)}\r\n`;
      response.socket?.write(Buffer.concat([Buffer.from(size), part]), () => end(response.socket, random));
    });
    answer.on('close', () => {
      clearTimeout(timer);
      if (sent !== Number.POSITIVE_INFINITY) end(response.socket, random);
    });
  });
}

function cutHead({ response, random }: Passage, answer: http.IncomingMessage): void {
  const head = rawHead(
    `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`,
    headerFields(answer.rawHeaders, []),
  );
  answer.destroy();
  response.socket?.write(head.subarray(0, random.int(0, head.length - 1)), () =>
    end(response.socket, random),
  );
}

function delay(passage: Passage): void {
  after(passage, passage.random.int(...passage.settings.delay), () => pass(passage));
}

function duplicate(passage: Passage): void {
  const firstCounts = passage.random.chance(0.5);
  const between = passage.random.int(0, 30);
  const drop = () => {
    const dropped = forward(passage, (answer) => answer.resume());
    passage.response.on('close', () => dropped.destroy());
  };
  const keep = () => pass(passage);
  (firstCounts ? keep : drop)();
  setTimeout(firstCounts ? drop : keep, between);
}

function lateDuplicate(passage: Passage): void {
  pass(passage);
  const { lateness, streamLife } = passage.settings;
  setTimeout(
    () => {
      const again = forward(passage, (answer) => answer.resume());
      setTimeout(() => again.destroy(), streamLife).unref();
    },
    passage.random.int(...lateness),
  ).unref();
}

function answerIntoTheVoid(passage: Passage): void {
  send(passage, (answer) => {
    answer.destroy();
    end(passage.response.socket, passage.random);
  });
}

function hang(passage: Passage): void {
  send(passage, (answer) => answer.resume());
  after(passage, passage.settings.hang, () => end(passage.response.socket, passage.random));
}

function rechunk(passage: Passage): void {
  const { random, response } = passage;
  send(passage, (answer) => {
    writeHead(passage, answer);
    answer.on('data', (chunk: Buffer) => {
      // Single bytes where it is cheap; of a large block only the first and the last ones.
      let at = 0;
      while (at < chunk.length) {
        const size =
          at < 64 || chunk.length - at < 64 ? random.int(1, 3) : random.int(1, chunk.length - at - 32);
        response.write(chunk.subarray(at, at + size));
        at += size;
      }
    });
    answer.on('end', () => response.end());
  });
}

function buffer(passage: Passage): void {
  send(passage, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      writeHead(passage, answer);
      passage.response.end(Buffer.concat(chunks));
    });
  });
}

/**
 * Sends the request to the gateway for its client: what ends one of the two connections ends the
 * other.
 */
function send(passage: Passage, answered: (answer: http.IncomingMessage) => void): void {
  const { response } = passage;
  const upstream = forward(passage, (answer) => {
    answer.on('error', () => response.destroy());
    answered(answer);
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
}

/** Sends the request to the gateway. */
function forward(
  { request, body, random, settings, agent }: Passage,
  answered: (answer: http.IncomingMessage) => void,
): http.ClientRequest {
  const headers: http.OutgoingHttpHeaders = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values === undefined || HOP_BY_HOP.includes(name) || settings.strip.includes(name)) continue;
    headers[name] = values.length === 1 ? values[0] : values;
  }
  if (body.length > 0 || request.method === 'POST') headers['content-length'] = body.length;
  const options = {
    host: '127.0.0.1',
    port: portOf(settings, random),
    method: request.method,
    path: request.url,
    agent,
    headers,
  };
  const upstream = http.request(options as http.RequestOptions);
  upstream.on('response', (answer) => answered(answer.on('error', () => {})));
  upstream.on('error', () => {});
  upstream.end(body);
  return upstream;
}

function relay(passage: Passage, answer: http.IncomingMessage): void {
  const { response, settings } = passage;
  writeHead(passage, answer);
  let idle: NodeJS.Timeout | undefined;
  const restart = () => {
    clearTimeout(idle);
    if (settings.idleKill < Number.POSITIVE_INFINITY)
      idle = setTimeout(() => response.destroy(), settings.idleKill);
  };
  restart();
  answer.on('data', (chunk: Buffer) => {
    restart();
    if (response.write(chunk)) return;
    answer.pause();
    response.once('drain', () => answer.resume());
  });
  answer.on('end', () => response.end());
  response.on('close', () => clearTimeout(idle));
}

function writeHead({ response, settings }: Passage, answer: http.IncomingMessage): void {
  const headers: string[] = [];
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = (answer.rawHeaders[i] as string).toLowerCase();
    const chunked = name === 'transfer-encoding' || name === 'connection' || name === 'keep-alive';
    if (chunked || settings.strip.includes(name)) continue;
    headers.push(answer.rawHeaders[i] as string, answer.rawHeaders[i + 1] as string);
  }
  response.writeHead(answer.statusCode ?? 502, headers);
  response.flushHeaders();
}

function after({ response }: Passage, ms: number, act: () => void): void {
  const timer = setTimeout(act, ms);
  response.on('close', () => clearTimeout(timer));
}
