import { firstValueFrom, Subject, take, toArray } from 'rxjs';
import { webSocket } from 'rxjs/webSocket';
import { same } from './conversation.js';

/** `webSocket` with observers of both ends, and two streams in one socket. */
export default async function rxjs(base) {
  const [opened, closed] = [new Subject(), new Subject()];
  const socket = webSocket({
    url: `${base}/echo`,
    protocol: ['chat'],
    openObserver: opened,
    closeObserver: closed,
    deserializer: ({ data }) => (data.startsWith('close') ? undefined : JSON.parse(data)),
    serializer: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  });
  const isOpen = firstValueFrom(opened);
  const ends = firstValueFrom(closed);
  const stream = (name) =>
    socket.multiplex(
      () => ({ name, at: 0 }),
      () => ({ name, at: 'end' }),
      (message) => message.name === name,
    );
  const both = ['a', 'b'].map((name) => firstValueFrom(stream(name).pipe(take(2), toArray())));
  const over = new Promise((resolve) => socket.subscribe({ error: resolve, complete: resolve }));
  await isOpen;
  for (const name of ['b', 'a']) socket.next({ name, at: 1 });
  same(
    (await Promise.all(both)).flat().map(({ name, at }) => `${name}${at}`),
    ['a0', 'a1', 'b0', 'b1'],
    'streams',
  );
  socket.next('close 4001 bye');
  const { code, reason } = await ends;
  same([code, reason], [4001, 'bye'], 'close');
  same(await over, undefined, 'a clean end is no error');
}
