import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';
import type { Room } from './rooms.ts';

const program = fileURLToPath(
  new URL('../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url),
);

export interface Graph {
  /** All files of the two houses. */
  readonly files: readonly string[];
  readonly imports: number;
  /** `rule: from -> to` for each import that is not allowed. */
  readonly violations: readonly string[];
}

/**
 * Reads the imports of all files below `root`, those of types as well, and holds them against the
 * rooms. The parser is SWC: TypeScript 7 has no API that dependency-cruiser can use. It is a
 * program here, as SWC's visitor does not load under tsx.
 */
export async function readGraph(root: string, rooms: readonly Room[]): Promise<Graph> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-graph-'));
  try {
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify(configFor(rooms)));
    const args = [program, 'gateway', 'client-shim/src', '--config', config, '--output-type', 'json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 });
    const { modules, summary } = JSON.parse(stdout) as ICruiseResult;
    return {
      files: modules.map(({ source }) => source).filter((file) => /^(gateway|client-shim\/src)\//.test(file)),
      imports: summary.totalDependenciesCruised ?? 0,
      violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function configFor(rooms: readonly Room[]): object {
  return {
    forbidden: [cycle, ...rooms.map(ruleOf)],
    options: {
      parser: 'swc',
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      enhancedResolveOptions: { extensions: ['.ts', '.js'] },
    },
  };
}

const cycle: IForbiddenRuleType = {
  name: 'no cycle',
  severity: 'error',
  from: {},
  to: { circular: true },
};

/** The old browser and its language, as types that every room of the shim sees. */
const BROWSER_TYPES = '^client-shim/[a-z0-9]+[.]d[.]ts$';

/** A room may import itself and what its row names, of the house and of its neighbour. */
function ruleOf({ path, imports }: Room): IForbiddenRuleType {
  return {
    name: path,
    severity: 'error',
    from: { path: pattern(path) },
    to: { path: '^(gateway|client-shim)/', pathNot: [BROWSER_TYPES, ...[path, ...imports].map(pattern)] },
  };
}

function pattern(path: string): string {
  return `^${path.replace(/[.\\+*?()[\]{}|^$]/g, '\\$&')}(/|$)`;
}
