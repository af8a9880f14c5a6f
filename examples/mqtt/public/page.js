function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

const client = window.mqtt.connect(`ws://${location.host}/mqtt`, { protocolVersion: 5 });
client.on('connect', async () => {
  await client.subscribeAsync('chat', { qos: 1 });
  show('connected');
});
client.on('message', (_topic, message) => show(new TextDecoder().decode(message)));

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  client.publish('chat', text.value, { qos: 1 });
  text.value = '';
};
