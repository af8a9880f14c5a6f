function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

const socket = new window.ReconnectingWebSocket(`ws://${location.host}/echo`, [], {
  minReconnectionDelay: 100,
});
socket.onopen = () => show('connected');
socket.onmessage = ({ data }) => show(data);
socket.onclose = ({ code, reason }) => show(`closed: ${code} ${reason}`);

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  socket.send(text.value);
  text.value = '';
};
