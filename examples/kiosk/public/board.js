/* ECMAScript 3, for Internet Explorer 6 to 8: no JSON, no forEach, no trailing commas. */
(function () {
  var LINES = 8;
  var board = document.getElementById('board');
  var state = document.getElementById('state');

  function write(element, text) {
    while (element.firstChild) {
      element.removeChild(element.firstChild);
    }
    element.appendChild(document.createTextNode(text));
  }

  function addLine(cells) {
    var row = board.insertRow(-1);
    for (var i = 0; i < cells.length; i++) {
      write(row.insertCell(-1), cells[i]);
    }
    if (board.rows.length > LINES) {
      board.deleteRow(0);
    }
  }

  function connect() {
    var socket = new WebSocket('ws://' + window.location.host + '/departures');
    socket.onopen = function () {
      write(state, 'connected over ' + socket.transport);
    };
    socket.onmessage = function (event) {
      addLine(event.data.split(';'));
    };
    socket.onclose = function () {
      write(state, 'connecting again');
      window.setTimeout(connect, 2000);
    };
  }

  connect();
})();
