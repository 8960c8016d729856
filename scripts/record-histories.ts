/**
 * Records histories for test/replay: runs each scenario on a real Temporal server and writes what happened.
 * `npm run record:histories`. A file that exists is never overwritten: delete it by hand where it was not released.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { version } from '../package.json';
import globalSetup from '../test/support/global-setup';
import { Service } from '../test/support/service';

const FOLDER = path.join(__dirname, '../test/replay/histories');

interface Recorded {
  readonly scenario?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Phase in which the reel is cancelled. */
  readonly cancelAt?: string;
}

/** Scenario of the simulator, or what is done to a reel while it is made. */
const SCENARIOS: Readonly<Record<string, Recorded>> = {
  success: {},
  'internal-twice': { scenario: 'internal-twice' },
  'internal-always': { scenario: 'internal-always' },
  'refused-402': { scenario: 'http-402' },
  'rate-limited-once': { scenario: '429-once' },
  'answer-lost': { scenario: 'lost-504' },
  'safety-input': { scenario: 'safety-input' },
  'task-forgotten': { scenario: 'polls-404-forever' },
  'bad-output-with-fallback': { scenario: 'bad-output', fields: { fallbacks: ['wait'], maxCredits: 1_000 } },
  'answer-lost-submit-again': { scenario: 'lost-reset', fields: { onLostAnswer: 'submit_again' } },
  'cancelled-running': { scenario: 'stuck', cancelAt: 'running' },
  'cancelled-waiting-to-retry': { scenario: 'internal-once', cancelAt: 'waiting_to_retry' },
};

/** Without what belongs to the machine it was recorded on: paths in stack traces, names of hosts and processes. */
function scrub(json: string): string {
  return JSON.stringify(
    JSON.parse(json, (key, value: unknown) => {
      if (key === 'stackTrace') return undefined;
      if (key === 'identity') return 'recorded';
      // Sticky queues are named after the process.
      return typeof value === 'string' ? value.replace(/^\d+@[\w.-]+/, '1@recorded') : value;
    }),
    null,
    2,
  );
}

async function main(): Promise<void> {
  await globalSetup();
  mkdirSync(FOLDER, { recursive: true });
  const service = await Service.start({ policy: { regenerateDelayMs: 1_000 } });
  try {
    for (const [name, { scenario, fields, cancelAt }] of Object.entries(SCENARIOS)) {
      const file = path.join(FOLDER, `${version}-${name}.json`);
      if (existsSync(file)) continue;
      const { id } = await service.order(scenario, fields);
      if (cancelAt !== undefined) {
        await service.until(id, cancelAt, ({ phase }) => phase === cancelAt);
        await service.handle(id).cancel();
      }
      await service.ended(id);
      await service.closed(id);
      writeFileSync(file, scrub(historyToJSON(await service.handle(id).fetchHistory())));
      console.log(path.basename(file));
    }
  } finally {
    await service.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
