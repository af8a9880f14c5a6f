import { z } from 'zod';
import { defaultSockJsOptions as defaults } from '../transport/sockjs/options.ts';
import { duration, size, toggle, value, word } from './units.ts';

const settings = z.strictObject({
  enabled: toggle().prefault(true),
  binary: word(['close', 'base64']).prefault(defaults.binary),
  sessionTimeout: duration({ max: '10m' }).prefault(defaults.sessionTimeout),
  responseLimit: size({ min: '1KiB', max: '64MiB' }).prefault(defaults.responseLimit),
  websocket: toggle().prefault(defaults.websocket),
  cookie: toggle().prefault(defaults.cookie),
  library: library().optional(),
});

/** Names of the settings, for suggestions. */
export const sockjsKeys: readonly string[] = Object.keys(settings.shape).filter((key) => key !== 'enabled');

/** `true`, `false`, or settings. */
export function sockjs() {
  return z.preprocess(splitShortForm, settings) as z.ZodType<
    z.output<typeof settings>,
    z.input<typeof settings> | boolean
  >;
}

function splitShortForm(given: unknown, context: z.RefinementCtx): unknown {
  if (typeof given === 'boolean') return { enabled: given };
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  context.addIssue({ code: 'custom', message: 'must be true, false or a table of settings', input: given });
  return z.NEVER;
}

/** An address for the `src` of a page anywhere (SockJS 0.3.3, "IFrame page"). */
function library(): z.ZodType<string, string> {
  return value('must be a URL, or a path that begins with /', (given) =>
    typeof given === 'string' && /^(?:https?:\/)?\/[!-~]*$/.test(given) ? given : undefined,
  );
}
