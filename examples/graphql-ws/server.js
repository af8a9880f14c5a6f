import { EventEmitter, on } from 'node:events';
import express from 'express';
import { WebSocketServer } from 'fallback-gateway/ws'; // before: from 'ws'
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';

const port = Number(process.env.PORT ?? 8080);
const chat = new EventEmitter();

const schema = buildSchema(`
  type Query { version: Int }
  type Mutation { say(text: String!): Boolean }
  type Subscription { heard: String }
`);
const roots = {
  query: { version: 1 },
  mutation: { say: ({ text }) => chat.emit('said', text) },
  subscription: {
    async *heard() {
      for await (const [text] of on(chat, 'said')) yield { heard: text };
    },
  },
};

const app = express();
app.use(express.static('public'));
app.use('/library', express.static('node_modules/graphql-ws/umd'));
const server = app.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`));
useServer({ schema, roots }, new WebSocketServer({ server, path: '/graphql' }));
