// A program for Socket.IO 0.9. It knows of no gateway.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

process.EventEmitter = EventEmitter; // Socket.IO 0.9 takes it from there; Node has removed it.
const { default: socketIo } = await import('socket.io-0');

const port = Number(process.env.APP_PORT ?? 8000);
const client = 'node_modules/socket.io-client-0/dist/socket.io.js';
const files = { '/': ['index.html', 'text/html'], '/client.js': [client, 'text/javascript'] };

const server = createServer((request, response) => {
  const [file, type] = files[request.url] ?? [];
  if (file === undefined) return response.writeHead(404).end();
  response.setHeader('Content-Type', `${type}; charset=utf-8`).end(readFileSync(file));
});
const io = socketIo.listen(server, { 'log level': 1, 'browser client': false });
io.sockets.on('connection', (socket) => {
  socket.on('chat', (text) => io.sockets.emit('chat', text));
});
server.listen(port, '127.0.0.1');
