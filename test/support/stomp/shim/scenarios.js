// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * What a server may send to a STOMP client and how it may be cut, run through a real client over a
 * stand-in socket. ES3, because it runs in old engines too. `stompScenarios(Stomp)` returns one
 * line for each scenario: its name, or its name and what went wrong.
 */
var STOMP_SCENARIOS = [
  // [name, messages of the server, bodies that the subscriber gets]
  ['one frame per message', [m('a'), m('b')], 'a|b'],
  ['one frame and LF', [m('a') + '\n', m('b') + '\n'], 'a|b'],
  ['heart-beats between', [m('a'), '\n', '\n', m('b')], 'a|b'],
  ['two frames in one message', [m('a') + m('b'), m('c')], 'a|b|c'],
  ['frames with content-length in one message', [n('a') + n('b'), n('c')], 'a|b|c'],
  ['frame split over three messages', cut(m('abcdef'), [-5, -3]).concat(m('b')), 'abcdef|b'],
  ['split inside a header', cut(m('a'), [14]).concat(m('b')), 'a|b'],
  ['split just before NUL', cut(m('a'), [-1]).concat(m('b')), 'a|b'],
  ['a whole frame and half of the next', cut(m('a') + m('bcd'), [-3]).concat(m('e')), 'a|bcd|e'],
  ['two frames and more LFs', [m('a') + '\n\n' + m('b') + '\n\n\n', m('c')], 'a|b|c'],
  ['NUL in a body with content-length', [n('a\0b') + n('c')], 'a\0b|c'],
  ['several heart-beats in one message', ['\n\n', m('a'), '\n\n\n', m('b')], 'a|b'],
  ['LF within a frame as a message of its own', cut(m('a\nb'), [-3, -2]).concat(m('c')), 'a\nb|c'],
  ['split between head and body', cut(n('ab'), [-4, -3]).concat(m('c')), 'ab|c'],
  ['content-length in bytes, cut anywhere', cut(m('\u00e9\u20ac\ud83d\ude00\0x', 11), [20, 45, -4, -2]).concat(n('b')), '\u00e9\u20ac\ud83d\ude00\0x|b'],
  ['content-length in characters', [m('\u00e9\u00e9', 2), m('b')], '\u00e9\u00e9|b'],
  ['empty body', [m(''), n('')], '|'],
  ['lines that end in CR LF', [m('a').replace(/\n/g, '\r\n') + '\r\n', '\r\n', m('b')], 'a|b'],
  ['lone NUL', ['\0', m('a')], 'a']
];

function m(body, length) {
  var size = length === undefined ? '' : '\ncontent-length:' + length;
  return 'MESSAGE\nsubscription:s\nmessage-id:1\ndestination:/d' + size + '\n\n' + body + '\0';
}

/* A body of ASCII. */
function n(body) {
  return m(body, body.length);
}

/* Cut at these positions, negative ones from the end. */
function cut(text, positions) {
  var parts = [];
  var from = 0;
  for (var i = 0; i < positions.length; i += 1) {
    var to = positions[i] < 0 ? text.length + positions[i] : positions[i];
    parts.push(text.substring(from, to));
    from = to;
  }
  parts.push(text.substring(from));
  return parts;
}

function stompScenarios(Stomp) {
  var lines = [];
  for (var i = 0; i < STOMP_SCENARIOS.length; i += 1) {
    var name = STOMP_SCENARIOS[i][0];
    var got = stompConversation(Stomp, STOMP_SCENARIOS[i][1]);
    lines.push(got === STOMP_SCENARIOS[i][2] ? name : name + ' # ' + escape(got));
  }
  return lines;
}

function stompConversation(Stomp, messages) {
  var socket = { url: 'ws://stand-in/', send: function () {}, close: function () {} };
  var client = Stomp.over(socket);
  var seen = [];
  var connected = 0;
  client.debug = function () {};
  client.connect({}, function () {
    connected += 1;
    client.subscribe('/d', function (frame) { seen.push(frame.body); }, { id: 's' });
  });
  socket.onopen();
  try {
    socket.onmessage({ data: 'CONNECTED\nversion:1.1\nheart-beat:0,0\n\n\0' });
    for (var i = 0; i < messages.length; i += 1) socket.onmessage({ data: messages[i] });
  } catch (error) {
    seen.push('threw ' + error.message);
  }
  return connected === 1 ? seen.join('|') : 'connected ' + connected + ' times';
}
