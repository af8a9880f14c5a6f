// biome-ignore-all lint: it asks for what no program should do
// biome-ignore-all format: one probe on a line

// Questions about the socket object, one on a line, to a page with the browser's own WebSocket and
// to pages with the shim. `../socket-object.test.ts` compares the answers. An answer is a value
// that JSON can carry; an exception is answered by its name.

const query = new URLSearchParams(location.search);
/** A route of the gateway, and the same server without a gateway. */
const HERE = `ws://${location.host}/ws`;
const THERE = `ws://127.0.0.1:${query.get('upstream')}/`;

const probes = [];
const probe = (name, ask) => probes.push([name, ask]);

// --- what probes use ---

const sockets = [];
const make = (url = HERE, ...more) => {
  const socket = new WebSocket(url, ...more);
  sockets.push(socket);
  return socket;
};
const next = (target, type) =>
  new Promise((done) => target.addEventListener(type, done, { once: true }));
const opened = async (...args) => {
  const socket = make(...args);
  await next(socket, 'open');
  return socket;
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const errorName = (error) => (error instanceof DOMException ? 'DOMException ' : '') + error.name;
/** The result, or the name of what it throws. */
const attempt = (run) => {
  try {
    return run();
  } catch (error) {
    return `throws ${errorName(error)}`;
  }
};
const boom = () => {
  throw new RangeError('boom');
};
const describeFunction = (made) => made && [made.name, made.length];
const describeProperty = (of, name) => {
  const found = Object.getOwnPropertyDescriptor(of, name);
  if (!found) return null;
  const { get, set, value, ...flags } = found;
  const shown = typeof value === 'function' ? describeFunction(value) : typeof value === 'object' ? '' : value;
  return { ...flags, get: describeFunction(get), set: describeFunction(set), value: shown };
};
const shape = (data) =>
  typeof data === 'string' ? data : `${Object.prototype.toString.call(data)} ${data.size ?? data.byteLength}`;
const text = async (data) =>
  typeof data === 'string' ? `text ${data}` : `binary ${new Uint8Array(await new Response(data).arrayBuffer())}`;
const frame = (html = '') => {
  const made = document.createElement('iframe');
  made.srcdoc = html;
  const loaded = new Promise((done) => {
    made.onload = () => done(made);
  });
  document.body.append(made);
  return loaded;
};
/** The frame has what the page has: the shim, or nothing. */
const frameWithTag = () => frame(document.getElementById('tag')?.outerHTML ?? '');
/** What a server receives: sends it and reads the echo. */
const echo = async (data, url = HERE) => {
  const socket = await opened(url);
  socket.send(data);
  const answer = await text((await next(socket, 'message')).data);
  socket.close();
  return answer;
};
const errorsDuring = async (run) => {
  const seen = [];
  const before = window.onerror;
  window.onerror = (message, file, line, column, error) => {
    seen.push([message, line > 0, error && error.name, error && error.message]);
    return true;
  };
  await run(seen);
  window.onerror = before;
  return seen;
};
const NAMES = ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol', 'binaryType', 'onopen', 'onmessage', 'onerror', 'onclose'];
const HANDLERS = ['onopen', 'onmessage', 'onerror', 'onclose'];
const CONSTANTS = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];

// --- the interface object (Web IDL §3.7) ---

probe('type', () => typeof WebSocket);
probe('name', () => WebSocket.name);
probe('length', () => WebSocket.length);
probe('descriptor of name', () => describeProperty(WebSocket, 'name'));
probe('descriptor of length', () => describeProperty(WebSocket, 'length'));
probe('descriptor of prototype', () => describeProperty(WebSocket, 'prototype'));
probe('inherits EventTarget', () => Object.getPrototypeOf(WebSocket) === EventTarget);
probe('is a property of window', () => ({ ...describeProperty(window, 'WebSocket') }));
probe('enumerable names', () => Object.keys(WebSocket).sort());
probe('names in for...in', () => { const names = []; for (const name in WebSocket) names.push(name); return names.sort(); });
probe('own names', () => Reflect.ownKeys(WebSocket).map(String).sort());
probe('spread copies the constants', () => ({ ...WebSocket }));
for (const name of CONSTANTS) probe(`constant ${name}`, () => [describeProperty(WebSocket, name), describeProperty(WebSocket.prototype, name)]);
probe('a constant is not writable', () => { const { OPEN } = WebSocket; Reflect.set(WebSocket, 'OPEN', 9); return WebSocket.OPEN === OPEN; });
probe('a constant throws in strict mode', () => attempt(() => { 'use strict'; WebSocket.OPEN = 9; }));
probe('a constant cannot be deleted', () => Reflect.deleteProperty(WebSocket, 'CLOSED'));
probe('a constant cannot be redefined', () => attempt(() => Object.defineProperty(WebSocket.prototype, 'OPEN', { get() {} })));
probe('a socket cannot shadow a constant by assignment', () => { const socket = make(); return [Reflect.set(socket, 'OPEN', 5), socket.OPEN]; });
probe('prototype is not writable', () => Reflect.set(WebSocket, 'prototype', {}));
probe('is a TypeError without new', () => attempt(() => WebSocket(HERE)));
probe('is a TypeError on a socket', () => attempt(() => WebSocket.call(make(), HERE)));
probe('is a TypeError without arguments', () => attempt(() => new WebSocket()));
probe('is a TypeError on a bare prototype', () => attempt(() => WebSocket.call(Object.create(WebSocket.prototype), HERE)));
probe('tag of the constructor', () => Object.prototype.toString.call(WebSocket));
probe('source text', () => /native code/.test(String(WebSocket)));
probe('a lookup by state, as Action Cable makes it', async () => { const socket = await opened(); for (const name in WebSocket) if (WebSocket[name] === socket.readyState) return name; });

// --- the prototype ---

