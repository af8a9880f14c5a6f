import { BrowserAgent } from '@newrelic/browser-agent/loaders/browser-agent';
import { check, conversation } from './conversation.js';

/** Wraps XMLHttpRequest, fetch, EventTarget, timers, and WebSocket by a subclass. */
export default async function newRelic(base) {
  const before = WebSocket;
  const collector = `${location.host}/_test/nowhere`;
  new BrowserAgent({
    init: {
      distributed_tracing: { enabled: true },
      ajax: { deny_list: [] },
      privacy: { cookies_enabled: false },
      feature_flags: ['websockets'],
      ssl: false,
    },
    info: { beacon: collector, errorBeacon: collector, licenseKey: '0', applicationID: '1', sa: 1 },
    loader_config: { accountID: '1', trustKey: '1', agentID: '1', licenseKey: '0', applicationID: '1' },
  });
  check(WebSocket !== before, 'the agent left the constructor as it was');
  const socket = new WebSocket(`${base}/echo`);
  check(socket instanceof before, 'no instance of the constructor that was wrapped');
  await conversation(socket);
}
