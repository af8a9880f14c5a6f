import { createServer } from 'node:http';
import express from 'express';
import { createGateway } from 'fallback-gateway';
import { Server } from 'socket.io';

const port = Number(process.env.PORT ?? 8080);
// Socket.IO has a port of its own, and the gateway a route to it.
const inner = createServer();
const io = new Server(inner, { transports: ['websocket'], allowEIO3: true });
io.on('connection', (socket) => {
  socket.on('chat', (text) => io.emit('chat', text));
});
inner.listen(0, '127.0.0.1', () => {
  const gateway = createGateway({ routes: [`/socket.io=ws://127.0.0.1:${inner.address().port}`] });
  const app = express();
  app.use(gateway.middleware());
  app.use(express.static('public'));
  app.use('/client/4', express.static('node_modules/socket.io/client-dist'));
  app.use('/client/2', express.static('node_modules/socket.io-client-2/dist'));
  app.use('/client/1', express.static('node_modules/socket.io-client-1/dist'));
  gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
});
