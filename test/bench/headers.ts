/** Header lines that every client sends with every request, whatever the server. */
export type HeaderSet = (port: number) => string;

/** No more than a request of a page needs. */
const minimal: HeaderSet = (port) => `Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\n`;

/** As Chromium 120 sends them with a same-origin XMLHttpRequest, and a cookie of an application. */
const browser: HeaderSet = (port) =>
  minimal(port) +
  [
    'Connection: keep-alive',
    'sec-ch-ua: "Not_A Brand";v="8", "Chromium";v="120"',
    'sec-ch-ua-mobile: ?0',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
    'sec-ch-ua-platform: "Linux"',
    'Accept: */*',
    'Sec-Fetch-Site: same-origin',
    'Sec-Fetch-Mode: cors',
    'Sec-Fetch-Dest: empty',
    `Referer: http://127.0.0.1:${port}/application/`,
    'Accept-Encoding: gzip, deflate, br',
    'Accept-Language: en-US,en;q=0.9',
    'Cookie: JSESSIONID=0123456789ABCDEF0123456789ABCDEF',
    '',
  ].join('\r\n');

export const headerSets: Readonly<Record<string, HeaderSet>> = { minimal, browser };
