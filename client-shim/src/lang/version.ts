/** Of the package: the shim says it, and asks for a bridge of the same. */
export const VERSION = '0.1.0';
