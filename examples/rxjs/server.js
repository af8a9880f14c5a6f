import express from 'express';
import { createGateway } from 'fallback-gateway';

const port = Number(process.env.PORT ?? 8080);
// `echo:` sends everything back.
const gateway = createGateway({ routes: ['/echo=echo:'] });

const app = express();
app.use(gateway.middleware());
app.use(express.static('public'));
app.use('/library', express.static('node_modules/rxjs/dist/bundles'));
gateway.attach(app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`)));
