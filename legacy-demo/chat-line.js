/*
 * The chat's connection: a STOMP client that reconnects when the connection is lost, and stays in
 * its room. A message has four lines: kind, id of the sender, name of the sender, text. stompjs
 * escapes nothing in headers, so headers contain nothing that people write. ECMAScript 3, like the
 * whole demo.
 */
var ChatLine = {};

ChatLine.firstPause = 1000;
ChatLine.longestPause = 30000;

/**
 * `events` has `connected()`, `lost(why, ms)` with the delay until the next attempt, `message(kind,
 * id, name, text)`, and `mine()`, which returns the sender's `{ id, name }`.
 */
ChatLine.create = function (address, events) {
  var client = null;
  var room = '';
  var subscription = null;
  var timer = null;
  var pause = ChatLine.firstPause;

  function topic() {
    return '/topic/chat.' + room;
  }

  function queue(id) {
    return '/queue/chat.' + id;
  }

  function receive(frame) {
    var lines = frame.body.split('\n');
    // Ignore other messages on the topic.
    if (lines.length > 3 && /^u\w*$/.test(lines[1])) {
      events.message(lines[0], lines[1], lines[2], lines.slice(3).join('\n'));
    }
  }

  function send(destination, kind, text) {
    var me = events.mine();
    if (client && client.connected) {
      client.send(destination, {}, [kind, me.id, me.name, text].join('\n'));
    }
  }

  function subscribe() {
    subscription = client.subscribe(topic(), receive);
    send(topic(), 'enter', '');
  }

  function connect() {
    var attempt = Stomp.client(address);
    client = attempt;
    timer = null;
    attempt.debug = null;
    attempt.connect(
      {},
      function () {
        if (client === attempt) {
          pause = ChatLine.firstPause;
          client.subscribe(queue(events.mine().id), receive);
          subscribe();
          events.connected();
        }
      },
      function (error) {
        // stompjs calls this for an ERROR frame, and again when the connection closes after it.
        if (client === attempt) {
          client = null;
          // RabbitMQ leaves a connection open after an ERROR, so it is closed before the next one
          // opens.
          attempt.ws.close();
          lost(error.headers ? error.headers.message || error.body : 'the connection was lost');
        }
      }
    );
  }

  function lost(why) {
    // Add some randomness, so that pages do not all reconnect at the same moment.
    var wait = Math.round(pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, ChatLine.longestPause);
    timer = setTimeout(connect, wait);
    events.lost(why, wait);
  }

  return {
    /** Enters a room, leaving the current one. Connects if necessary. */
    enter: function (name) {
      if (client && client.connected) {
        if (subscription) {
          send(topic(), 'leave', '');
          subscription.unsubscribe();
        }
        room = name;
        subscribe();
        return;
      }
      room = name;
      if (!client) {
        clearTimeout(timer);
        connect();
      }
    },
    /** Leaves the room and closes the connection. */
    leave: function () {
      var last = client;
      send(topic(), 'leave', '');
      client = null;
      subscription = null;
      clearTimeout(timer);
      if (last && last.connected) {
        last.disconnect();
      } else if (last) {
        last.ws.onclose = null;
        last.ws.close();
      }
    },
    say: function (text) {
      send(topic(), 'say', text);
    },
    whisper: function (id, text) {
      send(queue(id), 'whisper', text);
    },
    /** Announces to the room that this page is still there. */
    tell: function () {
      send(topic(), 'here', '');
    },
    isConnected: function () {
      return !!client && client.connected;
    },
    transport: function () {
      return client ? Demo.transportOf(client.ws) : '';
    }
  };
};
