/**
 * Whether Node's debugger may stop this process. At a breakpoint it answers nothing, and must not
 * be killed for that.
 */
export function isDebugged(): boolean {
  return process.features.inspector && process.getBuiltinModule('node:inspector').url() !== undefined;
}
