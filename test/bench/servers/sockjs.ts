import http from 'node:http';
import sockjs from 'sockjs';
import { Application, type Member } from './application.ts';
import { serve } from './report.ts';

const application = new Application();
const service = sockjs.createServer({ prefix: '/echo', log: () => {} });
service.on('connection', (connection) => {
  const member: Member = { send: (text) => void connection.write(text) };
  application.join(member);
  connection.on('data', (text) => application.receive(member, text));
  connection.on('close', () => application.leave(member));
});
const server = http.createServer();
service.installHandlers(server);
serve(server);
