interface Descriptor {
  value?: unknown;
  get?: () => unknown;
  set?: ((value: unknown) => void) | undefined;
  enumerable?: boolean;
  configurable?: boolean;
  writable?: boolean;
}

/**
 * `Object.defineProperty`. Engines before the 5th edition lack it; in IE 8 it only accepts DOM
 * objects.
 */
export const define = (
  Object as unknown as {
    defineProperty?: (target: object, name: PropertyKey, descriptor: Descriptor) => object;
  }
).defineProperty as (target: object, name: PropertyKey, descriptor: Descriptor) => object;

/** Whether a plain object can have accessors. */
export function hasAccessors(): boolean {
  try {
    return (define({}, 'a', { get: () => 1 }) as { a: number }).a === 1;
  } catch {
    return false;
  }
}

/**
 * Sets a property, also over an inherited read-only one. It is not enumerable if the engine allows
 * that. A `constant` of Web IDL is enumerable instead, and cannot be changed.
 */
export function put(target: object, name: PropertyKey, value: unknown, constant = false): void {
  try {
    define(target, name, { value, enumerable: constant, configurable: !constant, writable: !constant });
  } catch {
    (target as Record<PropertyKey, unknown>)[name] = value;
  }
}

/** Sets a property that the page cannot assign, as the name of a function is. */
export function putFixed(target: object, name: PropertyKey, value: unknown): void {
  define(target, name, { value, configurable: true });
}
