// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * STOMP client libraries behind one interface, so that one scenario drives them all. The global
 * `stompClients` has a property for each library:
 *
 *   open(options) -> client
 *     options: url, headers, binary,
 *              beat       heart-beat in ms, both ways
 *              connected(headers), message(subscription id, message), receipt(id),
 *              failed(headers of ERROR), lost(), debug(line)
 *   client: subscribe(destination, id, headers), send(destination, headers, body),
 *           sendBytes(destination, headers, bytes), begin(id), commit(id), abort(id), disconnect()
 *   message: headers, body(), bytes(), ack(), nack()
 *
 * The libraries are used as their users get them. Only the shim's own repairs are applied.
 */
var stompClients = (function (global) {
  function values(bytes) {
    var list = [];
    for (var i = 0; i < bytes.length; i += 1) list.push(bytes[i]);
    return list;
  }

  /* Adds what all libraries do in the same way to `own`, which a library does in its own. */
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
   * Libraries of the first generation. They differ in how a client is made, and in the order of the
   * arguments of `send`.
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
   * webstomp-client is usually bundled with its page, so the page installs the fix for it. `binary`
   * sends every frame as bytes.
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
