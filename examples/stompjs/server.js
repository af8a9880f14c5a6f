import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
// `stomp:` is the broker in the gateway; `stomp://rabbit:61613` is another one.
const gateway = createGateway({ routes: ['/stomp=stomp:'] });

const app = express();
app.use(gateway.middleware());
app.use(express.static('public'));
app.use('/library', express.static('node_modules/@stomp/stompjs/bundles'));
gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
