import { backendAdvice } from './backend-advice.ts';
import { parseBackend } from './backends.ts';

/** What to write for a route that is not `PATH=BACKEND`. Empty, or begins with a semicolon. */
export function routeAdvice(given: unknown): string {
  if (typeof given !== 'string') return '';
  const text = given.trim().replaceAll(/^["'\u2018\u2019\u201c\u201d]|["'\u2018\u2019\u201c\u201d]$/g, '');
  if (text === '') return '';
  const advice = backendAdvice(text);
  if (isBackend(text)) return `; a path comes first, write /ws=${text}`;
  if (/^[a-z]+:/i.test(text) && advice?.startsWith('write ')) {
    return `; a path comes first, ${advice.replace('write ', 'write /ws=')}`;
  }
  // As in nginx, Caddy, HAProxy and a shell's habits: `/ws ws://…`, `/ws -> ws://…`, `/ws:ws://…`.
  const [, path = '', backend = ''] = /^(\/[^\s=]*?)(?:\s*(?:->|=>|[\s,:|])\s*)(\w+:.*)$/.exec(text) ?? [];
  if (isBackend(backend)) return `; write ${path}=${backend}`;
  if (/^\/[^\s=]*$/.test(text)) return `; a backend is missing, write ${text}=ws://127.0.0.1:9001`;
  return '';
}

/** What to write for routes that are no list. */
export function routesAdvice(given: unknown): string {
  if (typeof given === 'string') return `, also for one: ["${given.slice(0, 60)}"]`;
  const [first] = Object.entries(typeof given === 'object' && given !== null ? given : {});
  if (first === undefined) return '';
  const [path, backend] = first;
  return path.startsWith('/') && isBackend(String(backend))
    ? `; write - { path: ${path}, backend: '${backend}' }`
    : '';
}

function isBackend(text: string): boolean {
  return parseBackend(text) !== undefined;
}

/** What to write for a path that none is. */
export function pathAdvice(given: unknown): string | undefined {
  const text = String(given).trim();
  if (/^["'\u2018\u2019\u201c\u201d]/.test(text)) {
    return 'the quotes are part of it: cmd.exe knows only "…", and word processors change them';
  }
  // The shell of Git for Windows turns a leading slash into the folder where it is installed.
  if (/^[a-z]:[\\/]/i.test(text)) return 'the shell changed the path, set MSYS_NO_PATHCONV=1 before';
  const url = /^(?:https?|wss?):\/\/[^/]+(\/.*)?$/i.exec(text);
  if (url !== null) return `the path alone, write ${url[1] ?? '/'}`;
  if (/[?#]/.test(text)) return 'a query is not part of it';
  const plain = text.replace(/\/?\*+$/, '') || '/';
  if (plain !== text && /^\/[^*]*$/.test(plain))
    return `a route has everything below its path, write ${plain}`;
  return /^[\w.-]+(?:\/[\w.-]+)*\/?$/.test(text) ? `write /${text}` : undefined;
}
