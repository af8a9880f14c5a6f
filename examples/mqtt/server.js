import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
const broker = process.env.MQTT_URL ?? 'ws://127.0.0.1:9001';
const gateway = createGateway({ routes: [`/mqtt=${broker}`] });

const app = express();
app.use(gateway.middleware());
app.use(express.static('public'));
app.use('/library', express.static('node_modules/mqtt/dist'));
gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
