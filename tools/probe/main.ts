/**
 * `npm run probe`: measures with a real key what nobody could look up. It says what it will spend, asks, orders two
 * of the cheapest videos, and writes what it saw into a file without secrets.
 */
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { config as readDotenv } from 'dotenv';
import { ConfigError, isLoopbackUrl, loadConfig } from '../../src/platform/config';
import { formatCredits } from '../../src/contract/money';
import { measure } from './measure';
import { planProbe, type ProbePlan } from './plan';
import type { ProbeReport } from './report';
import { summarize } from './summary';
import { createVendor } from './vendor';
import type { Pace } from './watch';

const USAGE = `npm run probe -- [--yes] [--image-url <https URL>]

  --yes        spend without asking
  --image-url  also make a video from this image: one more video. The log of its host tells when Runway fetched it.`;

const PACE: Pace = {
  countersMs: 2_000,
  logMs: 2_000,
  taskMs: 5_000,
  settleMs: 120_000,
  logPatienceMs: 600_000,
  patienceMs: 1_800_000,
};
/** The simulator has neither a pace to keep nor a delay to find out. */
const PACE_OF_SIMULATOR: Pace = { ...PACE, countersMs: 200, logMs: 200, taskMs: 200, settleMs: 1_000 };

/** The probe did not begin: nothing was ordered. */
class Refused extends Error {}

async function main(): Promise<void> {
  const { yes, imageUrl } = readArgs();
  readDotenv({ quiet: true });
  const { apiSecret, baseUrl } = loadConfig().runway;
  if (apiSecret === undefined) {
    throw new Refused('RUNWAYML_API_SECRET is not set: the probe needs a key of https://dev.runwayml.com.');
  }
  const simulated = isLoopbackUrl(baseUrl);
  const plan = planProbe(imageUrl);
  const vendor = createVendor({ apiSecret, baseUrl });
  const counters = await vendor.readCounters(plan.model);
  if (!counters) throw new Refused(`${baseUrl} does not show the account of this key. Nothing was ordered.`);
  if (counters.creditBalance < plan.atMostCredits) {
    const [has, needs] = [counters.creditBalance, plan.atMostCredits].map(formatCredits);
    throw new Refused(`The account has ${has}, and the probe may need ${needs}. Nothing was ordered.`);
  }
  console.log(announcement(plan, simulated));
  if (!yes && !(await isYes())) throw new Refused('Not confirmed. Nothing was ordered.');

  const pace = simulated ? PACE_OF_SIMULATOR : PACE;
  const report = newReport(plan, pace, simulated);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  await measure({ vendor, plan, pace, say: (line) => console.log(line), signal: stop.signal }, report);
  const file = `probe-${report.startedAt.replace(/\..*/, '').replaceAll(':', '-')}Z.json`;
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${summarize(report)}\n\nAll of it is in ${file}: no key, no URL of a video, no balance.`);
  if (report.problems.length > 0) process.exitCode = 1;
}

function readArgs(): { yes: boolean; imageUrl?: string } {
  const options = { yes: { type: 'boolean' }, 'image-url': { type: 'string' } } as const;
  try {
    const { values } = parseArgs({ options });
    const imageUrl = values['image-url'];
    if (imageUrl !== undefined && !(imageUrl.startsWith('https://') && URL.canParse(imageUrl))) {
      throw new Error('--image-url must be an https URL.');
    }
    return { yes: values.yes === true, imageUrl };
  } catch (error) {
    throw new Refused(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function announcement(plan: ProbePlan, simulated: boolean): string {
  const { model, ratio, duration, atMostCredits } = plan;
  const spends = simulated
    ? 'This is the simulator (a loopback address): nothing is paid, and the numbers say nothing about Runway.'
    : `It spends at most ${formatCredits(atMostCredits)} of your Runway API credits. Do not use the account meanwhile.`;
  return [
    `The probe makes ${plan.image ? 'three videos' : 'two videos'} with ${model} (${ratio}, ${duration} s, no audio), the cheapest there is:`,
    '  one is watched to its end, with the counters of the account;',
    "  one goes through a Model Router, to see when the router's log shows it, and is deleted while it runs;",
    ...(plan.image ? [`  one is made from your image on ${plan.image.host}.`] : []),
    `Each order is sent once, whatever happens. It takes about ${simulated ? 'a minute' : 'ten minutes'}.`,
    spends,
  ].join('\n');
}

async function isYes(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Refused('There is nobody to ask: run it in a terminal, or with --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C at the question: nothing was ordered.
  terminal.once('SIGINT', () => process.exit(130));
  try {
    return (await terminal.question('Type "yes" to go on: ')).trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}

function newReport(plan: ProbePlan, pace: Pace, simulated: boolean): ProbeReport {
  const { model, ratio, duration, atMostCredits } = plan;
  const { countersMs, logMs, taskMs } = pace;
  return {
    schemaVersion: 1,
    startedAt: new Date().toISOString(),
    simulated,
    order: { model, ratio, duration },
    announcedCredits: atMostCredits,
    looks: { countersMs, logMs, taskMs },
    problems: [],
  };
}

main().catch((error: unknown) => {
  const expected = error instanceof Refused || error instanceof ConfigError;
  console.error(expected ? error.message : error);
  process.exitCode = expected ? 2 : 1;
});
