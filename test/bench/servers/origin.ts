import net from 'node:net';
import { serve } from './report.ts';

const END = '\r\n\r\n';

/** An application that costs nearly nothing: an asset of 10 KB and a page of 100 KB, ready made. */
const asset = answer('application/javascript', `var filler = "${'x'.repeat(10_000)}";\n`);
const page = answer(
  'text/html; charset=utf-8',
  `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>page</title>
<link rel="stylesheet" href="/style.css"><script src="/asset.js"></script></head>
<body>${'<p>Some paragraph of a page, as pages have them.</p>\n'.repeat(1_900)}</body></html>`,
);

serve(
  net.createServer({ noDelay: true }, (socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf(END); end >= 0; end = text.indexOf(END)) {
        socket.write(text.startsWith('GET /page') ? page : asset);
        text = text.slice(end + END.length);
      }
    });
    socket.on('error', () => socket.destroy());
  }),
);

function answer(type: string, body: string): Buffer {
  const fields = [`Content-Type: ${type}`, `Content-Length: ${body.length}`, 'ETag: "1a2b-3c4d"'];
  return Buffer.from(`HTTP/1.1 200 OK\r\n${fields.join('\r\n')}${END}${body}`, 'latin1');
}
