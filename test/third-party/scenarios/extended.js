import { conversation, same } from './conversation.js';

/** A page that adds enumerable members to what every object and array has. */
export default async function extended(base) {
  for (const [name, value] of [
    ['extend', function extend() {}],
    ['toJSON', undefined],
    ['state', 'on'],
  ])
    if (value !== undefined) Object.prototype[name] = value;
  Array.prototype.remove = function remove() {};
  String.prototype.trimAll = function trimAll() {};
  const socket = new WebSocket(`${base}/echo`, ['chat', 'other']);
  await conversation(socket);
  same(socket.protocol, 'chat', 'protocol');
}
