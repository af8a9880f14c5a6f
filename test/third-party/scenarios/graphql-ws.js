import { createClient } from 'graphql-ws';
import { same } from './conversation.js';

/** A query, a subscription, and a connection that the server refuses by a close code of its own. */
export default async function graphQlWs(base) {
  const client = createClient({
    url: `${base}/graphql`,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
  });
  same(await all(client, '{ greeting }'), [{ greeting: 'hello' }], 'query');
  const numbers = await all(client, 'subscription { numbers(to: 3) }');
  same(
    numbers.map(({ numbers: one }) => one),
    [1, 2, 3],
    'subscription',
  );
  await client.dispose();

  const refused = await new Promise((resolve) => {
    createClient({
      url: `${base}/graphql`,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: resolve,
      connectionParams: { refuse: true },
    });
  });
  same([refused.code, refused.reason], [4403, 'Forbidden'], 'refusal');
}

async function all(client, query) {
  const values = [];
  for await (const { data } of client.iterate({ query })) values.push(data);
  return values;
}
