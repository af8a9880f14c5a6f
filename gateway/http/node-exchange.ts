import type { IncomingMessage, ServerResponse } from 'node:http';
import { ByteQueue } from '../base/byte-queue.ts';
import { BodyCollection, type BodyGate, bodyTooLong } from './body-gate.ts';
import type { BodyReceiver, Exchange, Headers, ResponseStream } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';
import { NodeHead } from './node-head.ts';
import { NodeStream } from './node-stream.ts';

/** An exchange over Node's request and response. */
export class NodeExchange extends NodeHead implements Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, proxies: TrustedProxies) {
    super(request, proxies);
    this.#request = request;
    this.#response = response;
  }

  readBody(limit: number, done: BodyReceiver, gate?: BodyGate): void {
    const request = this.#request;
    const declared = this.header('content-length');
    const refuse = (error: Error): void => {
      done(error);
      // The rest is read and dropped, so that the client is there to read the answer. The request's
      // timeout bounds it.
      request.resume();
    };
    // Node's parser lets only digits through, and never more bytes than were announced.
    const length = Number(declared ?? 0);
    if (length > limit) {
      refuse(bodyTooLong());
      return;
    }
    const queue = new ByteQueue();
    const collection = gate && new BodyCollection(gate, this);
    const onData = (chunk: Buffer): void => {
      queue.push(chunk);
      if (declared !== undefined && queue.size === length) return;
      const error = queue.size > limit ? bodyTooLong() : collection?.check(queue);
      if (error === undefined) return;
      queue.clear();
      collection?.close();
      request.off('data', onData).off('end', onEnd);
      refuse(error);
    };
    const onEnd = (): void => {
      collection?.close();
      // An answer that is a stream keeps the request alive: nothing of the body may stay with it.
      done(queue.take());
    };
    request.on('data', onData);
    request.on('end', onEnd);
    if (collection !== undefined) request.once('close', () => collection.close());
  }

  reply(status: number, headers: Headers, body: string | Buffer): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    if (status === 204 || status === 304) {
      // They have no body, and no length of one (RFC 9110 §8.6).
      response.writeHead(status, headers).end();
      return;
    }
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    response.writeHead(status, { ...headers, 'content-length': length });
    response.end(body);
  }

  stream(status: number, headers: Headers): ResponseStream {
    const response = this.#response;
    const { socket } = response;
    // What is written in this turn of the event loop leaves with the head, in one packet.
    socket?.cork();
    response.writeHead(status, headers);
    response.flushHeaders();
    if (socket !== null) process.nextTick(() => socket.uncork());
    return new NodeStream(response);
  }

  onGone(listener: () => void): void {
    const response = this.#response;
    const { socket } = this.#request;
    // Node emits `close` only on the response whose turn it is, not on those that wait behind it
    // (pipelining).
    const isWaiting = response.socket === null;
    const over = (): void => {
      response.off('close', over);
      if (isWaiting) socket.off('close', over);
      if (!response.writableFinished) listener();
    };
    response.on('close', over);
    if (!isWaiting) return;
    // There may be many listeners, and they go with the connection.
    socket.setMaxListeners(0);
    socket.on('close', over);
  }
}
