import { spawn } from 'node:child_process';

/**
 * Runs a program in Node, and resolves with how it ended and what it printed. `onProgress` is
 * called with the seconds that have passed, each time that `every` milliseconds are over.
 */
export function runProgram(args, { cwd, every, onProgress }) {
  return new Promise((resolve) => {
    const began = performance.now();
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setInterval(() => onProgress(Math.round((performance.now() - began) / 1000)), every);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const end = (ended) => {
      clearInterval(timer);
      resolve({ status: null, stdout, stderr, ...ended });
    };
    child.once('error', (error) => end({ error }));
    child.once('close', (status) => end({ status }));
  });
}
