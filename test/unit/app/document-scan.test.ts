import assert from 'node:assert/strict';
import { SCAN_LIMIT } from '../../../gateway/app/document-scan.ts';
import { PLACE, scanned, scannedParts } from './scan.ts';

/** What a page is, and the page with its place for the tag, or why there is none. */
const PAGES: readonly (readonly [name: string, place: string, isXml?: 'xml'])[] = [
  ['before the first script', '<!doctype html><html><head><title>a</title>‸<script>1</script></head>'],
  [
    'behind X-UA-Compatible, so that the document mode of IE stays',
    '<!DOCTYPE html>\r\n<html>\r\n<head>\r\n<meta http-equiv="X-UA-Compatible" content="IE=8">\r\n‸<script>1</script>',
  ],
  ['before the end of the head', '<html><head><meta charset=utf-8><link rel=x href=y>‸</head><body>'],
  ['before the body', '<html>\n<head><title></head></title>‸<body onload="f()">'],
  ['before the body of a page without a head', '<html>‸<body>hello'],
  ['before what begins a body without a tag', '<!doctype html>\n‸<p>hello'],
  ['before text that begins the body', '<!doctype html>\n<title>a</title>\n‸hello'],
  ['before the end of an empty page', '<html>‸</html>'],
  ['before a frameset', '<HTML><HEAD><TITLE>a</TITLE>\n‸</HEAD><FRAMESET COLS="1,2"><FRAME SRC=a>'],
  ['before a frameset without a head', '<html>‸<frameset cols="*"><frame src=a></frameset></html>'],
  ['before a template, whose scripts do not run', '<head>‸<template><script>1</script></template></head>'],
  ['behind a style whose text looks like a script', '<head><style>a{}/*<script>*/</style>‸</head>'],
  ['behind a title whose text looks like a script', '<head><title><script></title>‸<script></script>'],
  [
    'behind noscript, whose content does not run',
    '<head><noscript><script></script></noscript>‸<script></script></head>',
  ],
  ['behind a comment that looks like a script', '<head><!-- <script> -->‸<script></script>'],
  ['behind a base of the same host', '<head><base href="/app/">‸<script src=a></script>'],
  ['before a base of another host', '<head>‸<base href="http://cdn.example/"><script src=a></script>'],
  ['before a base without a scheme', '<head>‸<base target=_top href=//cdn.example/><script src=a></script>'],
  ['behind attributes that look like tags', '<html data-a="<script>"><head data-b=\'</head>\'>‸<script>'],
  ['before a script in capitals', '<!DOCTYPE HTML><HTML><HEAD>‸<SCRIPT LANGUAGE="JavaScript">'],
  [
    'behind comments and an XML declaration',
    '<?xml version="1.0"?>\n<!-- a --><!DOCTYPE html><head>‸<script>',
  ],
  ['behind a UTF-8 byte order mark', '\ufeff<!doctype html><head>‸<script>'],
  ['never before the doctype', '<!--[if IE]><script></script><![endif]--><!doctype html><head>‸<script>'],
  [
    'before a conditional comment with a script',
    '<head><title>a</title>‸<!--[if lt IE 9]><script src=a></script><![endif]-->',
  ],
  ['behind a conditional comment without one', '<head><!--[if IE]><link href=a><![endif]-->‸<script>'],
  [
    'behind the html elements of several conditional comments',
    '<!doctype html>\n<!--[if lt IE 7]> <html class="ie6"> <![endif]-->\n' +
      '<!--[if gt IE 8]><!--> <html class="no-js"> <!--<![endif]-->\n<head>‸<script>',
  ],
  ['before a revealed conditional with a script', '<head>‸<![if !IE]><script></script><![endif]>'],
  ['before one in the other form', '<head>‸<!--[if !IE]><!--><script></script><!--<![endif]-->'],
  ['behind a revealed conditional that has ended', '<head><![if !IE]><link href=a><![endif]>‸<script>'],
  ['before a body in a conditional comment', '<head>‸<!--[if IE]><body class=ie><![endif]--><body>'],
  [
    'XHTML',
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title/>‸<script>',
    'xml',
  ],

  ['none: no-document in a fragment', '<div><script>1</script></div>'],
  ['none: no-document in text', 'ok'],
  ['none: no-document in an empty body', ''],
  ['none: no-document in JSON', '{"a":"<html>"}'],
  ['none: no-document in a script', '<script>1</script>'],
  ['none: no-document behind text', 'a<!doctype html><html><head>'],
  ['none: no-root in a doctype alone', '<!doctype html>'],
  ['none: encoding in UTF-16 with a mark', '\xff\xfe<\0h\0t\0m\0l\0>\0'],
  ['none: encoding in UTF-16 without one', '<\0h\0t\0m\0l\0>\0'],
  ['none: encoding in UTF-16, the high byte first', '\0<\0h\0t\0m\0l\0>'],
  ['none: encoding in ISO-2022-JP that is declared', '<html><head><meta charset="ISO-2022-JP"><script>'],
  [
    'none: encoding in ISO-2022-JP in the old form',
    '<html><head><meta http-equiv=Content-Type content="text/html; charset=iso-2022-jp"><script>',
  ],
  ['none: encoding in ISO-2022-JP by its escapes', '<html><head><title>\x1b$B$3\x1b(B</title><script>'],
  ['none: subset in XHTML with declarations', '<!DOCTYPE html [<!ENTITY a "b">]><html><head>', 'xml'],
];

