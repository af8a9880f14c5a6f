import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
const gateway = createGateway({ routes: [] });
const sockets = new Set();

// `socket` has the interface of `ws`, whatever carries it.
gateway.route('/chat', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('message', (data) => {
    for (const each of sockets) each.send(String(data));
  });
});

const app = express();
app.use(gateway.middleware()); // the script, at /shim/websocket.min.js
app.use(express.static('public'));
const server = app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`));
gateway.attach(server);
