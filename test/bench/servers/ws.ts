import http from 'node:http';
import { WebSocketServer } from 'ws';
import { Application, type Member } from './application.ts';
import { serve } from './report.ts';

const application = new Application();
const server = http.createServer();
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => {
  const member: Member = { send: (text) => socket.send(text) };
  application.join(member);
  socket.on('message', (data) => application.receive(member, (data as Buffer).toString()));
  socket.on('close', () => application.leave(member));
});
serve(server);
