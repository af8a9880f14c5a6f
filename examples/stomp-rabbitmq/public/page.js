function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

const client = window.Stomp.client(`ws://${location.host}/stomp`);
client.debug = null;
client.connect(
  'guest',
  'guest',
  () => {
    show('connected');
    client.subscribe('/topic/chat', ({ body }) => show(body));
  },
  (error) => show(`error: ${error}`),
);

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  client.send('/topic/chat', {}, text.value);
  text.value = '';
};
