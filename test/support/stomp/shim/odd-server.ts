import type { Handler } from '../../../../gateway/backend/handler.ts';
import { Random } from '../../random.ts';

/**
 * A minimal STOMP server that returns each SEND as a MESSAGE. It cuts the stream of frames into
 * messages anywhere, so that one holds the end of a frame and the beginning of the next, as a relay
 * of TCP segments does. `seen` gets the command of each frame, and `close`.
 */
export function oddServer(seed: number, seen: (session: string, what: string) => void): Handler {
  return (socket, request) => {
    const session = request.url?.split('?')[1] ?? '';
    const random = new Random(seed);
    let unread = '';
    let unsent = '';
    socket.on('message', (data) => {
      unread += data.toString();
      for (let end = unread.indexOf('\0'); end >= 0; end = unread.indexOf('\0')) {
        const frame = unread.slice(0, end).replace(/^\n+/, '');
        unread = unread.slice(end + 1);
        answer(frame);
      }
    });
    socket.on('close', () => seen(session, 'close'));

    function answer(frame: string): void {
      const command = frame.slice(0, frame.indexOf('\n'));
      const body = frame.slice(frame.indexOf('\n\n') + 2);
      seen(session, command);
      if (command === 'CONNECT') unsent += 'CONNECTED\nversion:1.1\nheart-beat:0,0\n\n\0\n';
      if (command === 'SEND')
        unsent += `MESSAGE\nsubscription:sub-0\nmessage-id:1\ncontent-length:${Buffer.byteLength(body)}\n\n${body}\0`;
      // The last part waits for the next frame, as long as there is one to come.
      send(command === 'SEND' && !unread.includes('\0') && ++sends < 2 ? 5 : 0);
    }

    let sends = 0;

    function send(keep: number): void {
      while (unsent.length > keep) {
        let end = Math.min(random.int(1, 4000), unsent.length - keep);
        if (/[\ud800-\udbff]/.test(unsent.charAt(end - 1))) end += 1;
        socket.send(unsent.slice(0, end));
        unsent = unsent.slice(end);
      }
    }
  };
}
