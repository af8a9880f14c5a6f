import { report } from './report.ts';

/** What of the library's face is used here; its own types exist only once it is built. */
interface Library {
  createGateway(options: Record<string, unknown>): { listen(): Promise<{ port: number }> };
}

/** The gateway in front of an application: its port, and whether pages get the tag. */
const [port, inject] = process.argv.slice(2);
const library = (await import(new URL('../../gateway/index.js', import.meta.url).href)) as Library;
const gateway = library.createGateway({
  app: { url: `http://127.0.0.1:${port}`, inject: inject === 'inject' },
  listen: '127.0.0.1:0',
  logLevel: 'warn',
});
report((await gateway.listen()).port);
