/* What the results mean, for someone who runs a network and not a browser. */

/**
 * What a browser must have for a transport; a text that names what is missing, or empty when it is
 * there.
 */
Laboratory.missing = function (name) {
  var plugins = navigator.plugins;
  if ((name === 'websocket' || name === 'websocket-session') && !Demo.hasNative()) {
    return 'no WebSocket of its own';
  }
  if (name === 'xhr-streaming' && !(window.XMLHttpRequest && 'withCredentials' in new XMLHttpRequest())) {
    return 'shows an answer only when it is complete';
  }
  if (name === 'eventsource' && !('EventSource' in window)) {
    return 'no EventSource';
  }
  if (name === 'htmlfile' && !('ActiveXObject' in window)) {
    return 'only in Internet Explorer';
  }
  if (name.substr(0, 4) === 'xdr-' && !('XDomainRequest' in window)) {
    return 'only in Internet Explorer 8 to 10';
  }
  if (name === 'flash-socket' && !('ActiveXObject' in window) && !(plugins && plugins['Shockwave Flash'])) {
    return 'no Flash player';
  }
  return '';
};

/**
 * One line for the top of the page: [class, text]. `own` is what the shim did when nobody named a
 * transport.
 */
Laboratory.verdict = function (own) {
  if (own.state !== 'works') {
    return ['says-bad', 'This browser cannot reach the gateway: ' + own.reason + '.'];
  }
  var moved = own.openedOn && own.openedOn !== own.endedOn ? ', after opening on ' + own.openedOn : '';
  return [
    'says-good',
    'WebSocket works here. Left to itself, the shim uses ' +
      own.endedOn +
      moved +
      ': open in ' +
      Laboratory.time(own.openTime) +
      ', there and back in ' +
      Laboratory.time(own.median) +
      '.'
  ];
};

/** The results in plain words, most important first. */
Laboratory.meanings = function (own, results) {
  if (own.state !== 'works') {
    return [
      'Nothing got through. Open this page on the gateway’s own machine: if it works there, look at what is in between (firewall, proxy, virus scanner); if not, at the gateway’s log.'
    ];
  }
  var lines = [];
  var by = {};
  var slow = [];
  for (var i = 0; i < results.length; i += 1) {
    var result = results[i];
    by[result.name] = result;
    // A round trip now and then takes longer everywhere; twenty times and a second longer is
    // something that holds back.
    if (result.worst !== null && result.worst > 1000 && result.worst > 20 * result.median) {
      slow.push(result.name);
    }
  }
  function is(name, state) {
    return !!by[name] && by[name].state === state;
  }
  var streams = is('xhr-streaming', 'works') || is('eventsource', 'works');
  var held = is('xhr-streaming', 'held') || is('eventsource', 'held');

  if (is('websocket', 'works')) {
    lines.push(
      'Real WebSockets pass between this browser and the gateway. Pages use them, and the fallbacks are only a reserve.'
    );
  } else if (is('websocket', 'browser')) {
    lines.push(
      'This browser has no WebSocket of its own. Pages that load the shim get one all the same, carried by ordinary HTTP requests.'
    );
  } else if (is('websocket', 'failed') || is('websocket', 'held')) {
    lines.push(
      'This browser has WebSocket, but no connection came about. Most often a proxy, a load balancer or a virus scanner on the way does not pass the Upgrade header on (nginx: proxy_http_version 1.1 and the headers Upgrade and Connection; many others: a switch named “WebSocket”). Pages work all the same, over a fallback.'
    );
  }
  if (held) {
    lines.push(
      'Streaming is held back: something on the way, usually a proxy or a virus scanner, collects an answer until it is complete before it passes it on. Pages work by polling, at the price of more requests. To get streaming, switch response buffering off for the gateway (nginx: proxy_buffering off).'
    );
  } else if (streams && !is('websocket', 'works')) {
    lines.push(
      'Streaming works: a message from the server arrives as soon as it is sent, as with a real WebSocket.'
    );
  }
  if (!streams && !held && is('xhr-polling', 'works') && !is('websocket', 'works')) {
    lines.push(
      'Only polling works here: each batch of messages costs one request. That is enough for most applications.'
    );
  }
  if (is('xhr-polling', 'failed')) {
    lines.push(
      'Polling, the surest fallback, did not work; its row says why. Users behind a stricter network would have nothing to fall back on.'
    );
  }
  if (slow.length) {
    lines.push(
      'Over ' +
        slow.join(', ') +
        ' a few messages took much longer than the others: something on the way now and then holds data back, or is overloaded.'
    );
  }
  return lines;
};

/**
 * Turns the failure of a transport that cannot work here into what it is: missing in the browser.
 */
Laboratory.explain = function (result) {
  if (result.state !== 'failed' || result.openTime !== null) {
    return;
  }
  var missing = Laboratory.missing(result.name);
  if (missing) {
    result.state = 'browser';
    result.reason = missing;
  }
};
