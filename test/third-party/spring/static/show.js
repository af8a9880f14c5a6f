/* global SockJS, Stomp, StompJs */

/** Shows a greeting that is an answer to this page's own. */
function show(how, { body }) {
  const { content } = JSON.parse(body);
  if (!content.includes(how)) return;
  document.getElementById('messages').appendChild(document.createElement('li')).textContent = content;
}

const hello = (how) => JSON.stringify({ name: `Grüße ${how}` });

/** As the guide had it first. */
window.greetOverSockJs = () => {
  const how = 'over SockJS';
  const socket = new SockJS('/gs-guide-websocket');
  if (window.Stomp) {
    const client = Stomp.over(socket);
    client.connect({}, () => {
      client.subscribe('/topic/greetings', (message) => show(how, message));
      client.send('/app/hello', {}, hello(how));
    });
  } else {
    greetWith({ webSocketFactory: () => socket }, how);
  }
};

/** As the guide has it now. */
window.greetPlainly = () => greetWith({ brokerURL: `ws://${location.host}/plain` }, 'plainly');

function greetWith(options, how) {
  const client = new StompJs.Client(options);
  client.onConnect = () => {
    client.subscribe('/topic/greetings', (message) => show(how, message));
    client.publish({ destination: '/app/hello', body: hello(how) });
  };
  client.activate();
}
