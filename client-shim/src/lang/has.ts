const { hasOwnProperty: isOwn } = Object.prototype;

/**
 * Whether it is the object's own property. Pages and libraries add members to `Object.prototype`,
 * which `for … in` shows, too.
 */
export function has(object: object, name: string): boolean {
  return isOwn.call(object, name);
}
