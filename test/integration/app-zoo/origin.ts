import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Specimen, sentBody, specimens } from './specimens.ts';

/** A small application: each specimen at its number, and what else a test adds. */
export interface Origin {
  readonly port: number;
  readonly requests: IncomingMessage[];
  close(): void;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export async function startOrigin(more: Readonly<Record<string, Handler>>): Promise<Origin> {
  const requests: IncomingMessage[] = [];
  const handle: Handler = (request, response) => {
    requests.push(request);
    const path = request.url as string;
    const specimen = specimens[Number(path.slice(1))];
    const handler = Object.hasOwn(more, path) ? more[path] : undefined;
    response.sendDate = false;
    if (handler !== undefined) handler(request, response);
    else if (specimen !== undefined) send(response, specimen);
    else response.writeHead(404).end();
  };
  const server = createServer(handle).on('checkContinue', handle);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function send(response: ServerResponse, specimen: Specimen): void {
  const { status = '200 OK', transfer = 'length', coding } = specimen;
  const body = sentBody(specimen);
  const lines = [];
  for (let at = 0; at < specimen.fields.length; at += 2) {
    lines.push(`${specimen.fields[at]}: ${specimen.fields[at + 1]}`);
  }
  if (coding !== undefined) lines.push(`Content-Encoding: ${coding}`);
  if (transfer === 'length') lines.push(`Content-Length: ${body.length}`);
  if (transfer === 'chunked') lines.push('Transfer-Encoding: chunked');
  lines.push('Connection: close');
  const socket = response.socket as NonNullable<ServerResponse['socket']>;
  socket.write(`HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n`);
  if (transfer === 'chunked') {
    for (let at = 0; at < body.length; at += 37) {
      const part = body.subarray(at, at + 37);
      socket.write(
        Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
      );
    }
    socket.end('0\r\n\r\n');
  } else socket.end(body);
}
