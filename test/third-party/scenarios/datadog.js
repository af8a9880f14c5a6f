import { datadogRum } from '@datadog/browser-rum';
import { conversation } from './conversation.js';

/** Watches requests, and adds its trace headers to them. */
export default async function datadog(base) {
  datadogRum.init({
    applicationId: '00000000-0000-4000-8000-000000000000',
    clientToken: 'pub0',
    service: 'page',
    proxy: `${location.origin}/_test/nowhere`,
    sessionSampleRate: 100,
    traceSampleRate: 100,
    trackResources: true,
    trackUserInteractions: true,
    allowedTracingUrls: [{ match: /.*/, propagatorTypes: ['datadog', 'tracecontext'] }],
  });
  await conversation(new WebSocket(`${base}/echo`));
}
