import { autorun, makeAutoObservable, observable, runInAction } from 'mobx';
import { conversation, same } from './conversation.js';

/** A store with a socket, a list of subprotocols and a list of messages, all observable. */
export default async function mobx(base) {
  const store = makeAutoObservable({ socket: undefined, state: 'closed', messages: [] });
  const shown = [];
  autorun(() => shown.push(`${store.state} ${store.messages.length}`));
  const socket = new WebSocket(`${base}/echo`, observable.array(['chat', 'other']));
  runInAction(() => {
    store.socket = socket;
  });
  socket.onopen = () => runInAction(() => (store.state = 'open'));
  socket.onmessage = ({ data }) => runInAction(() => store.messages.push(data));
  socket.onclose = () => runInAction(() => (store.state = 'closed'));
  await conversation(store.socket);
  same(socket.protocol, 'chat', 'protocol');
  same(shown, ['closed 0', 'open 0', 'open 1', 'open 2', 'closed 2'], 'what is shown');
}