describe('the place of the tag', () => {
  for (const [name, page, isXml] of PAGES) {
    const settings = { isXml: isXml !== undefined };
    it(`is ${name}`, () => {
      const [, reason] = /^none: (\S+)/.exec(name) ?? [];
      const bytes = asBytes(page.replace(PLACE, ''));
      const expected = reason === undefined ? asBytes(page, true) : `none: ${reason}`;
      assert.equal(scanned(bytes, settings), expected);
    });
  }

  it('is the same wherever the body is cut', () => {
    for (const [name, page, isXml] of PAGES) {
      const settings = { isXml: isXml !== undefined };
      const bytes = asBytes(page.replace(PLACE, ''));
      const whole = scanned(bytes, settings);
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      assert.equal(scannedParts(single, settings), whole, `${name}, byte by byte`);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
        assert.equal(scannedParts(parts, settings), whole, `${name}, cut at ${cut}`);
      }
    }
  });

  for (const encoding of ['Shift_JIS', 'GBK', 'Big5', 'EUC-JP', 'windows-1251', 'UTF-8'] as const) {
    it(`is found in ${encoding}`, () => {
      // Lead bytes with trail bytes that are ASCII: `\`, `|`, `~`, `[`, `]`.
      const title = Buffer.from([0x83, 0x5c, 0x94, 0x7c, 0x8e, 0x7e, 0x83, 0x5b, 0x81, 0x5d]);
      const page = Buffer.concat([
        Buffer.from(`<html><head><meta charset="${encoding}"><title>`),
        title,
        Buffer.from('</title><script>'),
      ]);
      assert.equal(scanned(page), page.toString('latin1').replace('<script>', `${PLACE}<script>`));
    });
  }

  it('follows the charset of Content-Type before that of meta', () => {
    const page = '<html><head><meta charset="iso-2022-jp"><script>';
    assert.match(scanned(page, { charset: 'utf-8' }), /‸<script>$/);
  });

  it('is the last safe one where the first 16 KiB decide nothing', () => {
    const page = `<html><head><title>a</title><style>${'a{}'.repeat(SCAN_LIMIT)}</style><script>`;
    assert.equal(scanned(page), page.replace('<style>', `${PLACE}<style>`));
    const revealed = `<html><head><![if !IE]><link href=a>${' '.repeat(SCAN_LIMIT)}`;
    assert.equal(scanned(revealed), revealed.replace('<![if', `${PLACE}<![if`));
    const long = `<!--${'a'.repeat(SCAN_LIMIT)}--><html><head><script>`;
    assert.equal(scanned(long), 'none: no-document');
  });

  it('is the last safe one where the body pauses', () => {
    assert.equal(scanned('<html><head><title>a</title><link hr'), '<html><head><title>a</title>‸<link hr');
    assert.equal(scanned('<html><head><title>a</ti'), '<html><head>‸<title>a</ti');
    assert.equal(scanned('<html><head><scr'), '<html><head>‸<scr');
  });
});

/** UTF-8, but for characters up to U+00FF, which are bytes. `isShown`: as `scanned` shows it. */
function asBytes(page: string): Buffer;
function asBytes(page: string, isShown: true): string;
function asBytes(page: string, isShown?: true): Buffer | string {
  const bytes = page.replaceAll(/[\u0100-\uffff]/g, (character) =>
    isShown && character === PLACE ? PLACE : Buffer.from(character).toString('latin1'),
  );
  return isShown ? bytes : Buffer.from(bytes, 'latin1');
}
