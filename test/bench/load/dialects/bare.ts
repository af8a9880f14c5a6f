import { HttpLink } from '../http-link.ts';
import { type Dialect, requestHead, Sender, Splitter, sessionName, sessionOn } from '../session.ts';

/**
 * What the bare servers speak: a line is a message. `carries`: what is sent while a poll's messages
 * are handled goes up with the next poll.
 */
export function bare(form: 'stream' | 'poll', carries = false): Dialect {
  return (target, up, opened) => {
    const name = sessionName();
    const down = new HttpLink(target.port);
    const sender = new Sender(up, requestHead('POST', `/send/${name}`, target), (all) => all.join('\n'));
    /** For the next poll, while one is about to be made. */
    let carried: string[] | undefined;
    const send = (text: string) => void (carried === undefined ? sender.send(text) : carried.push(text));
    const session = sessionOn(down, send, up);
    let isOpen = false;
    const lines = new Splitter('\n', (line) => {
      if (isOpen) return session.onmessage(line);
      isOpen = true;
      opened(session);
    });
    const head = requestHead('POST', `/${form}/${name}`, target);
    let body = '';
    const answer = {
      body: (text: string) => {
        if (carries) body += text;
        else lines.push(text);
      },
      end: () => {
        const unit = body;
        body = '';
        if (carries) carried = [];
        lines.push(unit);
        attach();
      },
    };
    const attach = () => {
      const messages = carried ?? [];
      carried = undefined;
      down.request(head, messages.join('\n'), answer);
    };
    attach();
  };
}
