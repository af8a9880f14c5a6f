import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Marks in a body where the tag has to go. A body without it has to pass untouched. */
export const PLACE = '‸';

/** One answer of the application. */
export interface Specimen {
  readonly name: string;
  /** Names and values in turn, without length and coding of the transfer. */
  readonly fields: readonly string[];
  /** One character per byte, but for the mark. */
  readonly body: string;
  /** @default 200 OK */
  readonly status?: string;
  /** How the body is sent. @default length */
  readonly transfer?: 'length' | 'chunked' | 'close';
  readonly coding?: 'gzip' | 'br';
  /** The request that it answers. @default GET, as a browser asks for a page */
  readonly method?: string;
  readonly accept?: string;
  /** Fields of the answer that are others where it has the tag; undefined: they are missing. */
  readonly changed?: Readonly<Record<string, string | undefined>>;
  /** The nonce that the tag has. */
  readonly nonce?: string;
  /** A browser shows it as a page. */
  readonly isPage: boolean;
}

export const ACCEPT_PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const HTML = ['Content-Type', 'text/html'];
const UTF8 = ['Content-Type', 'text/html; charset=utf-8'];
const PAGE = `<!DOCTYPE html>\n<html><head><title>a</title>‸</head><body><p>b</p></body></html>\n`;
const plain = PAGE.replace(PLACE, '');

const page = (name: string, body: string, more: Partial<Specimen> = {}): Specimen => ({
  name,
  fields: HTML,
  body,
  isPage: true,
  ...more,
});
const other = (name: string, body: string, more: Partial<Specimen> = {}): Specimen => ({
  ...page(name, body, more),
  isPage: false,
});
const utf8 = (text: string): string =>
  text
    .split(PLACE)
    .map((part) => Buffer.from(part).toString('latin1'))
    .join(PLACE);
const policy = (value: string): string[] => [...UTF8, 'Content-Security-Policy', value];
const NONCE = 'MTIzNDU2Nzg5MGFiY2RlZg==';

/** Pages by what they are written in. */
const markup: readonly Specimen[] = [
  page('HTML with a doctype', PAGE),
  page('quirks mode', '<HTML><HEAD><TITLE>a</TITLE>‸</HEAD><BODY BGCOLOR=white><P>b</BODY></HTML>'),
  page(
    'limited quirks mode',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n' +
      '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title>‸</head><body><table><tr><td>b</td></tr></table></body></html>',
  ),
  page(
    'a frameset',
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Frameset//EN" "http://www.w3.org/TR/html4/frameset.dtd">\n' +
      '<HTML><HEAD><TITLE>a</TITLE></HEAD>\n<FRAMESET COLS="*,*"><FRAME SRC="about:blank"></FRAMESET></HTML>'.replace(
        '</HEAD>',
        '‸</HEAD>',
      ),
  ),
  page(
    'a frameset without a head',
    '<html>‸<frameset rows="*,*"><frame src="about:blank"></frameset></html>',
  ),
  page(
    'XHTML sent as HTML',
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n' +
      '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title>‸</head><body><p>b<br /></p></body></html>',
  ),
  page(
    'XHTML sent as XML',
    '<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title>‸<script type="text/javascript">//<![CDATA[\nvar a = 1 < 2;\n//]]></script></head><body><p>b<br/></p></body></html>',
    { fields: ['Content-Type', 'application/xhtml+xml; charset=utf-8'] },
  ),
  page(
    'conditional comments',
    '<!DOCTYPE html>\n<!--[if lt IE 9]><html class="old"><![endif]-->\n<!--[if gte IE 9]><!--><html><!--<![endif]-->\n' +
      '<head><title>a</title>‸<!--[if lt IE 9]><script src="html5shiv.js"></script><![endif]--></head><body>b</body></html>',
  ),
  page(
    'X-UA-Compatible in the page',
    '<!DOCTYPE html><html><head><meta http-equiv="X-UA-Compatible" content="IE=EmulateIE7"><title>a</title>‸<script>var a = 1;</script></head><body>b</body></html>',
  ),
  page('X-UA-Compatible in the head', PAGE, { fields: [...HTML, 'X-UA-Compatible', 'IE=8'] }),
  page('a page without a head', '<!DOCTYPE html><html>‸<body><p>a</p></body></html>'),
  page('a page without html, head and body', '<!DOCTYPE html>‸<p>a</p><script>var a = 1;</script>'),
  page(
    'a base of another host',
    '<!DOCTYPE html><html><head>‸<base href="http://cdn.invalid/"><title>a</title></head><body>b</body></html>',
  ),
  page(
    'comments before the doctype',
    '<!-- saved from url=(0014)about:internet -->\r\n<!DOCTYPE html>\r\n<html>\r\n<head>‸\r\n<script>var a = 1;</script></head><body>b</body></html>'.replace(
      '‸\r\n',
      '\r\n‸',
    ),
  ),
  page(
    '16 KiB of style before any script',
    `<!DOCTYPE html><html><head><title>a</title>‸<style>${'p { color: black }\n'.repeat(1_000)}</style><script>var a = 1;</script></head><body>b</body></html>`,
  ),
  page('a page of 3 MB', `${PAGE}<!--${'0123456789 abcdef\n'.repeat(170_000)}-->`),
  page(
    'noscript and template',
    '<!DOCTYPE html><html><head><noscript><link rel="stylesheet" href="data:text/css,"></noscript>‸<template><script>1</script></template></head><body>b</body></html>',
  ),
];

