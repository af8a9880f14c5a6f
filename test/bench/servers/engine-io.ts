import http from 'node:http';
import { attach } from 'engine.io';
import { Application, type Member } from './application.ts';
import { serve } from './report.ts';

const application = new Application();
const server = http.createServer();
attach(server, {}).on('connection', (socket) => {
  const member: Member = { send: (text) => void socket.send(text) };
  application.join(member);
  socket.on('message', (text: string) => application.receive(member, text));
  socket.on('close', () => application.leave(member));
});
serve(server);
