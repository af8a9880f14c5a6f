import assert from 'node:assert/strict';
import { type Services, startServices } from '../../support/clients/sockjs.ts';
import { UNSAFE_FOR_CLIENTS, UNSAFE_FOR_SERVERS } from './unsafe.ts';

describe('SockJS 0.3.3: JSON Unicode encoding', () => {
  let services: Services;

  before(async () => {
    services = await startServices();
  });

  after(() => services.stop());

  const escaped = (characters: string): string =>
    [...characters].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

  const echoed = async (payload: string): Promise<string> => {
    const session = services.echo.session();
    await services.echo.post(`${session}/xhr`);
    const sent = await services.echo.post(`${session}/xhr_send`, payload);
    assert.equal(sent.status, 204, sent.body);
    const { body } = await services.echo.post(`${session}/xhr`);
    return body.trim().slice(2, -1);
  };

  it('escapes what engines would lose or change', async () => {
    // Control characters are not sent as they are: JSON does not have them.
    const characters = UNSAFE_FOR_SERVERS.filter((code) => code > 255)
      .map((code) => String.fromCharCode(code))
      .join('');
    assert.equal(await echoed(`["${characters}"]`), `"${escaped(characters)}"`);
  });

  it('undoes the escapes of clients', async () => {
    const characters = UNSAFE_FOR_CLIENTS.map((code) => String.fromCharCode(code)).join('');
    assert.equal(JSON.parse(await echoed(`["${escaped(characters)}"]`)), characters);
  });

  it('escapes surrogates; one that is alone, which no WebSocket could carry, becomes U+FFFD', async () => {
    assert.equal(await echoed('["😀"]'), String.raw`"\ud83d\ude00"`);
    assert.equal(await echoed(String.raw`["\ud83d"]`), String.raw`"\ufffd"`);
  });
});
