/** What a page has done to the objects that the shim finds. */
export interface Altered {
  /** In front of the shim. */
  readonly before?: string;
  /** Behind it. */
  readonly after?: string;
  readonly body?: string;
  /** @default all */
  readonly transports?: readonly string[];
}

const script = (code: string): string => `<script>${code}</script>`;

/** Members that Prototype 1.6 and 1.7, MooTools 1.2 to 1.6 and old pages add, all enumerable. */
const EXTENSIONS = script(`
  Object.prototype.extend = function () { throw new Error('not mine'); };
  Object.prototype.map = Object.prototype.end = Object.prototype.each = function () { return this; };
  Array.prototype.toJSON = Array.prototype.each = Array.prototype.remove = function () { return 'array'; };
  String.prototype.toJSON = String.prototype.strip = function () { return 'string'; };
  Function.prototype.bind = function () { return this; };
  Function.prototype.extend = Function.prototype.implement = function () { return this; };
`);

export const ALTERED: Readonly<Record<string, Altered>> = {
  'Object.prototype, Array.prototype, String.prototype and Function.prototype are extended': {
    before: EXTENSIONS,
  },
  'they are extended when the shim has run': { after: EXTENSIONS },
  'Array methods, JSON, Event and Element are those of an old library': {
    before: script(`
      Array.prototype.reverse = function (inline) { return inline === false ? this : this.slice(0); };
      Array.prototype.indexOf = Array.prototype.filter = Array.prototype.map = function () { return 'old'; };
      Array.from = function () { return []; };
      JSON.stringify = JSON.parse = function () { throw new Error('old JSON'); };
      var Element = window.Element = function () { return null; };
      window.Event = function () { return {}; };
      window.Class = window.Hash = window.$ = function () {};
    `),
  },
  'timers and the clock are faked, as sinon and jest do': {
    after: script(`
      var Real = Date;
      Date = window.Date = function () { return new Real(0); };
      Date.now = function () { return 0; };
      window.setTimeout = window.setInterval = window.requestAnimationFrame = function () { return 1; };
      window.clearTimeout = window.clearInterval = function () {};
      window.performance.now = function () { return 0; };
    `),
  },
  'requests are faked, as sinon does': {
    after: script(`
      window.XMLHttpRequest = window.fetch = window.EventSource = function () { throw new Error('fake'); };
    `),
  },
  'Math.random is a constant': { before: script('Math.random = function () { return 0.5; };') },
  'escape and unescape are functions of the page': {
    after: script(`
      function escape(html) { return html.replace(/</g, '&lt;'); }
      function unescape(html) { return html.replace(/&lt;/g, '<'); }
    `),
  },
  'name, event, origin, self, parent, status and URL are variables of the page': {
    before: script(`
      var name = 'undefined', event = { type: 'click' }, origin = { x: 0, y: 0 }, status = 404;
      var self = null, performance = null, URL = 'http://example.invalid/';
    `),
  },
  'ids of elements are names of globals': {
    body: `<form id="document" name="body"><input name="action"><input name="submit"></form>
      <form id="EventSource"></form><a id="WebSocketShim2" name="WebSocket"></a>
      <a id="XMLHttpRequest"></a><a id="XDomainRequest"></a><a id="location"></a><img id="origin" name="origin">`,
  },
  'an element has the id of a WebSocket that the engine lacks': {
    transports: ['eventsource', 'xhr-polling', 'jsonp-polling'],
    body: '<a id="WebSocket"></a>',
    before: script('delete window.WebSocket;'),
  },
  'RequireJS and CommonJS are there': {
    before: script(`
      var define = function () { throw new Error('Mismatched anonymous define()'); };
      define.amd = {};
      var module = { exports: {} }, exports = module.exports, require = function () { throw new Error('none'); };
    `),
  },
  'an agent wraps XMLHttpRequest, and adds fields to each request': {
    after: script(`
      ['open', 'send'].forEach(function (name) {
        var own = XMLHttpRequest.prototype[name];
        XMLHttpRequest.prototype[name] = function () {
          if (name === 'send') {
            this.setRequestHeader('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
            this.setRequestHeader('X-Requested-With', 'XMLHttpRequest');
            if (this.onreadystatechange) {
              var inner = this.onreadystatechange;
              this.onreadystatechange = function () { return inner.apply(this, arguments); };
            }
          }
          return own.apply(this, arguments);
        };
      });
      var Own = window.XMLHttpRequest;
      window.XMLHttpRequest = function () {
        var request = new Own();
        request.addEventListener('loadend', function () {});
        return request;
      };
      window.XMLHttpRequest.prototype = Own.prototype;
    `),
  },
};
