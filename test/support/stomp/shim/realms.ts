import { fileURLToPath } from 'node:url';
import { type Context, createContext, runInContext } from 'node:vm';
import { bundle, finish } from '../../../../client-shim/build/bundle.ts';
import { es3Realm } from '../../realm/es3.ts';
import { scenarioCode } from './libraries.ts';

let built: Promise<string> | undefined;

/** The minified script for pages that the package ships. */
export function shimScript(): Promise<string> {
  built ??= bundle(
    fileURLToPath(new URL('../../../../client-shim/src/main.ts', import.meta.url)),
    'iife',
  ).then((code) => finish(code, '/*! */', { minified: true }));
  return built;
}

/** JScript's split by a regular expression, up to 5.8: empty parts are dropped. */
const JSCRIPT_SPLIT = `(function () {
  var split = String.prototype.split;
  String.prototype.split = function (separator, limit) {
    var parts = split.call(this, separator, limit);
    if (!(separator instanceof RegExp)) return parts;
    var kept = [];
    for (var i = 0; i < parts.length; i += 1) if (parts[i] !== '') kept.push(parts[i]);
    return kept;
  };
})();`;

export const engineKinds = ['a standard engine', "an engine with JScript's split"] as const;
export type EngineKind = (typeof engineKinds)[number];

/**
 * A page with the scenarios, either with the language of today or with ES3 and the split of JScript
 * only. `shim` loads the shim into it.
 */
export function stompPage(kind: EngineKind, shim: string): Context {
  const browser = {
    location: { href: 'http://gateway.test/page.html' },
    document: { URL: 'http://gateway.test/page.html', getElementsByTagName: () => [] },
    navigator: { userAgent: '' },
    setTimeout: () => 0,
    clearTimeout: () => {},
    setInterval: () => 0,
    clearInterval: () => {},
  };
  let realm: Context;
  if (kind === 'a standard engine') {
    realm = createContext(browser);
    runInContext('var window = this;', realm);
  } else {
    realm = es3Realm(browser);
    runInContext(JSCRIPT_SPLIT, realm);
  }
  runInContext(shim, realm);
  runInContext(scenarioCode, realm);
  return realm;
}

/** Loads a library's source into the page, which becomes its `Stomp`. */
export function load(realm: Context, source: string): void {
  runInContext(`(function () {\n${source}\n}).call(this);`, realm);
}

/** Names of the scenarios that go wrong with the page's `Stomp`. */
export function wrongScenarios(realm: Context): string[] {
  const lines = runInContext('stompScenarios(Stomp).join("\\n")', realm) as string;
  return lines.split('\n').filter((line) => line.includes(' # '));
}
