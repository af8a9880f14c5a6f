import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { Mailboxes } from './mailbox.ts';
import { serve } from './report.ts';

/**
 * The floor of everything that is built on Node's `http`: `/stream/NAME`, `/poll/NAME` and
 * `/send/NAME`.
 */
const mailboxes = new Mailboxes();

serve(
  http.createServer((request, response) => {
    const [, action, name] = (request.url as string).split('/') as [string, string, string];
    if (action === 'send') return send(name, request, response);
    request.resume();
    if (action === 'stream') return stream(name, response);
    poll(name, response);
  }),
);

function send(name: string, request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString('latin1');
  });
  request.on('end', () => {
    mailboxes.application.receive(mailboxes.open(name).mailbox, body);
    response.writeHead(204);
    response.end();
  });
}

function stream(name: string, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.write('o\n');
  mailboxes.open(name).mailbox.stream = (text) => void response.write(text);
  response.on('close', () => mailboxes.close(name));
}

function poll(name: string, response: ServerResponse): void {
  const { mailbox, isNew } = mailboxes.open(name);
  const answer = (body: string) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    response.end(body);
  };
  const ready = isNew ? 'o\n' : mailbox.take();
  if (ready === undefined) mailbox.poll = answer;
  else answer(ready);
  response.on('close', () => {
    if (!response.writableEnded) mailboxes.close(name);
  });
}
