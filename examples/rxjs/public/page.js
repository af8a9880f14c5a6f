function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

const { webSocket } = window.rxjs.webSocket;
const socket = webSocket(`ws://${location.host}/echo`);

for (const room of ['one', 'two']) {
  socket
    .multiplex(
      () => ({ room, text: 'joined' }),
      () => ({ room, text: 'left' }),
      (message) => message.room === room,
    )
    .subscribe(({ text }) => show(`${room}: ${text}`));
}

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  for (const room of ['one', 'two']) socket.next({ room, text: text.value });
  text.value = '';
};
