// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error there
/*
 * sockjs-client with each transport in turn. The address says what:
 * ?id=…&url=/upstream&transports=xhr-streaming,jsonp-polling&millis=20000; `texts` are the messages
 * of the first case. Reports lines of transport, case and problem.
 */
(function (global) {
  var parameters = testPage.parameters;
  var lines = [];
  var jobs = [];
  var names = parameters.transports.split(',');
  var i;
  for (i = 0; i < names.length; i += 1) {
    jobs.push([names[i], 'echo', echo(texts)]);
    jobs.push([names[i], 'mebibyte', echo([mebibyte(), '\u2028\ud83d\ude00', 'last'])]);
    jobs.push([names[i], 'close', closed]);
  }

  function mebibyte() {
    var text = 'x';
    while (text.length < 1048576) text += text;
    return text;
  }

  /* Everything that is sent comes back, in its order. */
  function echo(sent) {
    return function (socket, end) {
      var had = 0;
      socket.onopen = function () {
        for (var i = 0; i < sent.length; i += 1) socket.send(sent[i]);
      };
      socket.onmessage = function (event) {
        if (event.data !== sent[had]) return end('message ' + had + ' is another: ' + escape(event.data.substring(0, 60)));
        had += 1;
        if (had === sent.length) end('');
      };
      socket.onclose = function (event) { end('closed after ' + had + ': ' + event.code + ' ' + event.reason); };
    };
  }

  function closed(socket, end) {
    socket.onopen = function () { socket.send('close'); };
    socket.onclose = function (event) {
      var how = event.code + ' ' + event.reason + (event.wasClean ? ', clean' : ', not clean');
      end(how === '4003 kicked, clean' ? '' : how);
    };
  }

  function step() {
    var job = jobs.shift();
    var over = false;
    var socket;
    var timer;
    if (!job) return testPage.report(lines.join('\n'));
    // By itself it gives a transport no more than a few round trips, which a busy machine takes
    // much longer for.
    socket = new SockJS(parameters.url, null, { transports: [job[0]], timeout: 10000 });
    timer = global.setTimeout(function () { end('not done in ' + parameters.millis + ' ms'); }, +parameters.millis);
    function end(problem) {
      if (over) return;
      over = true;
      global.clearTimeout(timer);
      if (!problem && socket.readyState === 1 && socket.transport !== job[0]) problem = 'over ' + socket.transport;
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      lines.push(job[0] + '\t' + job[1] + '\t' + problem);
      global.setTimeout(step, 0);
    }
    job[2](socket, end);
  }

  global.setTimeout(step, 0);
})(this);
