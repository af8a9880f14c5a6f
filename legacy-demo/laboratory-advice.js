/* Explains the results to someone who runs a network. */

/** What the browser lacks for a transport. Empty if it lacks nothing. */
Laboratory.missing = function (name) {
  var plugins = navigator.plugins;
  if ((name === 'websocket' || name === 'websocket-session') && !Demo.hasNative()) {
    return 'no native WebSocket';
  }
  if (name === 'xhr-streaming' && !(window.XMLHttpRequest && 'withCredentials' in new XMLHttpRequest())) {
    return 'shows a response only when it is complete';
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
 * One line for the top of the page: [class, text]. `own` is the result of the shim's own choice.
 */
Laboratory.verdict = function (own) {
  if (own.state !== 'works') {
    return ['says-bad', 'This browser cannot reach the gateway: ' + own.reason + '.'];
  }
  var moved = own.openedOn && own.openedOn !== own.endedOn ? ', after opening on ' + own.openedOn : '';
  return [
    'says-good',
    'WebSocket works here. By default, the shim uses ' +
      own.endedOn +
      moved +
      ': opened in ' +
      Laboratory.time(own.openTime) +
      ', round trip ' +
      Laboratory.time(own.median) +
      '.'
  ];
};

/**
 * The gateway's word for why the shim's own choice is no better: what the gateway said when it
 * opened, and what the shim found out later. Empty if it is the best. docs/downgrades.md explains
 * the words.
 */
Laboratory.word = function (own) {
  var word = '';
  var cuts = 0;
  if (own.endedOn === 'websocket') {
    return word;
  }
  for (var i = 0; i < own.steps.length; i += 1) {
    var step = own.steps[i];
    var said = / ms {2}([a-z]+(-[a-z]+)+)$/.exec(step);
    if (/(streaming|eventsource|htmlfile): (cut|error event)$/.test(step)) {
      cuts += 1;
    }
    if (said) {
      word = said[1];
    } else if (/: held back$/.test(step)) {
      word = 'stream-buffered';
    } else if (/: silent$/.test(step)) {
      word = 'stream-silent';
    } else if (cuts > 1) {
      word = 'stream-cut';
    }
  }
  return word;
};

/** The results in plain words, most important first. */
Laboratory.meanings = function (own, results) {
  if (own.state !== 'works') {
    return [
      'Nothing got through. Open this page on the gateway’s own machine. If it works there, check what is in between (firewall, proxy, virus scanner); if not, check the gateway’s log.'
    ];
  }
  var lines = [];
  var word = Laboratory.word(own);
  if (word) {
    lines.push(
      'The gateway’s word for why this browser has nothing better: ' +
        word +
        '. Its log and its metrics have it, too.'
    );
  }
  var by = {};
  var slow = [];
  for (var i = 0; i < results.length; i += 1) {
    var result = results[i];
    by[result.name] = result;
    // Single round trips take longer everywhere. One that takes a second longer and twenty times
    // the median shows that something delays data.
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
      'Real WebSockets work between this browser and the gateway. Pages use them, and the fallbacks are only a reserve.'
    );
  } else if (is('websocket', 'browser')) {
    lines.push(
      'This browser has no native WebSocket. Pages that load the shim still get a WebSocket, over ordinary HTTP requests.'
    );
  } else if (is('websocket', 'failed') || is('websocket', 'held')) {
    lines.push(
      'This browser has WebSocket, but could not connect. Most often a proxy, a load balancer or a virus scanner on the way does not pass the Upgrade header on (nginx: proxy_http_version 1.1 and the headers Upgrade and Connection; many others: a switch named “WebSocket”). Pages still work, over a fallback.'
    );
  }
  if (held) {
    lines.push(
      'Streaming is held back: something on the way, usually a proxy or a virus scanner, collects a response until it is complete before it passes it on. Pages work by polling, which takes more requests. To get streaming, turn off response buffering for the gateway (nginx: proxy_buffering off).'
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
      'Polling, the most reliable fallback, did not work; its row says why. Users behind a stricter network would have nothing to fall back on.'
    );
  }
  if (slow.length) {
    lines.push(
      'Over ' +
        slow.join(', ') +
        ' a few messages took much longer than the others: something on the way sometimes delays data, or is overloaded.'
    );
  }
  return lines;
};

/** If the browser lacks what a failed transport needs, changes the result to say so. */
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
