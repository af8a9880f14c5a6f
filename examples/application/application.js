// An application as it is: a page, and a WebSocket on the same port. It knows of no gateway.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const port = Number(process.env.APP_PORT ?? 8000);
const page = readFileSync('index.html', 'utf8').replace('127.0.0.1:8000', `127.0.0.1:${port}`);

const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
});
const sockets = new WebSocketServer({ server, path: '/live' });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    for (const client of sockets.clients) client.send(String(data));
  });
});
server.listen(port, '127.0.0.1');
