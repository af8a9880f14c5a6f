import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const USER = 'anna';
const SESSION = 'SESSIONID=4f1c; Path=/; HttpOnly';

/** Nobody is there to fill it in, so the page does that itself. */
const LOGIN = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML><HEAD><TITLE>login</TITLE></HEAD>
<BODY onload="document.forms[0].user.value = '${USER}'; document.forms[0].submit();">
<FORM method="post" action="login"><INPUT name="user"><INPUT type="submit"></FORM>
</BODY></HTML>`;

/** The page of the tutorials of its time, with the address of its server written into it. */
const chat = (port: number): string => `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML><HEAD>
<META http-equiv="Content-Type" content="text/html; charset=iso-8859-1">
<META http-equiv="X-UA-Compatible" content="IE=EmulateIE7">
<TITLE>chat</TITLE>
<!--[if lt IE 9]><script type="text/javascript">window.isOldIE = true;</script><![endif]-->
<script type="text/javascript">
function WebSocketTest() {
  if ("WebSocket" in window) {
    var ws = new WebSocket("ws://127.0.0.1:${port}/echo");
    ws.onopen = function () { ws.send("Gr\\u00fc\\u00dfe"); };
    ws.onmessage = function (evt) {
      document.getElementById("says").innerHTML = evt.data;
      ws.close();
    };
    ws.onclose = function () {
      var text = document.getElementById("says").innerHTML;
      if (text === "${USER}: Gr\\u00fc\\u00dfe, \\u00e4" && document.compatMode === "BackCompat") document.title = "done";
    };
  } else alert("WebSocket NOT supported by your Browser!");
}
</script></HEAD>
<BODY onload="WebSocketTest()"><P id="says">\xe4</P></BODY></HTML>`;

export interface OldApplication {
  readonly port: number;
  /** Requests and connections, in order. */
  readonly seen: string[];
  close(): Promise<void>;
}

/**
 * An application as they were written when browsers without WebSocket were common: a login form, a
 * cookie, redirects with its own address in them, a page in Latin-1 and quirks mode.
 */
export async function startOldApplication(): Promise<OldApplication> {
  const seen: string[] = [];
  const hasSession = (request: IncomingMessage): boolean =>
    /SESSIONID=4f1c/.test(request.headers.cookie ?? '');
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const { method, url = '' } = request;
    seen.push(`${method} ${url} ${hasSession(request)}`);
    if (method === 'POST' && url === '/login') {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push(body);
        response
          .writeHead(302, { 'Set-Cookie': SESSION, Location: `http://127.0.0.1:${port}/chat.html` })
          .end();
      });
      return;
    }
    response.setHeader('Content-Type', 'text/html');
    if (url === '/chat.html' && hasSession(request)) response.end(chat(port), 'latin1');
    else if (url === '/') response.end(LOGIN);
    else response.writeHead(404).end('<HTML><TITLE>404</TITLE></HTML>');
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/echo' || !hasSession(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      seen.push('a socket');
      client.on('message', (data) => client.send(`${USER}: ${data}, ä`));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
