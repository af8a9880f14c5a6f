import { sockjs } from '../../dialect/sockjs.ts';
import { pollForm } from './poll.ts';

const LINES = sockjs((frame) => `${frame}\n`);

/** Long polling: a line with one frame (SockJS 0.3.3, "XhrPolling"). */
export const xhr = pollForm({
  action: 'xhr',
  method: 'POST',
  isCallback: false,
  preflight: 'OPTIONS, POST',
  encoderFor: () => LINES,
});
