function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

const socket = new WebSocket(`ws://${location.host}/chat`);
socket.onopen = () => show(`connected over ${socket.transport ?? 'a WebSocket'}`);
socket.onmessage = ({ data }) => show(data);
socket.onclose = ({ code, reason }) => show(`closed: ${code} ${reason}`);

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  socket.send(text.value);
  text.value = '';
};
