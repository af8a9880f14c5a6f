// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript

/*
 * A conversation of a client with the odd server: the client subscribes, and sends a long body of
 * surrogate pairs twice. Calls done('same,same') if both came back as sent, else done('what went
 * wrong'). The client is still connected then.
 */
function stompTalk(client, millis, done) {
  var sent = body();
  var got = [];
  var over = false;
  var timer = setTimeout(function () { end('nothing more after ' + got.length); }, millis);

  function body() {
    var others = ['\ud83d\ude00', '\u00e9', '\n'];
    var parts = [];
    for (var i = 0; i < 6000; i += 1) parts.push(others[i % 3], '\ud83d\ude00');
    return parts.join('');
  }

  function end(result) {
    if (over) return;
    over = true;
    clearTimeout(timer);
    done(result);
  }

  client.debug = function () {};
  client.connect({}, function () {
    client.subscribe('/d', function (frame) {
      got.push(frame.body === sent ? 'same' : 'other, of ' + frame.body.length + ' for ' + sent.length);
      if (got.length === 2) end(got.join());
    });
    // Wine's encodeURI, by which the libraries count bytes, throws at a pair of surrogates.
    try {
      client.send('/d', {}, sent);
      client.send('/d', {}, sent);
    } catch (error) {
      end('threw ' + error.message);
    }
  }, function (error) { end('failed: ' + error); });
}
