import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
const broker = process.env.STOMP_URL ?? 'stomp://127.0.0.1:61613';
const gateway = createGateway({ routes: [`/stomp=${broker}`] });

const app = express();
app.use(gateway.middleware());
app.use(express.static('public'));
app.use('/library', express.static('node_modules/stompjs/lib'));
gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
