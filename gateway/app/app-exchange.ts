import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { ownOrigin } from '../access/origins.ts';
import { RequestError } from '../base/errors.ts';
import { filterHeaders, headerValue, type RawHeaders } from '../base/raw-headers.ts';
import type { NodeExchange } from '../http/node-exchange.ts';
import { PLAIN } from '../http/plain.ts';
import { answerFault, wrongCoding } from './answer-faults.ts';
import {
  type AppFailure,
  appFailure,
  logAppFailure,
  logBrokenAnswer,
  MAX_ANSWER_FIELDS,
  tooSlow,
  unusableAnswer,
} from './app-failure.ts';
import type { AppSide, ProtocolChange } from './app-side.ts';
import { Deadline } from './deadline.ts';
import { HeldPage } from './held-page.ts';
import { passInterim } from './interim-answers.ts';
import type { PageTagger } from './page-tagger.ts';
import { type Framing, framingOf, IDEMPOTENT, requestFields } from './request-fields.ts';
import { responseFields } from './response-fields.ts';
import { addTrailers } from './trailers.ts';

/** One request of a client, passed on to the application, and its answer on the way back. */
export class AppExchange {
  readonly #side: AppSide;
  readonly #tagger: PageTagger | undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #client: NodeExchange;
  readonly #change: ProtocolChange | undefined;
  readonly #framing: Framing;
  readonly #deadline: Deadline;
  #outgoing: ClientRequest | undefined;
  #isAnswered = false;
  #isRepeated = false;
  /** The client has its answer, or is gone. */
  #isOver = false;

  /** `tagger` is absent where pages get no tag. */
  constructor(
    side: AppSide,
    tagger: PageTagger | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    client: NodeExchange,
    change?: ProtocolChange,
  ) {
    this.#side = side;
    this.#tagger = tagger;
    this.#request = request;
    this.#response = response;
    this.#client = client;
    this.#change = change;
    this.#deadline = new Deadline(side.clock);
    this.#framing = change === undefined ? framingOf(client.rawHeaders) : 'none';
  }

