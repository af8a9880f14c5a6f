// The same as: fallback-gateway --listen 8080 --app http://127.0.0.1:8000
import { createGateway } from 'fallback-gateway';

const { PORT = 8080, APP_PORT = 8000 } = process.env;
const gateway = createGateway({ listen: `127.0.0.1:${PORT}`, app: `http://127.0.0.1:${APP_PORT}` });
await gateway.listen();
console.log(`open http://127.0.0.1:${PORT}/`);
