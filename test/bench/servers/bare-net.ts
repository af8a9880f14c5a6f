import net, { type Socket } from 'node:net';
import { Mailboxes } from './mailbox.ts';
import { serve } from './report.ts';

/**
 * The floor of everything that is written in JavaScript: the same as `bare-http`, spoken by hand.
 */
const mailboxes = new Mailboxes();
const CONTENT_LENGTH = 'content-length: ';

serve(net.createServer({ noDelay: true }, connected));

function connected(socket: Socket): void {
  let rest = '';
  let named: string | undefined;
  socket.on('data', (data) => {
    rest += data.toString('latin1');
    for (;;) {
      const headEnd = rest.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const bodyEnd = headEnd + 4 + contentLength(rest, headEnd);
      if (rest.length < bodyEnd) return;
      const pathStart = rest.indexOf(' ') + 1;
      const path = rest.slice(pathStart, rest.indexOf(' ', pathStart));
      const body = rest.slice(headEnd + 4, bodyEnd);
      rest = rest.slice(bodyEnd);
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (!path.startsWith('/send')) named = name;
      answer(socket, path, name, body);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (named !== undefined) mailboxes.close(named);
  });
}

function contentLength(text: string, headEnd: number): number {
  const at = text.toLowerCase().indexOf(CONTENT_LENGTH);
  return at < 0 || at > headEnd ? 0 : Number.parseInt(text.slice(at + CONTENT_LENGTH.length, headEnd), 10);
}

function answer(socket: Socket, path: string, name: string, body: string): void {
  const { mailbox, isNew } = mailboxes.open(name);
  if (path.startsWith('/send')) {
    mailboxes.application.receive(mailbox, body);
    socket.write('HTTP/1.1 204 No Content\r\n\r\n', 'latin1');
    return;
  }
  if (path.startsWith('/stream')) {
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no\n\r\n',
      'latin1',
    );
    mailbox.stream = (text) => void socket.write(`${text.length.toString(16)}\r\n${text}\r\n`, 'latin1');
    return;
  }
  const reply = (text: string) =>
    void socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      'latin1',
    );
  // A poll may bring a message.
  if (body !== '') mailboxes.application.receive(mailbox, body);
  const ready = isNew ? 'o\n' : mailbox.take();
  if (ready === undefined) mailbox.poll = reply;
  else reply(ready);
}
