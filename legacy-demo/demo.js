/*
 * What all pages of the demo share. ECMAScript 3 by hand: the same file runs in IE6 and in today's
 * browsers, so there is no JSON, no trim, no forEach, no string indexing, and no reserved word as a
 * property name.
 */
var Demo = {};

/**
 * Names of the transports, in the order in which the shim documents them, and what each of them is.
 * `optional`: used by pages that name it, and never the shim's own choice.
 */
Demo.transports = [
  { name: 'websocket', is: 'a real WebSocket' },
  { name: 'websocket-session', is: 'a WebSocket that survives a cut', optional: true },
  { name: 'xhr-streaming', is: 'one long answer, read as it grows' },
  { name: 'eventsource', is: 'server-sent events' },
  { name: 'iframe-htmlfile', is: 'a page that never ends, in a frame' },
  { name: 'htmlfile', is: 'the same in an ActiveX document' },
  { name: 'xdr-streaming', is: 'XDomainRequest, one long answer' },
  { name: 'xdr-polling', is: 'XDomainRequest, answer by answer' },
  { name: 'xhr-polling', is: 'one request for each batch' },
  { name: 'jsonp-polling', is: 'one script tag for each batch' },
  { name: 'flash-socket', is: 'a socket of the Flash player', optional: true }
];

Demo.element = function (id) {
  return document.getElementById(id);
};

/** Puts plain text into an element; text nodes need no escaping. */
Demo.write = function (element, text) {
  while (element.firstChild) {
    element.removeChild(element.firstChild);
  }
  element.appendChild(document.createTextNode(text));
};

/** A new element with a class and, if given, a text. */
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
 * The time in milliseconds. performance.now() where there is one, for a local round trip is shorter
 * than a tick of Date (1 ms, in XP-era IE about 16 ms).
 */
Demo.now = function () {
  var performance = window.performance;
  return performance && performance.now ? performance.now() : new Date().getTime();
};

/** Shortest time the clock can tell, in milliseconds. */
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

/** 0.42 ms, 7.1 ms, 84 ms, 2.4 s */
Demo.duration = function (ms) {
  if (ms < 1) {
    return ms.toFixed(2) + ' ms';
  }
  if (ms < 10) {
    return ms.toFixed(1) + ' ms';
  }
  return ms < 1000 ? Math.round(ms) + ' ms' : (ms / 1000).toFixed(1) + ' s';
};

/** 12 345, in groups of three as no locale function of an old engine writes them alike. */
Demo.count = function (number) {
  return String(Math.round(number)).replace(/(\d)(?=(\d\d\d)+$)/g, '$1 ');
};

Demo.trim = function (text) {
  return text.replace(/^\s+/, '').replace(/\s+$/, '');
};

/** Time of day with milliseconds. */
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
 * True when the page got the shim; without it only the browser's own WebSocket is there, if any.
 */
Demo.hasShim = function () {
  return typeof window.WebSocketShim !== 'undefined';
};

/**
 * True when the browser has a WebSocket of its own; those of the drafts before RFC 6455 had CLOSED
 * = 2, and speak to nobody now.
 */
Demo.hasNative = function () {
  var own = Demo.hasShim() ? window.WebSocketShim.NativeWebSocket : window.WebSocket;
  return !!own && own.CLOSED === 3;
};

/**
 * Lets the shim use one transport only for the sockets made from now on; an empty name leaves the
 * choice to the shim, which is all of them in their order.
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
 * Whether the page has ever narrowed the shim's choice; while not, the shim's own order is not
 * touched at all.
 */
Demo.chosen = false;

/** The transport a socket is on; a socket that the shim left to the browser is a real one. */
Demo.transportOf = function (socket) {
  return typeof socket.transport === 'string' ? socket.transport : 'websocket';
};

/** The shim's own account of a socket, one line for each step. */
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

/** Something `send` takes as binary, from numbers 0 to 255. */
Demo.binary = function (bytes) {
  if (typeof Uint8Array === 'undefined') {
    return new window.WebSocketShim.Bytes(bytes);
  }
  // Uint8Array.from and the constructor of an array are missing in the first engines that had typed
  // arrays.
  var array = new Uint8Array(bytes.length);
  for (var i = 0; i < bytes.length; i += 1) {
    array[i] = bytes[i];
  }
  return array.buffer;
};

/** The bytes of a message event's data as an array of numbers, or null when it is text. */
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

/** 00 7f ff */
Demo.hex = function (bytes) {
  var pairs = [];
  for (var i = 0; i < bytes.length; i += 1) {
    pairs.push((bytes[i] < 16 ? '0' : '') + bytes[i].toString(16));
  }
  return pairs.join(' ');
};

/** Bytes from hexadecimal text with or without blanks, or null when it is none. */
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
