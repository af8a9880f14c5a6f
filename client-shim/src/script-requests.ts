import { page } from './browser/page.ts';
import { createScriptRequests } from './transport/script-requests.ts';

// Requests by script tags and forms. It is a separate script, because few engines use it
// (transport/script-requester.ts).
if (!page.FallbackGatewayScripts) page.FallbackGatewayScripts = createScriptRequests(page);
