import { WebSocketShim } from 'fallback-gateway/client-shim';

function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

// `install()` instead puts the shim in the place of `window.WebSocket`, for libraries of the page.
const socket = new WebSocketShim(`ws://${location.host}/echo`);
socket.onopen = () => show(`connected over ${socket.transport}`);
socket.onmessage = ({ data }) => show(data);

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  socket.send(text.value);
  text.value = '';
};
