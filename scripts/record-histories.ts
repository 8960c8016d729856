/**
 * Records histories for test/replay: runs each scenario on a real Temporal server and writes what happened.
 * `npm run record:histories`. A file that exists is never overwritten: delete it by hand where it was not released.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { version } from '../package.json';
import { workflowIdOf } from '../src/domain/ids';
import { webhooksWorkflowIdOf } from '../src/domain/webhook-delivery';
import globalSetup from '../test/support/global-setup';
import { startReceiver } from '../test/support/receiver';
import { Service, WEBHOOK_SECRET } from '../test/support/service';

const FOLDER = path.join(__dirname, '../test/replay/histories');

interface Recorded {
  readonly scenario?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Phase in which the reel is cancelled. */
  readonly cancelAt?: string;
  /** The run that delivers its webhooks is recorded, too: the receiver refuses the first one. */
  readonly webhooks?: boolean;
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
  'told-of-a-decision': { scenario: 'lost-504-with-task', webhooks: true },
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
  const receiver = await startReceiver(WEBHOOK_SECRET);
  const write = async (file: string, workflowId: string) => {
    const handle = service.env.client.workflow.getHandle(workflowId);
    await handle.result().catch(() => undefined);
    writeFileSync(file, scrub(historyToJSON(await handle.fetchHistory())));
    console.log(path.basename(file));
  };
  try {
    for (const [name, { scenario, fields, cancelAt, webhooks }] of Object.entries(SCENARIOS)) {
      const file = path.join(FOLDER, `${version}-${name}.json`);
      if (existsSync(file)) continue;
      receiver.answers({ status: 503 }, { status: 204 });
      const { id } = await service.order(scenario, {
        ...fields,
        ...(webhooks && { webhookUrl: receiver.url }),
      });
      if (cancelAt !== undefined) {
        await service.until(id, cancelAt, ({ phase }) => phase === cancelAt);
        await service.handle(id).cancel();
      }
      await service.ended(id);
      await write(file, workflowIdOf(id));
      if (webhooks) await write(file.replace('.json', '-delivery.json'), webhooksWorkflowIdOf(id));
    }
  } finally {
    await service.stop();
    await receiver.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
