import assert from 'node:assert/strict';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { parsePolicies, scriptVerdict } from '../../../gateway/app/content-policy.ts';
import { DocumentScan, SCAN_LIMIT } from '../../../gateway/app/document-scan.ts';
import { EntityTags } from '../../../gateway/app/entity-tags.ts';
import type { ScanResult } from '../../../gateway/app/head-reader.ts';
import type { Random } from '../../support/random.ts';
import { mutate, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

const MARKUP = [
  ...['<!doctype html>', '<!DOCTYPE a [', ']>', '<html>', '<HTML lang=a>', '<head>', '</head>', '<body>'],
  ...['<script>', '</script>', '<script/', '<title>', '</title>', '<style>', '</style>', '<noscript>'],
  ...['</noscript>', '<meta charset=gbk>', '<meta charset="iso-2022-jp">', '<link a=b>', '<base href=//a/>'],
  ...['<template>', '<frameset>', '<p>', '</p>', '<!--', '-->', '--!>', '<!-', '<![if IE]>', '<![endif]>'],
  ...['<!--[if IE]>', '<!--[if !IE]><!-->', '<!--<![endif]-->', '<![endif]-->', '<?xml version="1.0"?>'],
  ...['<![CDATA[', ']]>', '&', '&amp', '&#0;', '&nbsp;', '<', '</', '<a b="', "'", '"', '>', '=', '\0'],
  ...['<link a = "b>c" A=d>', "<meta\ncontent='a&amp;b'>", '<link a=b/>', '<link a="b"c=d>', '<link =a>'],
  ...[
    '<meta charset=hz-gb-2312 / >',
    '<title/>',
    '</title >',
    '</title x>',
    '<title>a&b</title>',
    '<html\f>',
  ],
  ...['<!---->', '<!-->', '<!--a-b-->', '<!--a--b-->', '<!--a<!-->', '<base href=/a/>', '<HEAD\rA="\r\n">'],
  ...['<!DOCTYPE html PUBLIC "-//a>b">', "<!doctype html system 'a'>", '<style>a<b></style>', '<link a`=b>'],
  ...['\r', '\n', '\r\n', ' ', '\x1b', 'a', '\ufeff', '\xff', 'あ', ' '.repeat(40)],
];

function randomPage(random: Random): Buffer {
  const parts = random.chance(0.8) ? [random.pick(['<!doctype html>', '<html>', '<head>'])] : [];
  for (let count = random.int(0, 20); count > 0; count--) {
    parts.push(random.chance(0.9) ? random.pick(MARKUP) : randomText(random, 5));
  }
  if (random.chance(0.05)) parts.splice(1, 0, `<style>${'a'.repeat(SCAN_LIMIT - random.int(0, 60))}`);
  const page = Buffer.from(parts.join(''));
  return random.chance(0.3) ? mutate(random, page) : page;
}

function scan(parts: readonly Buffer[], isXml: boolean): ScanResult {
  const made = new DocumentScan({ isXml });
  for (const part of parts) {
    const result = made.write(part);
    if (result !== undefined) return result;
  }
  return made.end();
}

/** What stands behind a place: a tag, or a comment. */
const TAG = /^<[a-z/!]/i;

const SCRIPT = '<script src="t"></script>';

/**
 * The page with the tag has the same tree, but for the tag. Comments and white space next to the
 * tag may move into the head that it begins.
 */
function checkTree(before: string, behind: string): void {
  const original = parse(before + behind);
  const tagged = parse(before + SCRIPT + behind);
  assert.equal(tagged.mode, original.mode, 'the tag changes the document mode');
  const list = elementsOf(tagged);
  const at = list.indexOf('script src=t');
  assert.ok(at > 0, 'the tag is no element');
  assert.ok(!list.slice(0, at).some((name) => name.startsWith('script')), 'a script runs before the tag');
  list.splice(at, 1);
  assert.deepEqual(list, elementsOf(original), 'the tag changes the tree');
}

/** Elements with their attributes, and text without white space, in their order. */
function elementsOf(node: DefaultTreeAdapterTypes.Node): string[] {
  if (node.nodeName === '#text') {
    return (node as DefaultTreeAdapterTypes.TextNode).value.split(/\s+/).filter((word) => word !== '');
  }
  if (!('childNodes' in node)) return [];
  const attributes = 'attrs' in node ? node.attrs.map(({ name, value }) => ` ${name}=${value}`) : [];
  return [`${node.nodeName}${attributes.join('')}`, ...node.childNodes.flatMap(elementsOf)];
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget({
    name: 'app-page-scan',
    input: randomPage,
    run(page: Buffer): void {
      for (const isXml of [false, true]) {
        const whole = scan([page], isXml);
        const size = page.length > 1_000 ? 97 : 1;
        const parts = Array.from({ length: Math.ceil(page.length / size) }, (_, at) =>
          page.subarray(at * size, (at + 1) * size),
        );
        assert.deepEqual(scan(parts, isXml), whole, 'a cut changes the place');
        if ('noTag' in whole) continue;
        const before = page.toString('latin1', 0, whole.offset).replace(/^\xef\xbb\xbf/, '');
        const behind = page.toString('latin1', whole.offset);
        assert.ok(whole.offset <= SCAN_LIMIT);
        assert.ok(!before.includes('\x1b'), 'the place is behind an escape');
        if (!/^(text|what comes later)$/.test(whole.before)) assert.match(behind, TAG);
        if (whole.before === '<script>') assert.match(behind, /^<(script|!)/i);
        if (!isXml) checkTree(before, behind);
      }
    },
  }),
  fuzzTarget({
    name: 'app-content-policy',
    input: (random: Random): string =>
      Array.from({ length: random.int(0, 8) }, () =>
        random.pick([
          ...[
            'script-src',
            'default-src ',
            "'self'",
            " 'nonce-abc='",
            "'nonce-\"><script>'",
            "'strict-dynamic'",
          ],
          ...[';', ',', ' ', '*', 'https://a.example', '*.a.example:*/b/', "'none'", randomText(random, 4)],
        ]),
      ).join(random.pick([' ', ''])),
    run(text: string): void {
      const verdict = scriptVerdict(parsePolicies(text), { host: 'a.example', path: '/shim/a.js' });
      if (verdict.allowed) assert.match(verdict.nonce ?? 'a', /^[A-Za-z0-9+/_=-]+$/);
    },
  }),
  fuzzTarget({
    name: 'app-entity-tags',
    input: (random: Random): string =>
      Array.from({ length: random.int(0, 5) }, () =>
        random.pick([
          '"a"',
          'W/"b"',
          '"c-fg012345"',
          'W/"d-fg012345"',
          'e-fg012345',
          ',',
          ', ',
          '*',
          randomText(random, 3),
        ]),
      ).join(random.pick([', ', ','])),
    run(list: string): void {
      const tags = new EntityTags('012345');
      const { own, foreign } = tags.restore(list);
      for (const one of foreign) assert.deepEqual(tags.restore(tags.mark(one)).own, [one]);
      assert.equal(tags.restore(own.map((one) => tags.mark(one)).join(', ')).own.length, own.length);
    },
  }),
];
