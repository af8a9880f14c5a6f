import { connect } from 'node:net';
import type { Accepted, Backend } from '../../backend/backend.ts';
import { openUpstream } from '../../backend/upstream.ts';
import type { Clock } from '../../base/clock.ts';
import { RefusedError } from '../../base/errors.ts';
import { ChannelWrapper } from '../../channel/channel-wrapper.ts';
import { CloseCode, type CloseStatus } from '../../protocol/close.ts';
import { CLOSES } from '../../protocol/close-table.ts';
import type { RightsOptions } from '../rights.ts';
import { selectSubprotocol } from '../version.ts';
import { CLIENT_FACTS, encodeFacts, LARGEST_MESSAGE } from './client-facts.ts';

/** The process that has the brokers of all workers. */
export interface BrokerProcess {
  /** Its Unix socket, or named pipe on Windows. */
  readonly socketPath: string;
  /** Milliseconds until it must have accepted a client. */
  readonly connectTimeout: number;
}

/** Path of the operator's broker in that process. A broker of the demo has its route's. */
export const MAIN_BROKER = '/';

const LOST = {
  remedy: { advice: 'the broker process is started again by itself; the log says why it ended' },
};

/**
 * A route to a broker in another process of this machine, which is the same to clients as
 * `brokerBackend`. Each client has a WebSocket to the process, so that messages arrive there as
 * they were sent, and only the broker parses STOMP. The last argument holds the rights of the
 * route's clients.
 */
export function remoteBroker(
  { socketPath, connectTimeout }: BrokerProcess,
  broker: string,
  route: string,
  clock: Clock,
  { subscribe, send }: RightsOptions = {},
): Backend {
  const upstream = { clock, connectTimeout, maxMessage: LARGEST_MESSAGE, ping: 0 };
  const url = `ws://broker.invalid${broker}`;
  return {
    name: 'stomp:',
    connect: async (handshake, signal): Promise<Accepted> => {
      const { carrier, remoteAddress: address, protocols } = handshake;
      const client = {
        headers: { [CLIENT_FACTS]: encodeFacts({ carrier, address, route, subscribe, send }) },
        createConnection: (() => connect(socketPath)) as never,
        // Text was checked where it came in. Masks protect intermediaries (RFC 6455 §10.3), and
        // there are none: `ws` does not apply a mask of zeros.
        skipUTF8Validation: true,
        generateMask: (mask: Buffer) => void mask.fill(0),
      };
      try {
        // `selectSubprotocol` ignores what is no subprotocol of STOMP; `ws` would refuse some.
        const { channel } = await openUpstream(
          upstream,
          { ...handshake, protocols: [] },
          signal,
          url,
          client,
        );
        return { channel: new EndingAsLost(channel), protocol: selectSubprotocol(protocols) };
      } catch (error) {
        throw refusalOf(error as RefusedError);
      }
    },
  };
}

function refusalOf({ status, message, cause }: RefusedError): RefusedError {
  if (status === 503) return new RefusedError('too many connections', 503);
  return new RefusedError(`the broker process does not accept: ${message}`, undefined, { cause, ...LOST });
}

/** A broker that ends without a Close has gone: its clients get what a lost broker gives. */
class EndingAsLost extends ChannelWrapper {
  override closed(status: CloseStatus): void {
    super.closed(status.code === CloseCode.abnormal ? CLOSES.brokerGone : status);
  }
}
