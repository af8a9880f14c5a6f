import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { XMLHttpRequestInstrumentation } from '@opentelemetry/instrumentation-xml-http-request';
import { WebTracerProvider } from '@opentelemetry/sdk-trace-web';
import { conversation } from './conversation.js';

/** Requests of every origin carry its `traceparent`. */
export default async function openTelemetry(base) {
  new WebTracerProvider().register();
  const options = { propagateTraceHeaderCorsUrls: [/.*/] };
  registerInstrumentations({
    instrumentations: [new XMLHttpRequestInstrumentation(options), new FetchInstrumentation(options)],
  });
  await conversation(new WebSocket(`${base}/echo`));
}
