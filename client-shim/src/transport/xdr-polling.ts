import { responseKind } from './response.ts';
import { hasXdr, xdrRequester } from './xdr-requester.ts';

/** Long polls to other origins, for IE 8 and 9. */
export const xdrPolling = responseKind('xdr-polling', false, xdrRequester, hasXdr);
