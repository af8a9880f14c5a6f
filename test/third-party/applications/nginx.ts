import { type Nginx, startNginx } from '../../support/servers/nginx.ts';

/**
 * nginx in front of an application, each at its port. It puts the tag into every page, with the
 * transports of a cookie, and leads WebSockets and what stands for them to the gateway.
 */
export function startFrontOf(application: number, gateway: number): Promise<Nginx> {
  const http = `map "$http_upgrade $uri" $server {
    ~*^websocket  http://127.0.0.1:${gateway};
    ~/_fallback/  http://127.0.0.1:${gateway};
    default       http://127.0.0.1:${application};
  }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }`;
  const server = `proxy_http_version 1.1;
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
    }`;
  return startNginx(server, {}, http);
}