  /** Sends the request. `over` is called once, when the client has its answer or is gone. */
  start(over: () => void): void {
    const end = (): void => {
      this.#isOver = true;
      this.#deadline.clear();
      over();
    };
    this.#response.once('finish', end);
    this.#client.onGone(() => {
      end();
      this.#outgoing?.destroy();
    });
    if (this.#framing !== 'none') this.#response.on('timeout', () => this.#stalled());
    this.#send();
  }

  /** The connection changes its protocol: there is no answer to wait for. */
  release(): void {
    this.#isOver = true;
    this.#deadline.clear();
  }

  // --- the request ---

  #send(): void {
    const { agent } = this.#side;
    const { method, target } = this.#client;
    // The repeated request must not meet another connection that was closed.
    const connection = this.#isRepeated
      ? { createConnection: () => agent.createConnection() as Socket }
      : { agent };
    const outgoing = httpRequest({
      ...connection,
      method,
      path: target,
      headers: this.#fields(),
      maxHeaderSize: MAX_ANSWER_FIELDS,
      timeout: 0,
    });
    // Node would drop the fields behind the thousandth: MAX_ANSWER_FIELDS is the bound.
    outgoing.maxHeadersCount = 0;
    this.#outgoing = outgoing;
    outgoing.on('socket', (socket) => this.#awaitConnection(socket));
    outgoing.on('finish', () => this.#awaitAnswer());
    outgoing.on('information', (interim) => {
      if (!this.#isOver) passInterim(interim, this.#request, this.#response);
    });
    outgoing.on('error', (cause) => this.#failed(cause));
    // Without a listener Node would end the connection, and the request would wait for ever.
    const answered = (incoming: IncomingMessage): void => this.#answer(incoming);
    outgoing.on('response', answered).on('upgrade', this.#change?.switched ?? answered);
    if (this.#framing === 'none') outgoing.end();
    else this.#sendBody(outgoing);
  }

  #fields(): string[] {
    const { method, target, rawHeaders } = this.#client;
    const given = this.#tagger?.requestFields({ method, target, rawHeaders }) ?? rawHeaders;
    const fields = requestFields(this.#client, given, this.#framing, this.#side.addressing);
    if (this.#change !== undefined) {
      fields.push('Connection', 'Upgrade', 'Upgrade', this.#change.protocol);
    }
    return fields;
  }

  #sendBody(outgoing: ClientRequest): void {
    const request = this.#request;
    request.pipe(outgoing, { end: false });
    request.once('end', () => {
      if (outgoing.destroyed) return;
      addTrailers(outgoing, request.rawTrailers, this.#framing === 'chunked');
      outgoing.end();
    });
  }

  #awaitConnection(socket: Socket): void {
    if (!socket.connecting) return;
    const { connectTimeout } = this.#side;
    this.#deadline.set(connectTimeout, () => this.#fail(tooSlow('connection', connectTimeout)));
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      this.#deadline.clear();
      if (this.#outgoing?.writableFinished === true) this.#awaitAnswer();
    });
  }

  /** The whole request was sent. */
  #awaitAnswer(): void {
    const { timeout } = this.#side;
    if (timeout === 0 || this.#isAnswered || this.#isOver) return;
    this.#deadline.set(timeout, () => this.#fail(tooSlow('answer', timeout)));
  }

  /** Nothing came of a body for the request's timeout, which is not the application's fault. */
  #stalled(): void {
    if (this.#request.complete || this.#isOver) return;
    const tooLong = { add: { key: 'requestTimeout' } };
    this.#fail(new RequestError('GW_TIMEOUT', undefined, tooLong));
  }

  // --- the answer ---

  #answer(incoming: IncomingMessage): void {
    this.#isAnswered = true;
    this.#deadline.clear();
    if (this.#isOver) {
      incoming.destroy();
      return;
    }
    incoming.on('error', () => this.#broken());
    const fault = answerFault(incoming);
    if (fault !== undefined) {
      this.#fail(fault);
      return;
    }
    const { method, target, rawHeaders } = this.#client;
    const status = incoming.statusCode ?? 0;
    const fields = this.#answerFields(incoming);
    const tagged = this.#tagger?.respond({ method, target, rawHeaders }, { status, rawHeaders: fields });
    if (tagged === undefined || !('push' in tagged)) {
      if (this.#begin(incoming, tagged?.rawHeaders ?? fields)) this.#pass(incoming, incoming);
      return;
    }
    const held = new HeldPage(incoming, tagged, this.#side.clock, {
      begin: ({ rawHeaders: begun, body }, rest) => {
        if (this.#isOver || !this.#begin(incoming, begun)) return;
        if (body.length > 0) this.#response.write(body);
        if (rest === undefined) this.#end(incoming);
        else this.#pass(rest, incoming);
      },
      failed: (isBroken) => {
        if (isBroken || this.#response.headersSent) this.#broken();
        else this.#fail(wrongCoding());
      },
    });
    this.#client.onGone(() => held.stop());
  }

  #answerFields(incoming: IncomingMessage): string[] {
    const client = this.#client;
    const fields = responseFields(incoming.rawHeaders, this.#side.addresses, () => ownOrigin(client));
    // Node refuses to announce trailers where it sends no chunks.
    const isChunked = headerValue(incoming.rawHeaders, 'transfer-encoding') !== undefined;
    const hasTrailers = isChunked && client.method !== 'HEAD' && this.#request.httpVersion !== '1.0';
    return hasTrailers ? fields : filterHeaders(fields, (lower) => lower !== 'trailer');
  }

  /** Sends the head. False: it cannot be sent. */
  #begin({ statusCode = 0, statusMessage = '' }: IncomingMessage, fields: RawHeaders): boolean {
    const response = this.#response;
    response.sendDate = false;
    try {
      response.writeHead(statusCode, statusMessage, fields as string[]);
    } catch {
      // Node keeps the reason that it refuses, and would refuse the answer in its place, too.
      response.statusMessage = '';
      response.sendDate = true;
      this.#fail(unusableAnswer('its answer has a status or a field that cannot be passed on'));
      return false;
    }
    // The beginning of a body leaves with the head, if it is here; a stream may begin later.
    setImmediate(() => {
      if (!response.writableEnded && !response.destroyed) response.flushHeaders();
    });
    return true;
  }

  #pass(source: Readable, incoming: IncomingMessage): void {
    source.pipe(this.#response, { end: false });
    source.once('end', () => this.#end(incoming));
  }

  #end(incoming: IncomingMessage): void {
    const response = this.#response;
    if (this.#isOver || response.destroyed) return;
    addTrailers(response, incoming.rawTrailers, response.chunkedEncoding);
    response.end();
    if (!this.#request.complete) this.#dropRest();
  }

  /** The answer is there before the request was: what still comes of the body is dropped. */
  #dropRest(): void {
    const outgoing = this.#outgoing as ClientRequest;
    if (this.#framing === 'none' || outgoing.writableFinished) return;
    this.#request.unpipe(outgoing);
    this.#request.resume();
    outgoing.destroy();
  }

  // --- the end ---

  #failed(cause: AppFailure): void {
    if (this.#isOver || this.#isAnswered) return;
    if (this.#mayRepeat()) {
      this.#isRepeated = true;
      this.#send();
    } else this.#fail(appFailure(cause, this.#side.name));
  }

  /** The application closed an idle connection in the moment in which it was used again. */
  #mayRepeat(): boolean {
    if (this.#outgoing?.reusedSocket !== true || this.#isRepeated || this.#framing !== 'none') return false;
    return IDEMPOTENT.has(this.#client.method) && this.#change === undefined;
  }

  #fail(error: RequestError): void {
    if (this.#isOver) return;
    if (this.#response.headersSent) {
      this.#broken();
      return;
    }
    this.#isAnswered = true;
    this.#deadline.clear();
    logAppFailure(this.#side.log, this.#side.name, this.#client, error);
    this.#client.reply(error.status, PLAIN, `${error.message}\n`);
    this.#dropRest();
    this.#outgoing?.destroy();
  }

  /** The application broke off. The client has to see that its answer is not whole. */
  #broken(): void {
    if (this.#isOver) return;
    if (!this.#response.headersSent) {
      this.#fail(appFailure(Object.assign(new Error('broken'), { code: 'ECONNRESET' }), this.#side.name));
      return;
    }
    logBrokenAnswer(this.#side.log, this.#side.name, this.#client);
    this.#response.destroy();
    this.#outgoing?.destroy();
  }
}
