import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The request of Flash players. */
export const POLICY_REQUEST = '<policy-file-request/>\0';

/** Asks for a policy so many times, fifty at once, and expects each answer whole. */
export async function askForPolicies(port: number, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) assert.ok((await askOnce(port)).endsWith('\0'));
  };
  await Promise.all(Array.from({ length: 50 }, worker));
}

function askOnce(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write(POLICY_REQUEST);
  });
}

/** Bytes that this process still needs when everything else was collected. */
export function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
