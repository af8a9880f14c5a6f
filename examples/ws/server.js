import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { WebSocketServer } from 'fallback-gateway/ws'; // before: from 'ws'

const port = Number(process.env.PORT ?? 8080);
const files = { '/': ['index.html', 'text/html'], '/page.js': ['page.js', 'text/javascript'] };

const server = createServer((request, response) => {
  const [file, type] = files[request.url] ?? [];
  if (file === undefined) return response.writeHead(404).end();
  response.setHeader('Content-Type', `${type}; charset=utf-8`).end(readFileSync(file));
});

const sockets = new WebSocketServer({ server, path: '/chat' });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    for (const client of sockets.clients) client.send(String(data));
  });
});
server.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`));
