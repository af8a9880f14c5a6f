import { hostNameOf } from '../base/refused-request.ts';

/** Whether a path is a script of the shim. */
export function isScript(path: string): boolean {
  return /^\/shim\/(?:[\w.+-]+\/)?[\w.-]+\.js$/.test(path);
}

/**
 * What a page gets in place of the shim under a `Host` that is not accepted: a script that says so
 * in the console. Browsers run no script of another status than 2xx (WHATWG HTML, "fetch a classic
 * script"), and say of a refusal in plain text only that its type is wrong.
 */
export function refusedScript(host: string): string {
  const name = hostNameOf(host);
  // Only letters, digits, dots and hyphens: nothing that could end the string.
  const option = name === undefined ? '--host' : `--host ${name}`;
  const named = name === undefined ? 'The Host name of this script' : `The Host name ${name}`;
  const line = `fallback-gateway: no WebSocketShim here. ${named} is not accepted; start the gateway with ${option}, or in a program createGateway({ host: [...] }).`;
  return `typeof console!=="undefined"&&console.error&&console.error(${JSON.stringify(line)});\n`;
}