probe('prototype inherits EventTarget', () => Object.getPrototypeOf(WebSocket.prototype) === EventTarget.prototype);
probe('constructor', () => [WebSocket.prototype.constructor === WebSocket, describeProperty(WebSocket.prototype, 'constructor')]);
probe('enumerable names of the prototype', () => Object.keys(WebSocket.prototype).sort());
probe('own names of the prototype', () => Reflect.ownKeys(WebSocket.prototype).map(String).sort());
probe('names in for...in over a socket', () => { const names = []; for (const name in make()) names.push(name); return names.sort(); });
probe('tag of the prototype', () => describeProperty(WebSocket.prototype, Symbol.toStringTag));
for (const name of NAMES) probe(`attribute ${name}`, () => describeProperty(WebSocket.prototype, name));
for (const name of NAMES) probe(`attribute ${name} is a TypeError on the prototype`, () => attempt(() => WebSocket.prototype[name]));
for (const name of ['binaryType', ...HANDLERS]) probe(`setting ${name} is a TypeError on the prototype`, () => attempt(() => { WebSocket.prototype[name] = null; }));
for (const name of ['send', 'close']) {
  probe(`method ${name}`, () => describeProperty(WebSocket.prototype, name));
  probe(`method ${name} is a TypeError on another object`, () => attempt(() => WebSocket.prototype[name].call({}, 'x')));
  probe(`method ${name} is a TypeError on another EventTarget`, () => attempt(() => WebSocket.prototype[name].call(new EventTarget(), 'x')));
  probe(`method ${name} has no prototype`, () => 'prototype' in WebSocket.prototype[name]);
}
probe('listeners are inherited methods', () => ['addEventListener', 'removeEventListener', 'dispatchEvent'].map((name) => WebSocket.prototype[name] === EventTarget.prototype[name]));

// --- a socket as an object ---

