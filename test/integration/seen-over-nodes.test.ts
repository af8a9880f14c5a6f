import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { FrameReader, KIND } from '../../gateway/cluster/frame.ts';
import { TOPIC } from '../../gateway/cluster/questions.ts';
import { startCluster, type TestCluster } from '../support/cluster/gateways.ts';
import { MemoryNetwork } from '../support/cluster/memory-network.ts';
import { ClusterClients, nodeOf, tokenOf } from '../support/cluster/sessions.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

const BROWSER = 'Mozilla/5.0 (one)';

/** The steps of a client whose WebSocket nobody answered, and of one whose was refused. */
const NO_ANSWER = 'w4.nyynnnynn';
const REFUSED = 'w5.nyynnnynn';

/** Milliseconds that another node has for its answer. */
const BOUND = 250;

/** The event loop gets to what is due in this process. */
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** A network in which a node may hang: it does not read what others ask. */
class HangingNetwork extends MemoryNetwork {
  hanging: string | undefined;
  /** Questions about handshakes that were not read. */
  unread = 0;

  override link(name: string): ReturnType<MemoryNetwork['link']> {
    const link = super.link(name);
    const { report } = link;
    link.report = (tell) =>
      report.call(link, (listener) =>
        tell({
          nodeUp: (node) => listener.nodeUp(node),
          nodeLost: (node) => listener.nodeLost(node),
          nodeGone: (node) => listener.nodeGone(node),
          drained: (node) => listener.drained(node),
          connectionChanged: (isConnected) => listener.connectionChanged(isConnected),
          received: (from, bytes) => {
            const { kind, value } = new FrameReader(bytes);
            const isQuestion = kind === KIND.ask && value === TOPIC.seen;
            if (isQuestion && name === this.hanging) this.unread += 1;
            else listener.received(from, bytes);
          },
        }),
      );
    return link;
  }
}

describe('what became of a handshake, of which another node knows', () => {
  let clock: TestClock;
  let network: HangingNetwork;
  let cluster: TestCluster;
  let clients: ClusterClients;
  let sockets: WebSocket[];
  /** A session on node b: those of the same page go there, too. */
  let beside: string;

  beforeEach(async () => {
    sockets = [];
    clock = new TestClock();
    network = new HangingNetwork();
    cluster = await startCluster({
      count: 3,
      routes: ['/echo=echo:', '/other=echo:'],
      network,
      parts: { clock },
    });
    clients = new ClusterClients(cluster);
    clock.advance(60_000);
    beside = await clients.sessionOn('b');
  });
  afterEach(async () => {
    clients.close();
    for (const socket of sockets) socket.terminate();
    const ticking = setInterval(() => clock.advance(100), 1);
    await cluster.close();
    clearInterval(ticking);
  });

  /** A handshake that arrives at a node as a plain request. */
  async function stripped(node: string, userAgent = BROWSER, path = '/echo'): Promise<void> {
    const headers = { 'user-agent': userAgent, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    const { status } = await clients.at(node).ask(path, { method: 'GET', headers });
    assert.equal(status, 426);
  }

  function connect(node: string, headers: Readonly<Record<string, string>> = {}): WebSocket {
    const { port } = clients.node(node);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, {
      headers: { 'user-agent': BROWSER, ...headers },
    });
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  async function refused(node: string): Promise<void> {
    await once(connect(node, { origin: 'http://elsewhere.test' }), 'unexpected-response');
  }

  /** Opens a session on node b, and resolves with the word that the client gets. */
  async function wordAtB(steps = NO_ANSWER): Promise<string | null> {
    const fields = { steps, beside };
    const answer = await clients.create('b', fields, '/echo', { 'user-agent': BROWSER });
    assert.equal(nodeOf(tokenOf(answer)), 'b');
    return new URLSearchParams(answer.body).get('downgraded');
  }

  it('is said where nothing arrived: nobody answered', async () => {
    assert.equal(await wordAtB(), 'upgrade-unanswered');
    assert.equal(await wordAtB(REFUSED), 'upgrade-refused');
  });

  it('is found when it arrived without its Upgrade', async () => {
    await stripped('a');
    assert.equal(await wordAtB(), 'upgrade-stripped');
    assert.equal(await wordAtB(REFUSED), 'upgrade-stripped');
  });

  it('is found when that node refused it', async () => {
    await refused('c');
    assert.equal(await wordAtB(REFUSED), 'handshake-refused');
  });

  it('is found when that node accepted it a moment ago, or it is over', async () => {
    const { gateway } = clients.node('a');
    const before = gateway.connections;
    const socket = connect('a');
    await once(socket, 'open');
    assert.equal(await wordAtB(), 'upgrade-answer-lost');
    socket.close();
    await once(socket, 'close');
    await until('its end', () => gateway.connections === before);
    await turns();
    clock.advance(3_000);
    assert.equal(await wordAtB(), 'upgrade-answer-lost');
  });

  it('is not one that lives: that is of another page', async () => {
    await once(connect('a'), 'open');
    clock.advance(3_000);
    assert.equal(await wordAtB(), 'upgrade-unanswered');
  });

  it('is not one of another browser, of another route, or of long ago', async () => {
    await stripped('a', 'Mozilla/5.0 (other)');
    await stripped('a', BROWSER, '/other');
    assert.equal(await wordAtB(), 'upgrade-unanswered');
    await stripped('a');
    clock.advance(15_001);
    assert.equal(await wordAtB(), 'upgrade-unanswered');
  });

  it('is the answer that says most, of several nodes', async () => {
    await refused('a');
    await stripped('c');
    assert.equal(await wordAtB(REFUSED), 'upgrade-stripped');
  });

  it('does not wait for a node that hangs longer than the bound, and takes what the others said', async () => {
    await stripped('a');
    network.hanging = 'c';
    let word: string | null | undefined;
    const answered = wordAtB().then((found) => {
      word = found;
    });
    await until('the question', () => network.unread === 1);
    clock.advance(BOUND - 1);
    await turns();
    assert.equal(word, undefined, 'node c may still answer');
    clock.advance(1);
    await answered;
    assert.equal(word, 'upgrade-stripped');
  });

  it('is unknown within the bound where the only node that knows it hangs', async () => {
    await stripped('c');
    network.hanging = 'c';
    const answered = wordAtB();
    await until('the question', () => network.unread === 1);
    clock.advance(BOUND);
    assert.equal(await answered, 'upgrade-unanswered');
  });

  it('does not wait for a node that is lost meanwhile', async () => {
    await stripped('a');
    network.hanging = 'c';
    const answered = wordAtB();
    await until('the question', () => network.unread === 1);
    network.cut('b', 'c');
    assert.equal(await answered, 'upgrade-stripped');
  });
});
