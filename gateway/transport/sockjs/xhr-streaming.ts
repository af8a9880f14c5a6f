import { sockjs } from '../../dialect/sockjs.ts';
import { streamForm } from './stream.ts';

/**
 * 2 KiB before the first frame make engines show what comes after (SockJS 0.3.3, "XhrStreaming").
 */
const ENCODING = {
  prelude: `${'h'.repeat(2048)}\n`,
  encoder: sockjs((frame) => `${frame}\n`),
};

/** A response read while it grows: a frame is a line. */
export const xhrStreaming = streamForm({
  action: 'xhr_streaming',
  method: 'POST',
  isCallback: false,
  preflight: 'OPTIONS, POST',
  contentType: 'application/javascript',
  encodingFor: () => ENCODING,
});
