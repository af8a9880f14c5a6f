// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * STOMP client libraries behind one face, so that one scenario drives them all. One global,
 * `stompClients`, by library:
 *
 *   open(options) -> client
 *     options: { url, headers, beat, binary, connected(headers), message(subscription id, message),
 * receipt(id), failed(headers of ERROR),
 *                lost(), debug(line) }; `beat` is the heart-beat in ms, both ways
 *   client: subscribe(destination, id, headers), send(destination, headers, body),
 * sendBytes(destination, headers, bytes),
 *           begin(id), commit(id), abort(id), disconnect()
 *   message: { headers, body(), bytes(), ack(), nack() }
 *
 * A library is taken as its users take it; nothing of it is replaced but what the shim repairs by
 * itself.
 */
var stompClients = (function (global) {
  function values(bytes) {
    var list = [];
    for (var i = 0; i < bytes.length; i += 1) list.push(bytes[i]);
    return list;
  }

  /* What all libraries do in the same way; `own` is what each does in its own. */
  function face(client, options, own) {
    own.subscribe = function (destination, id, headers) {
      headers.id = id;
      client.subscribe(destination, function (frame) {
        options.message(id, {
          headers: frame.headers,
          body: function () { return frame.body; },
          bytes: function () { return values(frame.binaryBody); },
          ack: function () { frame.ack(); },
          nack: function () { frame.nack(); }
        });
      }, headers);
    };
    own.begin = function (id) { client.begin(id); };
    own.commit = function (id) { client.commit(id); };
    own.abort = function (id) { client.abort(id); };
    return own;
  }

  /*
   * Libraries of the first generation differ in how a client is made, and in the order of the
   * arguments of send.
   */
  function connect(client, options, send) {
    client.debug = options.debug;
    client.onreceipt = function (frame) { options.receipt(frame.headers['receipt-id']); };
    client.connect(options.headers, function (frame) {
      options.connected(frame.headers);
    }, function (error) {
      if (error && error.command === 'ERROR') options.failed(error.headers);
      else options.lost();
    });
    return face(client, options, {
      send: send,
      disconnect: function () { client.disconnect(function () {}); }
    });
  }

  /* stompjs 2.3.x: Stomp.client */
  function classic(Stomp) {
    return {
      open: function (options) {
        var client = Stomp.client(options.url);
        client.heartbeat.outgoing = client.heartbeat.incoming = options.beat;
        return connect(client, options, function (destination, headers, body) { client.send(destination, headers, body); });
      }
    };
  }

  /*
   * webstomp-client, which is bundled with its page as a rule: the page installs it with the shim.
   * `binary` sends every frame as bytes.
   */
  function webstomp(library) {
    global.WebSocketShim.installStompFix(library);
    return {
      open: function (options) {
        var beat = { outgoing: options.beat, incoming: options.beat };
        var client = library.client(options.url, { heartbeat: beat, binary: options.binary, debug: true });
        return connect(client, options, function (destination, headers, body) { client.send(destination, body, headers); });
      }
    };
  }

  /* @stomp/stompjs from 5 on: StompJs.Client */
  function modern(StompJs) {
    return {
      open: function (options) {
        var client = new StompJs.Client({
          brokerURL: options.url,
          connectHeaders: options.headers,
          heartbeatIncoming: options.beat,
          heartbeatOutgoing: options.beat,
          reconnectDelay: 0,
          debug: options.debug,
          onConnect: function (frame) { options.connected(frame.headers); },
          onStompError: function (frame) { options.failed(frame.headers); },
          onWebSocketClose: function () { options.lost(); },
          onUnhandledReceipt: function (frame) { options.receipt(frame.headers['receipt-id']); }
        });
        client.activate();
        return face(client, options, {
          send: function (destination, headers, body) {
            client.publish({ destination: destination, headers: headers, body: body });
          },
          sendBytes: function (destination, headers, bytes) {
            client.publish({ destination: destination, headers: headers, binaryBody: new global.Uint8Array(bytes) });
          },
          disconnect: function () { client.deactivate(); }
        });
      }
    };
  }

  return { classic: classic, webstomp: webstomp, modern: modern };
})(this);
