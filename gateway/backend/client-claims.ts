/**
 * Header fields in which proxies tell backends about the client: its address, scheme, host or URL.
 * Anybody can write them, so they go to a backend only if a trusted proxy sent the request.
 */
const claims = new Set([
  // nginx, ngx_http_realip_module: the default of `real_ip_header`.
  'x-real-ip',
  // Apache, mod_remoteip: the examples of `RemoteIPHeader`.
  'x-client-ip',
  // Akamai, and Cloudflare's Enterprise plan: "True-Client-IP".
  'true-client-ip',
  // Fastly: "Fastly-Client-IP", and "Fastly-SSL" for the scheme.
  'fastly-client-ip',
  'fastly-ssl',
  // Rackspace load balancers, Riverbed, Pulse vADC.
  'x-cluster-client-ip',
  // ingress-nginx keeps the field that came in here. Azure Application Gateway: the host.
  'x-original-forwarded-for',
  'x-original-host',
  // IIS URL Rewrite and Symfony: a path that a backend takes in place of the request's.
  'x-original-url',
  'x-rewrite-url',
  // Azure's CDN (AFD), and the router of its App Service (ARR).
  'x-azure-clientip',
  'x-azure-socketip',
  'x-arr-ssl',
  // Google App Engine and Google's load balancers.
  'x-appengine-user-ip',
  'x-appengine-remote-addr',
  // Fly.io, DigitalOcean, Imperva, Envoy ("X-Envoy-External-Address"), Oracle WebLogic.
  'fly-client-ip',
  'do-connecting-ip',
  'incap-client-ip',
  'x-envoy-external-address',
  'x-envoy-internal',
  'wl-proxy-client-ip',
  'wl-proxy-ssl',
  // Names without an owner that PHP, Rails and Java programs look for.
  'client-ip',
  'x-remote-ip',
  'x-remote-addr',
  'x-originating-ip',
  'x-proxyuser-ip',
  'x-host',
  'x-http-host-override',
  // The scheme: Microsoft's proxies, uWSGI and older Heroku.
  'front-end-https',
  'x-scheme',
  'x-url-scheme',
  'x-forwarded',
]);

const prefixes = [
  // RFC 7239, and names made of it such as `Forwarded-For`.
  'forwarded',
  'x-forwarded-',
  // Cloudflare: CF-Connecting-IP, CF-Connecting-IPv6, CF-Pseudo-IPv4, CF-Visitor, CF-IPCountry.
  'cf-',
  // Amazon CloudFront: CloudFront-Viewer-Address, CloudFront-Forwarded-Proto.
  'cloudfront-',
];

/** Whether a field is one of them. `name` is in lower case, with hyphens for underscores. */
export function isClientClaim(name: string): boolean {
  return claims.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
