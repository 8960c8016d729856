/** `npm run bench`: what the service takes and how fast it is, held against its limits. `-- waits` runs one part. */
import { plainEnv } from '../../src/local/processes/child-env';
import { machine } from './machine';
import { crash } from './parts/crash';
import { isolation } from './parts/isolation';
import { lag } from './parts/lag';
import { start } from './parts/start';
import { throughput } from './parts/throughput';
import { waits } from './parts/waits';
import type { Part, Result } from './result';
import { table } from './table';

const PARTS: Readonly<Record<string, Part>> = { start, waits, lag, throughput, crash, isolation };
const LIMIT_MS = 10 * 60_000;

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !Object.keys(PARTS).includes(name));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}. The parts: ${Object.keys(PARTS).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  // `exit` runs the clean-up, which a signal alone would skip.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));

  console.log(`Before: ${machine()}\n`);
  const results: Result[] = [];
  const limit = setTimeout(() => {
    console.log(table(results));
    console.error(`Stopped: the benchmark took longer than ${LIMIT_MS / 60_000} minutes.`);
    process.exit(1);
  }, LIMIT_MS);
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const begin = Date.now();
    results.push(...(await part(plainEnv(process.env)).catch((error: unknown) => [failed(name, error)])));
    console.error(`${name}: ${Math.round((Date.now() - begin) / 1_000)} s`);
  }
  clearTimeout(limit);
  console.log(`${table(results)}\n\nAfter: ${machine()}`);
  process.exitCode = results.some(({ missed }) => missed) ? 1 : 0;
}

function failed(name: string, error: unknown): Result {
  console.error(error);
  return { what: name, target: 'a result', result: 'none', missed: true };
}

void main(process.argv.slice(2));
