import { HttpLink } from '../http-link.ts';
import { type Dialect, requestHead, Sender, Splitter, sessionName, sessionOn } from '../session.ts';

/** What the bare servers speak: a line is a message. */
export function bare(form: 'stream' | 'poll'): Dialect {
  return (target, up, opened) => {
    const name = sessionName();
    const down = new HttpLink(target.port);
    const sender = new Sender(up, requestHead('POST', `/send/${name}`, target), (all) => all.join('\n'));
    const session = sessionOn(down, (text) => sender.send(text), up);
    let isOpen = false;
    const lines = new Splitter('\n', (line) => {
      if (isOpen) return session.onmessage(line);
      isOpen = true;
      opened(session);
    });
    const head = requestHead('POST', `/${form}/${name}`, target);
    const answer = { body: (text: string) => lines.push(text), end: () => attach() };
    const attach = () => down.request(head, '', answer);
    attach();
  };
}
