function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

const client = new window.StompJs.Client({ brokerURL: `ws://${location.host}/stomp` });
client.onConnect = () => {
  show('connected');
  client.subscribe('/topic/chat', ({ body }) => show(body));
};
client.activate();

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  client.publish({ destination: '/topic/chat', body: text.value });
  text.value = '';
};
