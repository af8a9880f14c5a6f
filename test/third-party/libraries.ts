import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { librariesFolder, versionOf } from './home.ts';

/** A library in a page with the shim's tag. */
export interface Library {
  /** As people call it, with its place where that matters. */
  readonly name: string;
  /** Its package, whose version is shown; absent where a Debian package or the page has it. */
  readonly package?: string;
  /** What stands in for a version where there is no package. */
  readonly version?: string;
  /** What it talks to behind the gateway. */
  readonly server?: string;
  /** The file in `scenarios`, which is bundled with what it imports. */
  readonly scenario: string;
  /** Scripts before the shim's tag, and behind it: files of packages, or of Debian's. */
  readonly before?: readonly string[];
  readonly behind?: readonly string[];
  /** The page has no tag: its scenario loads the shim. */
  readonly loadsShim?: true;
  /** The page is of another origin than the gateway. */
  readonly crossOrigin?: true;
}

const ZONE = 'zone.js/bundles/zone.umd.js';
const REQUIRE = 'requirejs/require.js';
const PROTOTYPE = '/usr/share/javascript/prototype/prototype-1.7.3.js';
const MOOTOOLS = '/usr/share/javascript/mootools/mootools-core.min.js';

/** Whatever wraps or changes what the shim is made of. */
const WRAPPERS: readonly Library[] = [
  { name: 'zone.js before the tag', package: 'zone.js', scenario: 'zone', before: [ZONE] },
  { name: 'zone.js behind the tag', package: 'zone.js', scenario: 'zone', behind: [ZONE] },
  ...onBothOrigins({ name: 'Sentry browser SDK', package: '@sentry/browser', scenario: 'sentry' }),
  ...onBothOrigins({
    name: 'OpenTelemetry for XHR and fetch',
    package: '@opentelemetry/sdk-trace-web',
    scenario: 'opentelemetry',
  }),
  ...onBothOrigins({ name: 'Datadog RUM', package: '@datadog/browser-rum', scenario: 'datadog' }),
  ...onBothOrigins({
    name: 'New Relic browser agent',
    package: '@newrelic/browser-agent',
    scenario: 'new-relic',
  }),
  { name: 'rrweb', package: 'rrweb', scenario: 'rrweb' },
];

/** Libraries of pages. */
const FRAMEWORKS: readonly Library[] = [
  { name: 'Prototype before the tag', version: '1.7.3', scenario: 'prototype', before: [PROTOTYPE] },
  { name: 'Prototype behind the tag', version: '1.7.3', scenario: 'prototype', behind: [PROTOTYPE] },
  { name: 'MooTools before the tag', version: '1.4.5', scenario: 'mootools', before: [MOOTOOLS] },
  { name: 'MooTools behind the tag', version: '1.4.5', scenario: 'mootools', behind: [MOOTOOLS] },
  { name: 'a page that extends Object.prototype', scenario: 'extended' },
  { name: 'MobX', package: 'mobx', scenario: 'mobx' },
  { name: 'RequireJS before the tag', package: 'requirejs', scenario: 'requirejs', before: [REQUIRE] },
  { name: 'RequireJS behind the tag', package: 'requirejs', scenario: 'requirejs', behind: [REQUIRE] },
  {
    name: 'RequireJS, which loads the shim',
    package: 'requirejs',
    scenario: 'requirejs-loads',
    before: [REQUIRE],
    loadsShim: true,
  },
  { name: 'the shim as a module, bundled by esbuild', scenario: 'module', loadsShim: true },
];

/** Clients that bring a protocol, with its server. */
const CLIENTS: readonly Library[] = [
  { name: 'reconnecting-websocket', package: 'reconnecting-websocket', scenario: 'reconnecting-websocket' },
  { name: 'partysocket', package: 'partysocket', scenario: 'partysocket' },
  { name: 'rxjs webSocket', package: 'rxjs', scenario: 'rxjs' },
  { name: 'MQTT.js', package: 'mqtt', scenario: 'mqtt', server: 'mosquitto 2.0' },
  { name: 'graphql-ws', package: 'graphql-ws', scenario: 'graphql-ws', server: 'its own' },
  ...['', '-3', '-2', '-1'].map((age) => ({
    name: 'socket.io-client',
    package: `socket.io-client${age}`,
    scenario: `socket.io-client${age}`.replace('.', '-'),
    server: `Socket.IO ${versionOrNone(`socket.io${age}`)}`,
  })),
  {
    name: 'socket.io-client',
    package: 'socket.io-client-0',
    scenario: 'socket-io-client-0',
    server: `Socket.IO ${versionOrNone('socket.io-0')}`,
    // A script for pages, which looks for WebSocket in its own `this`.
    behind: ['socket.io-client-0/dist/socket.io.js'],
  },
  { name: '@stomp/stompjs', package: '@stomp/stompjs', scenario: 'stompjs', server: 'the embedded broker' },
  {
    name: 'sockjs-client beside the shim',
    package: 'sockjs-client',
    scenario: 'sockjs-client',
    server: 'the gateway, and sockjs-node',
  },
];

export const LIBRARIES: readonly Library[] = [...WRAPPERS, ...FRAMEWORKS, ...CLIENTS];

/** Agents add header fields to requests, which between origins is a question of CORS. */
function onBothOrigins(library: Library): readonly Library[] {
  return [library, { ...library, name: `${library.name}, another origin`, crossOrigin: true }];
}

/** Name and version. */
export function titleOf({ name, package: from, version }: Library): string {
  const shown = version ?? (from === undefined ? '' : versionOrNone(from));
  return shown === '' ? name : `${name} (${shown})`;
}

/** The text of a script. */
export function scriptText(file: string): string {
  return readFileSync(join(file.startsWith('/') ? '' : librariesFolder, file), 'utf8');
}

/** Where nothing is installed, the tests are skipped under names without versions. */
function versionOrNone(name: string): string {
  try {
    return versionOf(name);
  } catch {
    return '';
  }
}
