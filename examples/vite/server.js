import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
const gateway = createGateway({ routes: ['/echo=echo:'] });

const app = express();
app.use(express.static('dist'));
gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
