/*
 * Functions that all pages of the demo share. Written in ECMAScript 3, because the same file runs
 * in IE 6 and in the newest browsers. So there is no JSON, no trim, no forEach, no string indexing,
 * and no reserved word as a property name.
 */
var Demo = {};

/**
 * The transports in the order in which the shim documents them, each with a short description.
 * `optional` transports are only used by pages that name them; the shim never selects them.
 */
Demo.transports = [
  { name: 'websocket', is: 'a real WebSocket' },
  { name: 'websocket-session', is: 'a WebSocket that survives interruptions', optional: true },
  { name: 'xhr-streaming', is: 'one long response, read as it grows' },
  { name: 'eventsource', is: 'server-sent events' },
  { name: 'iframe-htmlfile', is: 'an endless page in a frame' },
  { name: 'htmlfile', is: 'the same in an ActiveX document' },
  { name: 'xdr-streaming', is: 'XDomainRequest, one long response' },
  { name: 'xdr-polling', is: 'XDomainRequest, response by response' },
  { name: 'xhr-polling', is: 'one request for each batch' },
  { name: 'jsonp-polling', is: 'one script tag for each batch' },
  { name: 'flash-socket', is: 'a socket of the Flash player', optional: true }
];

Demo.element = function (id) {
  return document.getElementById(id);
};

/** Writes plain text into an element. Text nodes need no escaping. */
Demo.write = function (element, text) {
  while (element.firstChild) {
    element.removeChild(element.firstChild);
  }
  element.appendChild(document.createTextNode(text));
};

/** Creates an element with a class and, if given, a text. */
Demo.make = function (tag, className, text) {
  var element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  if (text !== undefined) {
    element.appendChild(document.createTextNode(text));
  }
  return element;
};

/** The WebSocket address of a path of this server. */
Demo.address = function (path) {
  return (window.location.protocol === 'https:' ? 'wss://' : 'ws://') + window.location.host + path;
};

/**
 * The time in milliseconds. It uses performance.now() if available, because a local round trip is
 * shorter than a tick of Date (1 ms; about 16 ms in IE on Windows XP).
 */
Demo.now = function () {
  var performance = window.performance;
  return performance && performance.now ? performance.now() : new Date().getTime();
};

/** The resolution of the clock in milliseconds. */
Demo.clockStep = function () {
  var start = Demo.now();
  var first = start;
  while (first === start) {
    first = Demo.now();
  }
  var second = first;
  while (second === first) {
    second = Demo.now();
  }
  return second - first;
};

/** Formats a duration: 0.42 ms, 7.1 ms, 84 ms, 2.4 s. */
Demo.duration = function (ms) {
  if (ms < 1) {
    return ms.toFixed(2) + ' ms';
  }
  if (ms < 10) {
    return ms.toFixed(1) + ' ms';
  }
  return ms < 1000 ? Math.round(ms) + ' ms' : (ms / 1000).toFixed(1) + ' s';
};

/** Formats a number in groups of three: 12 345. The locale functions of old engines differ. */
Demo.count = function (number) {
  return String(Math.round(number)).replace(/(\d)(?=(\d\d\d)+$)/g, '$1 ');
};

Demo.trim = function (text) {
  return text.replace(/^\s+/, '').replace(/\s+$/, '');
};

/** The time of day with milliseconds. */
Demo.clock = function () {
  var date = new Date();
  function pad(number, digits) {
    var text = String(number);
    while (text.length < digits) {
      text = '0' + text;
    }
    return text;
  }
  return (
    pad(date.getHours(), 2) +
    ':' +
    pad(date.getMinutes(), 2) +
    ':' +
    pad(date.getSeconds(), 2) +
    '.' +
    pad(date.getMilliseconds(), 3)
  );
};

/**
 * Whether the shim was loaded. Without it, only the browser's own WebSocket is available, if any.
 */
Demo.hasShim = function () {
  return typeof window.WebSocketShim !== 'undefined';
};

/**
 * Whether the browser has its own WebSocket. Those of the drafts before RFC 6455 have CLOSED = 2,
 * and no current server understands them.
 */
Demo.hasNative = function () {
  var own = Demo.hasShim() ? window.WebSocketShim.NativeWebSocket : window.WebSocket;
  return !!own && own.CLOSED === 3;
};

/**
 * Restricts the shim to one transport for new sockets. With an empty name, the shim may use all
 * non-optional transports in their order.
 */
Demo.choose = function (name) {
  var names = [];
  for (var i = 0; i < Demo.transports.length; i += 1) {
    if (name ? Demo.transports[i].name === name : !Demo.transports[i].optional) {
      names.push(Demo.transports[i].name);
    }
  }
  if (Demo.hasShim() && (name || Demo.chosen)) {
    Demo.chosen = true;
    window.WebSocketShim.configure({ transports: names });
  }
};

/**
 * Whether the page has ever restricted the shim. Until then the shim's own order is not changed.
 */
Demo.chosen = false;

/** The transport of a socket. A socket that the shim left to the browser is a native one. */
Demo.transportOf = function (socket) {
  return typeof socket.transport === 'string' ? socket.transport : 'websocket';
};

/** The steps that the shim took for a socket, one line each. */
Demo.stepsOf = function (socket) {
  var steps = socket.diagnostics || [];
  var lines = [];
  for (var i = 0; i < steps.length; i += 1) {
    lines.push(
      Math.round(steps[i].time) +
        ' ms  ' +
        (steps[i].transport ? steps[i].transport + ': ' : '') +
        steps[i].what
    );
  }
  return lines;
};

/** Converts numbers from 0 to 255 to binary data for `send`. */
Demo.binary = function (bytes) {
  if (typeof Uint8Array === 'undefined') {
    return new window.WebSocketShim.Bytes(bytes);
  }
  // The first engines with typed arrays have neither Uint8Array.from nor a constructor that takes
  // an array.
  var array = new Uint8Array(bytes.length);
  for (var i = 0; i < bytes.length; i += 1) {
    array[i] = bytes[i];
  }
  return array.buffer;
};

/** The bytes of a message event's data as an array of numbers. Null if it is text. */
Demo.bytesOf = function (data) {
  if (typeof data === 'string') {
    return null;
  }
  if (typeof ArrayBuffer === 'undefined' || !(data instanceof ArrayBuffer)) {
    return data.bytes;
  }
  var view = new Uint8Array(data);
  var bytes = [];
  for (var i = 0; i < view.length; i += 1) {
    bytes.push(view[i]);
  }
  return bytes;
};

/** Formats bytes in hexadecimal: 00 7f ff. */
Demo.hex = function (bytes) {
  var pairs = [];
  for (var i = 0; i < bytes.length; i += 1) {
    pairs.push((bytes[i] < 16 ? '0' : '') + bytes[i].toString(16));
  }
  return pairs.join(' ');
};

/** Parses hexadecimal text with or without blanks. Null if it is malformed. */
Demo.parseHex = function (text) {
  var digits = text.replace(/\s+/g, '');
  if (digits.length % 2 || /[^0-9a-fA-F]/.test(digits)) {
    return null;
  }
  var bytes = [];
  for (var i = 0; i < digits.length; i += 2) {
    bytes.push(parseInt(digits.substr(i, 2), 16));
  }
  return bytes;
};
