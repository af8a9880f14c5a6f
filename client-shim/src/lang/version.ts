/** The version of the package. The shim exposes it, and requests a bridge of the same version. */
export const VERSION = '0.2.0';