for (const [where, url] of [['here', HERE], ['there', THERE]]) {
  probe(`${where}: prototype`, () => Object.getPrototypeOf(make(url)) === WebSocket.prototype);
  probe(`${where}: constructor`, () => make(url).constructor === WebSocket);
  probe(`${where}: instanceof`, () => [make(url) instanceof WebSocket, make(url) instanceof EventTarget]);
  probe(`${where}: tag`, () => [String(make(url)), Object.prototype.toString.call(make(url))]);
  probe(`${where}: enumerable own names`, () => Object.keys(make(url)));
  probe(`${where}: own names`, () => Reflect.ownKeys(make(url)).length);
  probe(`${where}: JSON`, () => JSON.stringify(make(url)));
  probe(`${where}: spread`, () => ({ ...make(url) }));
  probe(`${where}: is of the subclass`, () => { class S extends WebSocket { hello() { return 1; } } const s = new S(url); sockets.push(s); return [s.hello(), s instanceof S, s instanceof WebSocket, s.constructor === S, Object.getPrototypeOf(s) === S.prototype]; });
  probe(`${where}: a subclass has its own fields`, () => { class S extends WebSocket { #x = 1; y = 2; get x() { return this.#x; } } const s = new S(url); sockets.push(s); return [s.x, s.y]; });
  probe(`${where}: a subclass overrides send`, async () => { const calls = []; class S extends WebSocket { send(data) { calls.push(data); return super.send(data); } } const s = new S(url); sockets.push(s); await next(s, 'open'); s.send('a'); await next(s, 'message'); return calls; });
  probe(`${where}: a subclass overrides an attribute`, async () => { const seen = []; class S extends WebSocket { set onmessage(f) { seen.push('set'); super.onmessage = f; } get onmessage() { seen.push('get'); return super.onmessage; } } const s = new S(url); sockets.push(s); await next(s, 'open'); await new Promise((done) => { s.onmessage = done; seen.push(s.onmessage === done); s.send('x'); }); return seen; });
  probe(`${where}: a socket is not of a subclass`, () => { class S extends WebSocket {} return make(url) instanceof S; });
  probe(`${where}: Reflect.construct`, () => { class S extends WebSocket {} const s = Reflect.construct(WebSocket, [url], S); sockets.push(s); return [Object.getPrototypeOf(s) === S.prototype, s.readyState]; });
  probe(`${where}: Reflect.construct with a stranger`, () => attempt(() => { const s = Reflect.construct(WebSocket, [url], function () {}); return s instanceof WebSocket; }));
  probe(`${where}: methods of the prototype work`, async () => { const s = await opened(url); WebSocket.prototype.send.call(s, 'x'); const { data } = await next(s, 'message'); WebSocket.prototype.close.call(s); return [data, s.readyState]; });
  probe(`${where}: accessors of the prototype work`, async () => { const s = await opened(url); return NAMES.map((name) => { const value = Object.getOwnPropertyDescriptor(WebSocket.prototype, name).get.call(s); return name === 'url' ? value === s.url : name === 'extensions' ? typeof value : value; }); });
  probe(`${where}: a patched send of the prototype is seen`, async () => { const { send } = WebSocket.prototype; const calls = []; WebSocket.prototype.send = function (...args) { calls.push(args); return send.apply(this, args); }; try { const s = await opened(url); s.send('x'); const { data } = await next(s, 'message'); return [calls, data]; } finally { WebSocket.prototype.send = send; } });
  probe(`${where}: a patched close of the prototype is seen`, async () => { const { close } = WebSocket.prototype; const calls = []; WebSocket.prototype.close = function (...args) { calls.push(args); return close.apply(this, args); }; try { const s = await opened(url); s.close(4000, 'x'); const { code } = await next(s, 'close'); return [calls, code]; } finally { WebSocket.prototype.close = close; } });
  probe(`${where}: a patched accessor of the prototype is seen`, async () => { const found = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage'); const calls = []; Object.defineProperty(WebSocket.prototype, 'onmessage', { ...found, set(f) { calls.push(typeof f); found.set.call(this, f); } }); try { const s = await opened(url); await new Promise((done) => { s.onmessage = done; s.send('x'); }); return calls; } finally { Object.defineProperty(WebSocket.prototype, 'onmessage', found); } });
  probe(`${where}: a patched EventTarget is seen`, () => { const { addEventListener } = EventTarget.prototype; const calls = []; EventTarget.prototype.addEventListener = function (type, ...more) { if (this instanceof WebSocket) calls.push(type); return addEventListener.call(this, type, ...more); }; try { make(url).addEventListener('open', () => {}); return calls; } finally { EventTarget.prototype.addEventListener = addEventListener; } });
  probe(`${where}: structuredClone`, () => attempt(() => typeof structuredClone(make(url))));
  probe(`${where}: postMessage`, () => attempt(() => new MessageChannel().port1.postMessage(make(url))));
  probe(`${where}: begins`, () => { const s = make(url); return [s.readyState, s.bufferedAmount, s.extensions, s.protocol, s.binaryType, s.onopen, s.onmessage, s.onerror, s.onclose]; });
  probe(`${where}: read-only attributes`, () => { const s = make(url); return ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol'].map((name) => [Reflect.set(s, name, 7), attempt(() => { 'use strict'; s[name] = 7; })]); });
  probe(`${where}: a frozen socket works`, async () => { const s = await opened(url); Object.freeze(s); s.binaryType = 'arraybuffer'; s.onmessage = boom; s.onmessage = null; s.send('x'); return [(await next(s, 'message')).data, s.binaryType]; });
  probe(`${where}: has an expando`, () => { const s = make(url); s.mine = 1; return [s.mine, Object.keys(s)]; });
  probe(`${where}: a property of the socket hides the attribute`, () => { const s = make(url); Object.defineProperty(s, 'readyState', { value: 'mine' }); return s.readyState; });
  probe(`${where}: Object.create is no socket`, () => attempt(() => Object.create(make(url)).readyState));
  probe(`${where}: a Proxy is no socket`, () => attempt(() => new Proxy(make(url), {}).readyState));
}

// --- arguments of the constructor ---

const address = (url) => attempt(() => { const socket = make(url); return [socket.url.replace(location.host, 'HOST').replace(location.search, '?'), socket.readyState]; });
for (const [name, url] of Object.entries({
  relative: 'x/../y?q', absolute: '/ws', 'without a scheme': '//127.0.0.1:1/x', http: `http://${location.host}/ws`, 'in capitals': `WS://${location.host}/ws`,
  'with spaces': `  ${HERE} `, 'with a tab within': HERE.replace('ws', 'w\ts'), 'with a lone surrogate': `${HERE}?\ud800`, 'with characters': `${HERE}?é ü"<>`, 'with a fragment': `${HERE}#`, 'with a fragment and text': `${HERE}#x`,
  ftp: 'ftp://x/', 'without a host': 'ws://', 'with a wrong port': 'ws://x:99999/', 'with a wrong host': 'ws://a b/', 'with a default port': 'ws://127.0.0.1:80/x', 'with a user': HERE.replace('//', '//me:secret@'),
  empty: '', null: null, undefined, number: 12, boolean: true, array: [HERE], object: {}, 'an object with toString': { toString: () => HERE, valueOf: () => 'x' }, 'a String': new String(HERE), 'a URL': new URL(HERE), location,
  symbol: Symbol('x'), 'throwing toString': { toString: boom }, 'not convertible': Object.create(null), blob: 'blob:x', data: 'data:,x', 'javascript:': 'javascript:0', 'dots': `${HERE}/./a/%2e%2e/b`, backslashes: `ws:\\\\${location.host}\\ws`
})) probe(`address ${name}`, () => address(url));

const offer = (protocols, url = HERE) => attempt(() => { const socket = make(url, protocols); return [socket.readyState, socket.protocol]; });
function* generate() { yield 'a'; yield 'b'; }
for (const [name, protocols] of Object.entries({
  string: 'a', empty: '', array: ['a', 'b'], 'empty array': [], 'empty item': [''], Set: new Set(['a', 'b']), Map: new Map([['a', 1]]), 'typed array': Uint8Array.of(1, 2), 'array of arrays': [['a'], ['b']],
  undefined, null: null, number: 1, boolean: false, object: {}, 'object with toString': { toString: () => 'a' }, 'object with valueOf': { toString: () => 'a', valueOf: () => 'a b' }, 'a String': new String('ab'), 'a String twice': new String('aa'), function: () => {},
  symbol: Symbol('x'), 'array of a symbol': [Symbol('x')], 'array of undefined': [undefined], 'array with a hole': [, 'a'], 'array of numbers': [1, 2], 'array of null': [null], 'array-like': { length: 1, 0: 'a' },
  'iterator that is not callable': { [Symbol.iterator]: 1 }, 'iterator null': { [Symbol.iterator]: null, toString: () => 'a' }, 'iterator that throws': { [Symbol.iterator]: boom }, 'iterator without next': { [Symbol.iterator]: () => ({}) }, 'iterator of nothing': { [Symbol.iterator]: () => 1 },
  twice: ['a', 'a'], 'twice in other case': ['a', 'A'], 'with a space': 'a b', 'with a comma': 'a,b', 'not ASCII': 'é', 'control character': 'a\u0001', separators: 'a/b', 'throwing toString': [{ toString: boom }], date: new Date(0)
})) probe(`subprotocols ${name}`, () => offer(protocols));
probe('subprotocols of a generator', () => offer(generate()));
probe('subprotocols of a generator there', () => offer(generate(), THERE));
probe('subprotocols of a Set arrive', async () => (await opened(HERE, new Set(['a', 'b']))).protocol);
probe('subprotocols of a generator arrive', async () => (await opened(HERE, generate())).protocol);
probe('subprotocols of a generator arrive there', async () => (await opened(THERE, generate())).protocol);
probe('subprotocols of an array with another iterator', async () => { const list = ['x']; list[Symbol.iterator] = generate; return (await opened(HERE, list)).protocol; });
probe('subprotocols are converted once, in order', () => { const seen = []; const item = (name) => ({ toString() { seen.push(name); return name; } }); offer([item('a'), item('b')]); return seen; });
probe('address is converted before the subprotocols', () => { const seen = []; attempt(() => new WebSocket({ toString() { seen.push('url'); return 'ftp://x'; } }, { toString() { seen.push('protocols'); return 'a'; } })); return seen; });
probe('conversion comes before a wrong address', () => offer([{ toString: boom }], 'ftp://x'));
probe('a wrong address comes before wrong subprotocols', () => attempt(() => new WebSocket('ftp://x', ['a', 'a'])));
probe('more arguments are ignored', () => attempt(() => make(HERE, [], 3).readyState));

// --- arguments of send ---

for (const [name, data] of Object.entries({
  text: 'aé😀', empty: '', undefined, null: null, number: 12.5, 'minus zero': -0, boolean: true, object: {}, array: [1, [2]], 'object with toString': { toString: () => 'x', valueOf: () => 'y' }, 'a String': new String('s'), 'a URL': new URL('http://x/'), function: Object, 'lone surrogates': 'a\ud800b\udc00', bigint: 12n,
  ArrayBuffer: Uint8Array.of(1, 2, 3).buffer, 'empty ArrayBuffer': new ArrayBuffer(0), Uint8Array: Uint8Array.of(1, 2), subarray: Uint8Array.of(1, 2, 3, 4).subarray(1, 3), Uint16Array: Uint16Array.of(1, 2), Float64Array: Float64Array.of(1), BigInt64Array: BigInt64Array.of(1n), DataView: new DataView(Uint8Array.of(1, 2, 3).buffer, 1), Blob: new Blob(['a', 'b']), 'empty Blob': new Blob([]), File: new File(['f'], 'n'),
  'a fake ArrayBuffer': { [Symbol.toStringTag]: 'ArrayBuffer' }, 'a fake Uint8Array': { [Symbol.toStringTag]: 'Uint8Array', buffer: new ArrayBuffer(1) }, 'a fake Blob': { [Symbol.toStringTag]: 'Blob', size: 3 }, 'an ArrayBuffer with another tag': Object.defineProperty(Uint8Array.of(5).buffer, Symbol.toStringTag, { value: 'x' }), 'a view with another tag': Object.defineProperty(Uint8Array.of(6), Symbol.toStringTag, { value: 'x' }), 'a subclass of Uint8Array': new (class extends Uint8Array {})([7]), 'a subclass of Blob': new (class extends Blob {})(['sub'])
})) probe(`send ${name}`, () => echo(data));
probe('send nothing', async () => { const s = await opened(); return attempt(() => s.send()); });
probe('send a symbol', async () => { const s = await opened(); return attempt(() => s.send(Symbol('x'))); });
probe('send throwing toString', async () => { const s = await opened(); return attempt(() => s.send({ toString: boom })); });
probe('send what cannot be converted', async () => { const s = await opened(); return attempt(() => s.send(Object.create(null))); });
probe('send returns', async () => { const s = await opened(); return String(s.send('x')); });
probe('send a buffer of another frame', async () => { const { contentWindow } = await frame(); return echo(new contentWindow.Uint8Array([1, 2])); });
probe('send a detached buffer', async () => { const s = await opened(); const { buffer } = Uint8Array.of(1, 2); structuredClone(buffer, { transfer: [buffer] }); return attempt(() => { s.send(buffer); return s.bufferedAmount; }); });
probe('send a view of a detached buffer', async () => { const s = await opened(); const view = Uint8Array.of(1, 2); structuredClone(view.buffer, { transfer: [view.buffer] }); return attempt(() => { s.send(view); return s.bufferedAmount; }); });
probe('send a resizable buffer', async () => { const s = await opened(); return attempt(() => { s.send(new ArrayBuffer(2, { maxByteLength: 4 })); return s.bufferedAmount; }); });
probe('send a shared buffer', async () => { const s = await opened(); return attempt(() => { s.send(new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true }).buffer); return s.bufferedAmount; }); });
probe('send a view of a shared buffer', async () => { const s = await opened(); const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }); return attempt(() => { s.send(new Uint8Array(buffer, 0, 2)); return s.bufferedAmount; }); });
probe('send copies at once', async () => { const s = await opened(); s.binaryType = 'arraybuffer'; const bytes = Uint8Array.of(1, 2); s.send(bytes); bytes.fill(9); return text((await next(s, 'message')).data); });
probe('send while connecting', () => attempt(() => make().send('x')));
probe('send while connecting counts nothing', () => { const s = make(); attempt(() => s.send('xyz')); return s.bufferedAmount; });
probe('send converts before it looks at the state', () => attempt(() => make().send({ toString: boom })));
probe('send of nothing while connecting', () => attempt(() => make().send()));
probe('send after close counts', async () => { const s = await opened(); s.close(); s.send('abc'); s.send(new ArrayBuffer(4)); s.send(new Blob(['12'])); const { bufferedAmount } = s; await next(s, 'close'); s.send('é'); return [bufferedAmount, s.bufferedAmount]; });
probe('bufferedAmount within a task', async () => { const s = await opened(); s.send('é'); s.send(new Blob(['abc'])); s.send(new Uint8Array(5)); return s.bufferedAmount; });
probe('bufferedAmount falls', async () => { const s = await opened(); s.send('abc'); await next(s, 'message'); await pause(200); return s.bufferedAmount; });
probe('a Blob keeps its place', async () => { const s = await opened(); const seen = []; s.addEventListener('message', (e) => seen.push(shape(e.data))); s.send('a'); s.send(new Blob(['b'])); s.send('c'); while (seen.length < 3) await next(s, 'message'), await pause(20); return seen; });

// --- arguments of close ---

const closing = async (...args) => { const s = await opened(); const threw = attempt(() => s.close(...args)); if (threw !== undefined) return [threw, s.readyState]; const state = s.readyState; const { code, reason, wasClean } = await next(s, 'close'); return [state, code, reason, wasClean]; };
for (const [name, args] of Object.entries({
  nothing: [], undefined: [undefined], 'undefined with reason': [undefined, 'why'], 1000: [1000], 'a code and a reason': [4001, 'bye é'], 'code as text': ['4002'], 'an object': [{ valueOf: () => 4003 }], 'a half': [3000.5], 'another half': [3001.5], 'less than a half over': [4999.4], 'reason null': [4000, null], 'reason undefined': [4000, undefined], 'reason number': [4000, 7], 'reason surrogate': [4000, 'a\ud800'], '123 bytes': [4000, 'é'.repeat(61) + 'x'], 'more arguments': [4000, 'x', 'y'],
  0: [0], 999: [999], 1001: [1001], 1005: [1005], 2999: [2999], 5000: [5000], 66536: [66536], '-1': [-1], NaN: [NaN], Infinity: [Infinity], null: [null], true: [true], 'a word': ['x'], '124 bytes': [4000, 'é'.repeat(62)], '124 bytes without a code': [undefined, 'x'.repeat(124)], 'wrong code and wrong reason': [1, 'x'.repeat(124)], symbol: [Symbol('x')], bigint: [4000n], 'reason symbol': [4000, Symbol('x')], 'reason throwing': [1, { toString: boom }], 'code throwing': [{ valueOf: boom }]
})) probe(`close ${name}`, () => closing(...args));
probe('close converts code and reason in order', async () => { const s = await opened(); const seen = []; attempt(() => s.close({ valueOf() { seen.push('code'); return 1; } }, { toString() { seen.push('reason'); return 'x'; } })); return seen; });
probe('close checks its arguments when closed', async () => { const s = await opened(); s.close(); await next(s, 'close'); return [attempt(() => s.close(1)), attempt(() => s.close(1000, 'x'.repeat(124))), String(attempt(() => s.close()))]; });
probe('close returns', async () => String((await opened()).close()));
probe('close while connecting', async () => { const s = make(); const seen = []; for (const type of ['open', 'error', 'close']) s.addEventListener(type, (e) => seen.push([type, s.readyState, e.code, e.reason, e.wasClean])); s.close(4000, 'x'); seen.push(s.readyState); await next(s, 'close'); await pause(100); return seen; });
probe('close twice', async () => { const s = await opened(); s.close(4000, 'a'); s.close(4001, 'b'); const { code, reason } = await next(s, 'close'); return [code, reason]; });

// --- binaryType ---

for (const [name, value] of Object.entries({ blob: 'blob', arraybuffer: 'arraybuffer', nonsense: 'x', capitals: 'ArrayBuffer', null: null, undefined, 'a String': new String('arraybuffer'), 'an object': { toString: () => 'arraybuffer' }, array: ['arraybuffer'], symbol: Symbol('x'), throwing: { toString: boom } }))
  probe(`binaryType ${name}`, () => { const s = make(); const threw = attempt(() => { s.binaryType = value; }); return [String(threw), s.binaryType]; });
probe('binary data is a Blob', async () => { const s = await opened(); s.send(new Uint8Array(3)); const { data } = await next(s, 'message'); return [shape(data), data instanceof Blob, data.type]; });
probe('binary data is an ArrayBuffer', async () => { const s = await opened(); s.binaryType = 'arraybuffer'; s.send(new Uint8Array(3)); const { data } = await next(s, 'message'); return [shape(data), data instanceof ArrayBuffer]; });
probe('empty binary data', async () => { const s = await opened(); s.binaryType = 'arraybuffer'; s.send(new Blob([])); return shape((await next(s, 'message')).data); });

// --- on... attributes (HTML, "event handlers") ---

const plain = { name: 'plain' };
const keep = (value) => { const s = make(); s.onmessage = boom; const threw = attempt(() => { s.onmessage = value; }); return [String(threw), s.onmessage === value, s.onmessage === null]; };
for (const [name, value] of Object.entries({ 'a function': boom, 'an object': plain, 'an array': [], 'an object with handleEvent': { handleEvent: boom }, 'a class': class {}, null: null, undefined, number: 1, string: 'x', symbol: Symbol('x'), true: true, 'a Proxy': new Proxy(boom, {}), 'a String': new String('x') })) probe(`onmessage set to ${name}`, () => keep(value));
const onSend = async (prepare) => { const s = await opened(); const seen = []; await prepare(s, seen); const arrived = next(s, 'message'); s.send('x'); await arrived; await pause(0); return seen; };
const on = (seen, name) => () => { seen.push(name); };
probe('an object set as onmessage is not called', () => onSend((s, seen) => { s.onmessage = { handleEvent: on(seen, 'called') }; }));
probe('an object keeps the place', () => onSend((s, seen) => { s.onmessage = {}; s.addEventListener('message', on(seen, 'listener')); s.onmessage = on(seen, 'handler'); }));
probe('another function takes the place', () => onSend((s, seen) => { s.onmessage = on(seen, '1'); s.addEventListener('message', on(seen, 'listener')); s.onmessage = on(seen, '2'); }));
probe('null gives up the place', () => onSend((s, seen) => { s.onmessage = on(seen, '1'); s.addEventListener('message', on(seen, 'listener')); s.onmessage = null; s.onmessage = on(seen, '2'); }));
probe('a number gives up the place', () => onSend((s, seen) => { s.onmessage = on(seen, '1'); s.addEventListener('message', on(seen, 'listener')); s.onmessage = 1; s.onmessage = on(seen, '2'); }));
probe('the same function twice', () => onSend((s, seen) => { const both = on(seen, 'both'); s.onmessage = both; s.addEventListener('message', both); }));
probe('removeEventListener does not remove onmessage', () => onSend((s, seen) => { const f = on(seen, 'f'); s.onmessage = f; s.removeEventListener('message', f); }));
probe('this and arguments of onmessage', () => onSend((s, seen) => { s.onmessage = function (...args) { seen.push(this === s, args.length, args[0].constructor.name); }; }));
probe('onmessage of a Proxy is called', () => onSend((s, seen) => { s.onmessage = new Proxy(on(seen, 'x'), {}); }));
probe('onmessage set in a listener before it', () => onSend((s, seen) => { s.addEventListener('message', () => { s.onmessage = on(seen, 'late'); }); }));
probe('onmessage replaced in a listener before it', () => onSend((s, seen) => { s.addEventListener('message', () => { s.onmessage = on(seen, 'new'); }); s.onmessage = on(seen, 'old'); }));
probe('onmessage replaced in a listener behind which it stands', () => onSend((s, seen) => { s.addEventListener('message', () => { s.onmessage = on(seen, 'new'); }, { once: true }); s.onmessage = on(seen, 'old'); s.addEventListener('message', on(seen, 'end')); }));
probe('onmessage set to null in a listener before it', () => onSend((s, seen) => { s.addEventListener('message', () => { s.onmessage = null; }); s.onmessage = on(seen, 'old'); }));
probe('false cancels a cancelable event', () => { const s = make(); s.onmessage = () => false; const event = new Event('message', { cancelable: true }); return [s.dispatchEvent(event), event.defaultPrevented]; });
probe('false does not cancel another event', () => { const s = make(); s.onmessage = () => false; const event = new Event('message'); return [s.dispatchEvent(event), event.defaultPrevented]; });
probe('0 does not cancel', () => { const s = make(); s.onmessage = () => 0; return s.dispatchEvent(new Event('message', { cancelable: true })); });
probe('false of a listener does not cancel', () => { const s = make(); s.addEventListener('message', () => false); return s.dispatchEvent(new Event('message', { cancelable: true })); });
probe('false of onerror', () => { const s = make(); s.onerror = () => false; return s.dispatchEvent(new Event('error', { cancelable: true })); });
probe('true of onerror', () => { const s = make(); s.onerror = () => true; return s.dispatchEvent(new Event('error', { cancelable: true })); });
for (const name of HANDLERS) probe(`${name} hears dispatched events`, () => { const s = make(); const seen = []; s[name] = (e) => seen.push(e.type); s.dispatchEvent(new Event(name.slice(2))); return seen; });
probe('onopen is not called for another type', () => { const s = make(); const seen = []; s.onopen = on(seen, 'x'); s.dispatchEvent(new Event('OPEN')); return seen; });

// --- errors of the page's handlers ---

probe('an error of onmessage', () => errorsDuring(async () => { await onSend((s) => { s.onmessage = () => { throw new Error('my bug'); }; }); }));
probe('an error of a listener', () => errorsDuring(async () => { await onSend((s) => { s.addEventListener('message', () => { null.x(); }); }); }));
probe('an error of onopen', () => errorsDuring(async () => { const s = make(); s.onopen = boom; await next(s, 'open'); }));
probe('an error of onclose', () => errorsDuring(async () => { const s = await opened(); s.onclose = boom; s.close(); await next(s, 'close'); }));
probe('an error of onerror', () => errorsDuring(async () => { const s = make(`${HERE}?refuse=403`); s.onerror = boom; await next(s, 'close'); }));
probe('an error is reported before the next listener', async () => { const seen = []; await errorsDuring(async (errors) => { await onSend((s) => { s.onmessage = boom; s.addEventListener('message', () => seen.push(errors.length)); }); }); return seen; });
probe('an error that is no Error', () => errorsDuring(async () => { await onSend((s) => { s.onmessage = () => { throw 'text'; }; }); }));
probe('an object without handleEvent', async () => (await errorsDuring(async () => { await onSend((s) => { s.addEventListener('message', {}); }); })).map((error) => error.slice(2, 3)));
probe('an error in dispatchEvent', async () => errorsDuring(async () => { const s = make(); s.onmessage = boom; s.dispatchEvent(new Event('message')); }));
probe('an ErrorEvent has the error', async () => { let seen; const listen = (event) => { seen = [event.error instanceof RangeError, event.message, event.filename.includes('probes'), event.lineno > 0]; event.preventDefault(); }; addEventListener('error', listen); await onSend((s) => { s.onmessage = boom; }); removeEventListener('error', listen); return seen; });

// --- addEventListener and dispatchEvent ---

const listen = (...args) => String(attempt(() => make().addEventListener(...args)));
for (const [name, args] of Object.entries({ nothing: [], 'a type alone': ['open'], null: ['open', null], undefined: ['open', undefined], string: ['open', 'x'], number: ['open', 1], object: ['open', {}], symbol: [Symbol('x'), boom], 'options null': ['open', boom, null], 'options string': ['open', boom, 'x'], 'signal null': ['open', boom, { signal: null }], 'signal undefined': ['open', boom, { signal: undefined }], 'signal object': ['open', boom, { signal: {} }], 'throwing options': ['open', boom, { get once() { boom(); } }] })) probe(`addEventListener with ${name}`, () => listen(...args));
const listened = (options, extra) => { const s = make(); const seen = []; s.addEventListener('x', (event) => { event.preventDefault(); seen.push(event.defaultPrevented); }, options); extra?.(s); for (let i = 0; i < 2; i += 1) s.dispatchEvent(new Event('x', { cancelable: true })); return seen; };
probe('option once', () => listened({ once: true }));
probe('option passive', () => listened({ passive: true }));
probe('option signal, aborted', () => listened({ signal: AbortSignal.abort() }));
probe('option signal, aborted later', () => { const control = new AbortController(); return listened({ signal: control.signal }, (s) => s.addEventListener('x', () => control.abort())); });
probe('options are read in order', () => { const seen = []; make().addEventListener('x', boom, new Proxy({}, { get(_, name) { seen.push(String(name)); } })); return seen; });
probe('the same listener twice', () => { const s = make(); const seen = []; const f = on(seen, 'f'); for (const o of [false, { once: true }, undefined, true, { capture: true }]) s.addEventListener('x', f, o); s.dispatchEvent(new Event('x')); s.removeEventListener('x', f, true); s.dispatchEvent(new Event('x')); return seen; });
probe('handleEvent is looked up late', () => { const s = make(); const seen = []; const o = {}; s.addEventListener('x', o); o.handleEvent = function () { seen.push(this === o); }; s.dispatchEvent(new Event('x')); return seen; });
probe('a listener added while dispatching', () => { const s = make(); const seen = []; s.addEventListener('x', () => s.addEventListener('x', on(seen, 'late')), { once: true }); s.dispatchEvent(new Event('x')); seen.push('-'); s.dispatchEvent(new Event('x')); return seen; });
probe('a listener removed while dispatching', () => { const s = make(); const seen = []; const f = on(seen, 'f'); s.addEventListener('x', () => s.removeEventListener('x', f)); s.addEventListener('x', f); s.dispatchEvent(new Event('x')); return seen; });
probe('stopImmediatePropagation', () => { const s = make(); const seen = []; s.addEventListener('x', (e) => { seen.push(1); e.stopImmediatePropagation(); }); s.addEventListener('x', on(seen, 2)); s.dispatchEvent(new Event('x')); return seen; });
probe('capture listeners at the target', () => { const s = make(); const seen = []; s.addEventListener('x', on(seen, 'bubble')); s.addEventListener('x', on(seen, 'capture'), true); s.dispatchEvent(new Event('x')); return seen; });
for (const [name, event] of Object.entries({ nothing: undefined, null: null, object: { type: 'x' }, string: 'x' })) probe(`dispatchEvent with ${name}`, () => attempt(() => make().dispatchEvent(event)));
probe('dispatchEvent without arguments', () => attempt(() => make().dispatchEvent()));
probe('dispatchEvent again within itself', () => { const s = make(); const seen = []; s.addEventListener('x', (e) => seen.push(attempt(() => s.dispatchEvent(e)))); s.dispatchEvent(new Event('x')); return seen; });
probe('dispatchEvent of the event of onopen', async () => { const s = make(); return new Promise((done) => { s.onopen = (e) => done(attempt(() => s.dispatchEvent(e))); }); });
probe('dispatchEvent again afterwards', async () => { const s = make(); const event = await next(s, 'open'); await pause(0); let again; s.addEventListener('open', (e) => { again = [e.target === s, e.isTrusted]; }); return [s.dispatchEvent(event), again]; });
probe('dispatchEvent of a CustomEvent', () => { const s = make(); let seen; s.addEventListener('x', (e) => { seen = [e.detail, e.target === s, e.currentTarget === s, e.eventPhase, e.composedPath().length, window.event === e]; }); s.dispatchEvent(new CustomEvent('x', { detail: 5 })); return seen; });
probe('EventTarget.prototype.addEventListener.call', async () => { const s = make(); return new Promise((done) => EventTarget.prototype.addEventListener.call(s, 'open', (e) => done(e.type))); });
probe('EventTarget.prototype.dispatchEvent.call', () => { const s = make(); const seen = []; s.onmessage = on(seen, 'x'); EventTarget.prototype.dispatchEvent.call(s, new Event('message')); return seen; });

// --- events ---

const about = (e, s) => [e.constructor.name, Object.prototype.toString.call(e), e.type, e.target === s, e.currentTarget === s, e.srcElement === s, e.eventPhase, e.bubbles, e.cancelable, e.composed, e.defaultPrevented, e.returnValue, e.cancelBubble, e.composedPath().length, e.composedPath()[0] === s, window.event === e, Object.getOwnPropertyNames(e), typeof e.timeStamp];
const seenBy = (s, type) => new Promise((done) => s.addEventListener(type, (e) => done(about(e, s)), { once: true }));
probe('event open', () => seenBy(make(), 'open'));
probe('event message', async () => { const s = await opened(); s.send('x'); return seenBy(s, 'message'); });
probe('event error', () => seenBy(make(`${HERE}?refuse=403`), 'error'));
probe('event close', async () => { const s = await opened(); s.close(); return seenBy(s, 'close'); });
probe('event message has its fields', async () => { const s = await opened(); s.send('x'); const e = await next(s, 'message'); return [e.data, e.origin === `ws://${location.host}`, e.lastEventId, e.source, e.ports.length, Object.isFrozen(e.ports)]; });
probe('event close has its fields', async () => { const s = await opened(); s.send('!close 4005 why'); const e = await next(s, 'close'); return [e.code, e.reason, e.wasClean]; });
probe('an event afterwards', async () => { const s = make(); const e = await next(s, 'open'); await pause(0); return [e.currentTarget, e.eventPhase, e.target === s, e.composedPath().length]; });
probe('an event is trusted', async () => (await next(make(), 'open')).isTrusted);
probe('an event is of its time', async () => { const e = await next(make(), 'open'); return Math.abs(performance.now() - e.timeStamp) < 1000; });
probe('preventDefault of a message', () => onSend((s, seen) => { s.onmessage = (e) => { e.preventDefault(); seen.push(e.defaultPrevented); }; }));
probe('an event has no own fields', async () => { const s = await opened(); s.send('x'); return Object.getOwnPropertyNames(await next(s, 'message')); });

// --- the course of a connection ---

const course = async (s) => { const seen = []; for (const type of ['open', 'message', 'error', 'close']) s.addEventListener(type, (e) => seen.push([type, s.readyState, type === 'message' ? e.data : type === 'close' ? [e.code, e.reason, e.wasClean] : ''])); await next(s, 'close'); await pause(50); return seen; };
probe('course of a greeting and a close', () => course(make(`${HERE}?greet=hi&close=4010,bye`)));
probe('course of a refusal', () => course(make(`${HERE}?refuse=403`)));
probe('course of an address that nobody serves', () => course(make(`ws://${location.host}/nobody`)));
probe('course of a refusal there', () => course(make(`${THERE}?refuse=403`)));
probe('course of a close without a code', async () => { const s = await opened(); s.send('!close'); return course(s); });
probe('error and close can be awaited one after the other', async () => { const s = make(`${HERE}?refuse=403`); await new Promise((done) => { s.onerror = done; }); const { code } = await new Promise((done) => { s.onclose = done; }); return code; });
probe('open and message can be awaited one after the other', async () => { const s = make(`${HERE}?greet=hi`); await new Promise((done) => { s.onopen = done; }); return (await new Promise((done) => { s.onmessage = done; })).data; });
probe('messages can be awaited one after the other', async () => { const s = await opened(); s.send('!burst 5'); const seen = []; for (let i = 0; i < 5; i += 1) seen.push((await new Promise((done) => { s.onmessage = done; })).data); return seen; });
probe('the last message and the close can be awaited one after the other', async () => { const s = await opened(); s.send('!burst-close 2 4001 x'); await new Promise((done) => { s.onmessage = done; }); await new Promise((done) => { s.onmessage = done; }); return (await new Promise((done) => { s.onclose = done; })).code; });
probe('promises run between error and close', async () => { const s = make(`${HERE}?refuse=403`); const seen = []; s.onerror = () => { Promise.resolve().then(on(seen, 'promise')); }; s.onclose = on(seen, 'close'); await next(s, 'close'); return seen; });
probe('promises run between two listeners', () => onSend((s, seen) => { s.addEventListener('message', () => { Promise.resolve().then(on(seen, 'promise')); }); s.addEventListener('message', on(seen, 'second')); }));
probe('sockets of one host open in their order', async () => { const seen = []; const all = ['open=400', 'open=0', 'open=100'].map((delay, i) => { const s = make(`${HERE}?${delay}`); s.addEventListener('open', () => seen.push(i)); return next(s, 'open'); }); await Promise.all(all); return seen; });
probe('a socket opens when one before it is closed while connecting', async () => { const first = make(`${HERE}?open=3000`); const second = make(); first.close(); await next(second, 'open'); return second.readyState; });
probe('a socket opens when one before it was refused', async () => { make(`${HERE}?refuse=403`); const second = make(); await next(second, 'open'); return second.readyState; });
probe('sockets that wait for others can be closed', async () => { const first = make(`${HERE}?open=300`); const second = make(); second.close(); const { code } = await next(second, 'close'); return [code, second.readyState, (await next(first, 'open')).type]; });
probe('constructor runs no handler', () => { const s = make(`${HERE}?refuse=403`); let ran = false; s.onerror = () => { ran = true; }; return ran; });
probe('close in onopen', async () => { const s = make(`${HERE}?greet=hi`); s.onopen = () => s.close(4000); return course(s); });
probe('no message after close', async () => { const s = await opened(); s.send('!burst 3'); const seen = []; s.onmessage = (e) => { seen.push(e.data); s.close(); }; await next(s, 'close'); return seen; });

// --- frames ---

probe('a socket of a frame', async () => { const { contentWindow } = await frameWithTag(); const s = new contentWindow.WebSocket(HERE); sockets.push(s); await next(s, 'open'); return [s instanceof WebSocket, s instanceof contentWindow.WebSocket, s.readyState]; });
probe('a socket of a removed frame is closed', async () => { const made = await frameWithTag(); const s = new made.contentWindow.WebSocket(HERE); let ended = 0; await next(s, 'open'); s.onclose = s.onerror = () => { ended += 1; }; made.remove(); await pause(200); return [s.readyState, ended]; });
probe('a socket of a frame that was replaced is closed', async () => { const made = await frameWithTag(); const s = new made.contentWindow.WebSocket(HERE); await next(s, 'open'); const loaded = next(made, 'load'); made.srcdoc = 'other'; await loaded; await pause(100); return s.readyState; });
probe('a socket of a removed frame can be closed and written to', async () => { const made = await frameWithTag(); const s = new made.contentWindow.WebSocket(HERE); await next(s, 'open'); made.remove(); return [String(attempt(() => s.send('x'))), String(attempt(() => s.close()))]; });

// --- running ---

async function answerOf(ask) {
  const late = pause(5000).then(() => 'no answer');
  try {
    return await Promise.race([Promise.resolve().then(ask), late]);
  } catch (error) {
    return `rejects ${errorName(error)}`;
  }
}

async function run() {
  const answers = {};
  for (const [name, ask] of probes) {
    // Once more, as a browser lets sockets wait after others have failed (Chromium, some seconds).
    for (let left = 2; left > 0 && (answers[name] ?? 'no answer') === 'no answer'; left -= 1)
      answers[name] = await answerOf(ask);
    if (answers[name] === undefined) answers[name] = 'undefined';
    for (const socket of sockets.splice(0)) attempt(() => socket.close());
    for (const made of document.querySelectorAll('iframe')) made.remove();
  }
  testPage.report(JSON.stringify(answers));
}
addEventListener('load', () => void run());
