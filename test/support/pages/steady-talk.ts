/**
 * A page that talks steadily over many sockets: each sends its next message `pause` ms after the
 * echo of the last one, until `stop` is set. `talk` tells how it goes. Pages are ES3.
 */
export const steadyTalk = `
  function startTalk(urls, count, pause) {
    var talk = { opened: 0, closed: 0, wrong: null, echoes: 0, gaps: [], stop: false, pending: 0, sockets: [] };
    function open(index) {
      var ws = new WebSocket(urls[index % urls.length]), number = 0, since = 0;
      talk.sockets.push(ws);
      function next() {
        if (talk.stop) return;
        since = new Date().getTime();
        talk.pending += 1;
        ws.send(index + ':' + number);
      }
      ws.onopen = function () {
        talk.opened += 1;
        next();
      };
      ws.onmessage = function (event) {
        if (event.data !== index + ':' + number && talk.wrong === null) {
          talk.wrong = 'socket ' + index + ' message ' + number + ' was ' + event.data;
        }
        number += 1;
        talk.echoes += 1;
        talk.pending -= 1;
        talk.gaps.push(new Date().getTime() - since);
        setTimeout(next, pause);
      };
      ws.onclose = function (event) {
        talk.closed += 1;
        talk.close = 'socket ' + index + ' with ' + event.code + ' ' + event.reason;
      };
    }
    for (var i = 0; i < count; i += 1) open(i);
    return talk;
  }`;
