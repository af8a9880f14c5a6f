import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
const gateway = createGateway({ routes: [] });

gateway.route('/echo', (socket) => {
  socket.on('message', (data) => {
    if (String(data) === 'leave') socket.close(4001, 'as you like');
    else socket.send(String(data));
  });
});

const app = express();
app.use(gateway.middleware());
app.use(express.static('public'));
app.use('/library', express.static('node_modules/reconnecting-websocket/dist'));
gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
