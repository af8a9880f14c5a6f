import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
const gateway = createGateway({ routes: [] });

gateway.route('/chat', (socket, request) => {
  socket.send(`your address is ${request.url}`);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});

const files = { '/': ['index.html', 'text/html'], '/page.js': ['page.js', 'text/javascript'] };
const shim = gateway.middleware();

const server = createServer((request, response) => {
  // What is not the shim's is the program's.
  shim(request, response, () => {
    const [file, type] = files[request.url] ?? [];
    if (file === undefined) return response.writeHead(404).end();
    response.setHeader('Content-Type', `${type}; charset=utf-8`).end(readFileSync(file));
  });
});
gateway.attach(server);
server.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`));
