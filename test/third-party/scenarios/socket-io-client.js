import io from 'socket.io-client';
import { socketIo } from './socket-io.js';

export default (base) => socketIo(io, base, '/socket.io');
