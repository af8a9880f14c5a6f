import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
const gateway = createGateway({ routes: [] });
let minute = 0;

// A message is one line of the board: time, destination, platform.
gateway.route('/departures', (socket) => {
  const send = () => socket.send(`10:${String(minute++ % 60).padStart(2, '0')};Lausanne;3`);
  const timer = setInterval(send, 1000);
  socket.on('close', () => clearInterval(timer));
  send();
});

const app = express();
app.use(gateway.middleware());
app.use(express.static('public'));
gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
