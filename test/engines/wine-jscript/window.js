// biome-ignore-all lint: ES3, run by Wine's JScript
// biome-ignore-all format: a trailing comma would be a syntax error there

// The window of an old Internet Explorer on top of host.exe: timers, location, requests, and the
// little of a document that a network shim looks at. The run ends with 0 when document.title is
// `done`.
var window = this, self = this, top = this, parent = this;

var location = (function () {
  var parts = /^(https?:)\/\/(([^:\/?#]+)(?::(\d+))?)([^?#]*)(\?[^#]*)?/.exec(host.env('PAGE_URL'));
  return {
    href: parts[0], protocol: parts[1], host: parts[2], hostname: parts[3], port: parts[4] || '',
    pathname: parts[5] || '/', search: parts[6] || '', hash: ''
  };
})();

var navigator = {
  appName: 'Microsoft Internet Explorer',
  userAgent: host.env('PAGE_IE') === '11'
    ? 'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko'
    : 'Mozilla/4.0 (compatible; MSIE ' + host.env('PAGE_IE') + '.0; Windows NT 5.1)'
};

// IE up to 9 passes a callback no arguments, and host functions cannot be called with a `this` or
// by apply.
function setTimeout(run, ms) { return host.setTimeout(function () { run(); }, ms || 0); }
function setInterval(run, ms) { return host.setInterval(function () { run(); }, ms || 0); }
function clearTimeout(id) { if (id) host.clearTimer(id); }
function clearInterval(id) { clearTimeout(id); }
function alert(text) { host.print(String(text)); }

// What Wine's MSXML calls it does not hold (see host.c).
ActiveXObject = (function (own) {
  return function (name) { return host.guard(new own(name)); };
})(ActiveXObject);

// IE6 has requests as an ActiveX object only. Later ones have a constructor, of the same COM
// object.
var XMLHttpRequest;
if (host.env('PAGE_IE') > 6) XMLHttpRequest = function () { return new ActiveXObject('MSXML2.XMLHTTP.3.0'); };

// Wine's takes each half of a surrogate pair for an error (encode_uri in its global.c), which no
// Internet Explorer does.
encodeURIComponent = (function (own) {
  return function (text) {
    return String(text).replace(/[\ud800-\udbff][\udc00-\udfff]|[^\ud800-\udfff]+/g, function (part) {
      var code;
      if (!/^[\ud800-\udbff]/.test(part)) return own(part);
      code = (part.charCodeAt(0) - 0xd800) * 1024 + part.charCodeAt(1) - 0xdc00 + 65536;
      function percent(value) { return '%' + value.toString(16).toUpperCase(); }
      return percent(240 + (code >> 18)) + percent(128 + (code >> 12 & 63)) + percent(128 + (code >> 6 & 63)) + percent(128 + (code & 63));
    });
  };
})(encodeURIComponent);

// Wine's ends a string at an escaped NUL (seen in 8.0), which no Internet Explorer does. U+E000
// stands for it in between.
if (window.JSON) JSON.parse = (function (own) {
  return function (text) {
    var marked = String(text).replace(/\\(\\|u0000)/g, function (escape, what) { return what === '\\' ? escape : '\ue000'; });
    return own(marked, function (name, value) { return typeof value === 'string' ? value.replace(/\ue000/g, '\0') : value; });
  };
})(JSON.parse);

function PageElement(tag) {
  this.tagName = tag;
  this.style = {};
  this.childNodes = [];
  this.parentNode = null;
  this.firstChild = null;
  this.attributeValues = {};
}
PageElement.prototype.getAttribute = function (name) {
  return this.attributeValues.hasOwnProperty(name) ? this.attributeValues[name] : null;
};
PageElement.prototype.setAttribute = function (name, value) {
  this.attributeValues[name] = value;
};
PageElement.prototype.appendChild = function (child) {
  return this.insertBefore(child, null);
};
PageElement.prototype.insertBefore = function (child, before) {
  var at = before ? 0 : this.childNodes.length;
  while (before && this.childNodes[at] !== before) at++;
  this.childNodes.splice(at, 0, child);
  child.parentNode = this;
  this.firstChild = this.childNodes[0];
  if (child.tagName === 'SCRIPT' && child.src) loadScript(child);
  return child;
};
PageElement.prototype.removeChild = function (child) {
  var i;
  for (i = 0; i < this.childNodes.length; i++) if (this.childNodes[i] === child) this.childNodes.splice(i, 1);
  child.parentNode = null;
  this.firstChild = this.childNodes[0] || null;
  return child;
};

// A script that the page has put into its document. There are no forms. A request that nobody holds
// may be collected.
var loading = {};
function loadScript(script) {
  var request = new ActiveXObject('MSXML2.XMLHTTP.3.0');
  loading[script.src] = request;
  script.readyState = 'loading';
  request.open('GET', script.src, true);
  // As every browser does for a tag; here it is only an object.
  request.setRequestHeader('Referer', location.href);
  request.onreadystatechange = function () {
    if (request.readyState !== 4) return;
    delete loading[script.src];
    if (request.status === 200) evaluate(request.responseText);
    script.readyState = 'loaded';
    if (script.onreadystatechange) script.onreadystatechange();
  };
  request.send('');
}

// Away from all names but the global ones.
function evaluate() { eval(arguments[0]); }

var document = (function () {
  var html = new PageElement('HTML');
  var named = { html: [html], head: [html.appendChild(new PageElement('HEAD'))], body: [html.appendChild(new PageElement('BODY'))], script: [] };
  var own = {
    URL: location.href, title: '', cookie: '', domain: location.hostname, readyState: 'interactive',
    documentElement: html, body: named.body[0],
    createElement: function (tag) { return new PageElement(tag.toUpperCase()); },
    getElementsByTagName: function (tag) { return named[tag.toLowerCase()] || []; },
    getElementById: function () { return null; },
    attachEvent: function () {}, detachEvent: function () {}
  };
  if (host.env('PAGE_IE') > 7) own.documentMode = +host.env('PAGE_IE');
  window.addScriptElement = function (attributes) {
    var script = named.head[0].appendChild(new PageElement('SCRIPT'));
    var i;
    for (i = 0; i < attributes.length; i++) script.setAttribute(attributes[i][0], attributes[i][1]);
    script.src = script.getAttribute('src') || '';
    named.script.push(script);
  };
  return own;
})();

function attachEvent() {}
function detachEvent() {}

// The page's scripts have run when timers do.
host.setTimeout(function () { document.readyState = 'complete'; }, 0);
host.setInterval(function () { if (document.title === 'done') host.quit(0); }, 50);
