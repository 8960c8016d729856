/**
 * Four processes race for one database while one of them is killed every few seconds: claims, credits, answers, records and
 * turns. Each writes down what it was told; at the end all of it has to stand there.
 *
 *     node --require ./tools/typescript.js tools/faults/database-race.ts [--minutes 10] [--url postgres://…]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Database, openDatabase } from '../../src/database/database';
import type { DatabasePlace } from '../../src/database/open-sql';
import type { ReelRecord } from '../../src/domain/reel';

const RACERS = 4;
const KILL_EVERY_MS = 3_000;
/** All who run go for the claim of the same tick. */
const TICK_MS = 25;
const SPACING_MS = 100;
const LIMIT = 5_000;
const REEL = 'r'.repeat(26);

interface Plan {
  readonly place: DatabasePlace;
  readonly log: string;
  readonly name: string;
  readonly startedAt: number;
}

/** Of one process: what it began, and what it was told. A killed one has begun one thing more. */
type Line =
  | { readonly did: 'try' | 'won' | 'lost' | 'answered'; readonly tick: number }
  | { readonly did: 'reserved' | 'settled'; readonly reel: string }
  | { readonly did: 'refused' }
  | { readonly did: 'recorded'; readonly reel: string; readonly count: number }
  | { readonly did: 'turn'; readonly after: number; readonly before: number };

async function race({ place, log, name, startedAt }: Plan): Promise<void> {
  const database = await openDatabase(place);
  const note = (line: Line) => appendFileSync(log, `${JSON.stringify(line)}\n`);
  let over = false;
  process.on('message', () => (over = true));
  const own = idOf(name);
  for (let last = 0, count = 1; !over; count += 1) {
    const tick = Math.floor((Date.now() - startedAt) / TICK_MS) + 1;
    if (tick === last) await sleep(TICK_MS - ((Date.now() - startedAt) % TICK_MS));
    else await claim(database, tick, name, note);
    last = tick;
    await takeTurn(database, note);
    if (count % 10 === 0) await spend(database, idOf(`${name}-${count}`), note);
    if (count % 5 === 0) {
      await database.writeRecord(recordOf(own, count));
      note({ did: 'recorded', reel: own, count });
    }
  }
  await database.close();
  process.disconnect();
}

async function claim(database: Database, tick: number, sender: string, note: (line: Line) => void) {
  const key = { reelId: REEL, generation: tick, number: 1 };
  const at = new Date().toISOString();
  note({ did: 'try', tick });
  const won = await database.claims.claim(key, { claimedAt: at, sendBefore: at, answerBefore: at, sender });
  note({ did: won ? 'won' : 'lost', tick });
  if (!won) return;
  await database.claims.answer(key, { kind: 'created', at, runwayTaskId: `task ${tick}` });
  note({ did: 'answered', tick });
}

async function spend(database: Database, reel: string, note: (line: Line) => void) {
  const at = new Date().toISOString();
  const asked = { reelId: reel, generation: 1, client: 'local', model: 'm', credits: 10, at };
  const { ok } = await database.ledger.reserve(asked, { total: LIMIT });
  if (!ok) return note({ did: 'refused' });
  note({ did: 'reserved', reel });
  await database.ledger.settle(reel, 1, { charged: 7, uncertain: 0, at });
  note({ did: 'settled', reel });
}

async function takeTurn(database: Database, note: (line: Line) => void) {
  const after = Date.now();
  const waitMs = await database.takePollTurn({ reelId: REEL, generation: 1, spacingMs: SPACING_MS });
  if (waitMs === 0) note({ did: 'turn', after, before: Date.now() });
}

function idOf(name: string): string {
  return name.replace(/[^a-z]/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? 'p').padEnd(26, 'a');
}

function recordOf(id: string, count: number): ReelRecord {
  const head = { schemaVersion: 1, id, client: 'local', bodyHash: 'h', request: {} };
  const credits = { charged: 0, uncertain: 0 };
  const state = { schemaVersion: 1, status: 'queued', generations: [], credits };
  return { schemaVersion: 1, workflowId: String(count), head, state } as unknown as ReelRecord;
}

interface Told {
  readonly name: string;
  readonly lines: readonly Line[];
}