/** Pages by their encoding. */
const encodings: readonly Specimen[] = [
  page('UTF-8 with a byte order mark', utf8(`\ufeff${PAGE.replace('b', 'äあ😀')}`)),
  page(
    'Shift_JIS',
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><title>\x83\x5c\x83\x7c\x95\x5c\x8e\xa6</title>‸<script>var a = "\x94\x5c";</script></head><body>\x83\x5c</body></html>',
  ),
  page('GBK', '<html><head><title>\xd6\xd0\x81\x5c\xce\xc4</title>‸</head><body>\x95\x7c</body></html>', {
    fields: ['Content-Type', 'text/html; charset=GBK'],
  }),
  page('windows-1252', '<html><head><title>\x80\x93a\x94\xe9</title>‸</head><body>\xff</body></html>'),
  page('UTF-16 with a mark', `\xff\xfe${wide(plain)}`),
  page('UTF-16 by Content-Type', wide(plain), { fields: ['Content-Type', 'text/html; charset=utf-16le'] }),
  page(
    'ISO-2022-JP',
    '<html><head><meta charset="iso-2022-jp"><title>\x1b$B$"\x1b(B</title><script>var a = 1;</script></head><body>b</body></html>',
  ),
];

/** Pages by how they travel. */
const transfers: readonly Specimen[] = [
  page('chunks', PAGE, { transfer: 'chunked' }),
  page('a body that the end of the connection ends', PAGE, { transfer: 'close' }),
  page('a server that always sends gzip', PAGE, {
    coding: 'gzip',
    changed: { 'content-encoding': undefined, 'content-length': undefined },
  }),
  page('a server that always sends brotli, in chunks', PAGE, {
    coding: 'br',
    transfer: 'chunked',
    changed: { 'content-encoding': undefined },
  }),
  page('digests of the body', PAGE, {
    fields: [...HTML, 'Content-MD5', 'x', 'Digest', 'sha-256=x', 'Accept-Ranges', 'bytes'],
    changed: { 'content-md5': undefined, digest: undefined, 'accept-ranges': 'none' },
  }),
  page('fields that are repeated, in their order', PAGE, {
    fields: [
      'Set-Cookie',
      'a=1',
      'X-b',
      '2',
      'content-type',
      'text/html',
      'SET-COOKIE',
      'c=3',
      'Cache-Control',
      'no-store',
    ],
  }),
  other('the answer to a POST', PAGE, { method: 'POST' }),
  other('an answer to a service worker or IE', PAGE, { accept: '*/*' }),
];

/** Pages by their policy. */
const policies: readonly Specimen[] = [
  page("a policy with 'self'", PAGE, { fields: policy("default-src 'self'") }),
  page('a policy with a nonce', PAGE, { fields: policy(`script-src 'nonce-${NONCE}'`), nonce: NONCE }),
  page("a policy with 'strict-dynamic' and a nonce", PAGE, {
    fields: policy(`script-src 'strict-dynamic' 'nonce-${NONCE}'`),
    nonce: NONCE,
  }),
  page(
    'a policy in the page',
    `<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="script-src 'nonce-${NONCE}'">‸<script nonce="${NONCE}">var a = 1;</script></head><body>b</body></html>`,
    { nonce: NONCE },
  ),
  page('a policy with hashes only', plain, {
    fields: policy("script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"),
  }),
  page("a policy with 'strict-dynamic' and hashes", plain, {
    fields: policy(
      "script-src 'strict-dynamic' 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    ),
  }),
];

/** What is no page, or no whole one. */
const others: readonly Specimen[] = [
  other('a fragment', '<li>a</li><script>var a = 1;</script>', {
    accept: '*/*',
    fields: [...HTML, 'ETag', '"f"'],
  }),
  other('what Socket.IO answers to a POST', 'ok', { method: 'POST' }),
  other('an empty answer', ''),
  other('a download', plain, { fields: [...HTML, 'Content-Disposition', 'attachment; filename="a.html"'] }),
  other('a page with status 404', plain, { status: '404 Gone away' }),
  other('a part', plain.slice(0, 20), {
    status: '206 Partial Content',
    fields: [...HTML, 'Content-Range', `bytes 0-19/${plain.length}`],
  }),
  other('a script with markup', `document.write("${plain.trim().replaceAll('\n', '')}")`, {
    fields: ['Content-Type', 'text/javascript'],
  }),
  other('JSON with markup', JSON.stringify({ plain }), {
    fields: ['Content-Type', 'application/json', 'ETag', 'W/"j"'],
  }),
  other('an answer without a type', plain, { fields: [] }),
  other('an unknown coding', plain, { fields: [...HTML, 'Content-Encoding', 'x-own'] }),
];

/** `Content-Length` is asserted by the test; all others are listed here. */
export const specimens: readonly Specimen[] = [...markup, ...encodings, ...transfers, ...policies, ...others];

/** The body as the application sends it. */
export function sentBody({ body, coding }: Specimen): Buffer {
  const bytes = Buffer.from(body.replace(PLACE, ''), 'latin1');
  if (coding === undefined) return bytes;
  return coding === 'gzip' ? gzipSync(bytes) : brotliCompressSync(bytes);
}

/** UTF-16, little endian. */
function wide(text: string): string {
  return Buffer.from(text, 'utf16le').toString('latin1');
}
