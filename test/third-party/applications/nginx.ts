import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../engines/programs.ts';
import { end, start } from '../../support/servers/program.ts';

interface Ports {
  readonly listen: number;
  readonly application: number;
  readonly gateway: number;
}

/**
 * nginx in front of an application. It puts the tag into every page, with the transports of a
 * cookie, and leads WebSockets and what stands for them to the gateway.
 */
export async function startNginx(folder: string, ports: Ports): Promise<{ stop(): Promise<void> }> {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder, ports));
  const server = start(
    program('nginx') as string,
    ['-p', folder, '-c', file, '-e', join(folder, 'error.log')],
    process.env,
  );
  return { stop: () => end(server) };
}

function configuration(folder: string, { listen, application, gateway }: Ports): string {
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;

  map "$http_upgrade $uri" $server {
    ~*^websocket  http://127.0.0.1:${gateway};
    ~/_fallback/  http://127.0.0.1:${gateway};
    default       http://127.0.0.1:${application};
  }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }

  server {
    listen 127.0.0.1:${listen};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host "";
    # An answer that is compressed cannot be searched for the tag's place.
    proxy_set_header Accept-Encoding "";

    location / {
      proxy_pass $server;
      sub_filter '<head>' '<head><script src="/shim/websocket.min.js" data-transports="$cookie_transports"></script>';
    }
    location /shim/ {
      proxy_pass http://127.0.0.1:${gateway};
    }
  }
}
`;
}