/** @returns what must not be. */
async function audit(database: Database, all: readonly Told[]): Promise<string[]> {
  const wrong: string[] = [];
  const ticks = new Map<number, { won: string[]; open: string[]; answered: boolean }>();
  const turns: { after: number; before: number }[] = [];
  for (const { name, lines } of all) {
    let records = 0;
    for (const [index, line] of lines.entries()) {
      if ('tick' in line) {
        const tick = ticks.get(line.tick) ?? { won: [], open: [], answered: false };
        ticks.set(line.tick, tick);
        if (line.did === 'won') tick.won.push(name);
        if (line.did === 'answered') tick.answered = true;
        if (line.did === 'try' && index === lines.length - 1) tick.open.push(name);
      } else if (line.did === 'turn') turns.push(line);
      else if (line.did === 'recorded') records = line.count;
      else if (line.did !== 'refused') {
        const found = await database.ledger.find(line.reel, 1);
        if (!found || (line.did === 'settled' && found.settled?.charged !== 7))
          wrong.push(`${line.did} ${line.reel} is lost`);
      }
    }
    const record = records > 0 ? await database.readRecord(idOf(name)) : undefined;
    if (Number(record?.workflowId ?? 0) < records) wrong.push(`record ${records} of ${name} is lost`);
  }
  for (const [tick, { won, open, answered }] of ticks) {
    const state = await database.claims.read({ reelId: REEL, generation: tick, number: 1 });
    if (won.length > 1) wrong.push(`claim ${tick} has the winners ${won.join(', ')}`);
    if (state?.kind !== 'claimed') {
      if (won.length > 0 || open.length === 0) wrong.push(`claim ${tick} is lost`);
      continue;
    }
    const { sender } = state.entry;
    if (won.length === 0 ? !open.includes(sender) : sender !== won[0])
      wrong.push(`claim ${tick} is of ${sender}, who was not told so`);
    if (answered && state.answer?.kind !== 'created') wrong.push(`the answer to claim ${tick} is lost`);
  }
  turns.sort((one, other) => one.after - other.after);
  for (const [index, turn] of turns.entries()) {
    const next = turns[index + 1];
    if (next && next.before - turn.after < SPACING_MS) wrong.push(`two turns at ${turn.after}`);
  }
  const committed = await database.ledger.committed(new Date());
  if (committed > LIMIT) wrong.push(`${committed} of ${LIMIT} credits are spent`);
  return wrong;
}

async function main(minutes: number, url: string | undefined): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'database-race-'));
  const place: DatabasePlace =
    url === undefined ? { file: join(folder, 'reels.db') } : { url, schema: `race_${process.pid}` };
  const startedAt = Date.now();
  const racers: ChildProcess[] = [];
  let started = 0;
  const start = (index: number) => {
    started += 1;
    const name = `n${started}`;
    const plan: Plan = { place, log: join(folder, `${name}.log`), name, startedAt };
    racers[index] = fork(__filename, [JSON.stringify(plan)], {
      execArgv: ['--require', join(__dirname, '../typescript.js')],
    });
  };
  for (let index = 0; index < RACERS; index += 1) start(index);
  let killed = 0;
  const failed: string[] = [];
  while (Date.now() < startedAt + minutes * 60_000) {
    await sleep(KILL_EVERY_MS);
    for (const [index, racer] of racers.entries()) {
      if (racer.exitCode === null) continue;
      failed.push(`a process ended with ${racer.exitCode}`);
      start(index);
    }
    const index = Math.floor(Math.random() * RACERS);
    const gone = once(racers[index] as ChildProcess, 'exit');
    racers[index]?.kill('SIGKILL');
    await gone;
    killed += 1;
    start(index);
  }
  await Promise.all(
    racers.map(async (racer) => {
      const gone = once(racer, 'exit');
      racer.send('over');
      await gone;
    }),
  );
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((file): Told => {
      const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
      return { name: file.slice(0, -'.log'.length), lines: lines.map((line) => JSON.parse(line) as Line) };
    });
  // Looks over the whole file once more.
  const database = await openDatabase(place);
  const wrong = [...failed, ...(await audit(database, all))];
  await database.close();
  const counts: Record<string, number> = {};
  for (const { did } of all.flatMap(({ lines }) => lines)) counts[did] = (counts[did] ?? 0) + 1;
  console.log(JSON.stringify({ minutes, killed, ...counts, wrong: wrong.length }));
  for (const line of wrong.slice(0, 50)) console.log(line);
  if (wrong.length === 0) rmSync(folder, { recursive: true });
  else console.log(`All of it is in ${folder}.`);
  return wrong.length === 0 ? 0 : 1;
}

const [plan] = process.argv.slice(2).filter((argument) => argument.startsWith('{'));
if (plan !== undefined) void race(JSON.parse(plan) as Plan);
else {
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, url: { type: 'string' } } });
  void main(Number(values.minutes ?? 10), values.url).then((code) => (process.exitCode = code));
}
