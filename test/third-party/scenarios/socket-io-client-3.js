import io from 'socket.io-client-3';
import { socketIo } from './socket-io.js';

export default (base) => socketIo(io, base, '/socket.io-3');
