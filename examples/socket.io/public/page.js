function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

function connect() {
  const socket = window.io({ transports: ['websocket'] });
  socket.on('connect', () => show('connected'));
  socket.on('chat', show);

  document.getElementById('form').onsubmit = (event) => {
    event.preventDefault();
    const text = document.getElementById('text');
    socket.emit('chat', text.value);
    text.value = '';
  };
}

const version = new URLSearchParams(location.search).get('client') ?? '4';
const script = document.createElement('script');
script.src = `/client/${version}/socket.io.js`;
script.onload = connect;
document.head.append(script);
