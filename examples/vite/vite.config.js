import { defineConfig } from 'vite';

const { PORT = 8080, DEV_PORT = 5173 } = process.env;

export default defineConfig({
  server: {
    host: '127.0.0.1',
    port: Number(DEV_PORT),
    // A route's WebSockets, and the requests of its fallbacks.
    proxy: { '/echo': { target: `http://127.0.0.1:${PORT}`, ws: true } },
  },
});
