import { randomBytes } from 'node:crypto';
import { reelId } from '../../../src/api/reels/order/idempotency';
import type { Reel } from '../../../src/contract/schemas/reel';
import { eventually } from '../../stack/eventually';
import { audit, leftBehind, type Violation } from '../auditor/auditor';
import { filesOf, gather, type Order, tasksOf, Watch } from '../auditor/evidence';
import type { Fault } from './faults';
import { placeOrder, type Wish } from '../place-order';
import { CLIENT, SECRETS } from '../auditor/secrets';
import type { Stack } from '../stack';
import type { Step } from './steps';
import { tellsItsEnd } from '../auditor/webhook-audit';

export interface Cell {
  readonly step: Step;
  readonly fault: Fault;
  /** Whether the disks have to be such as can be filled. */
  readonly smallDisks?: boolean;
  /** What runs before the order, where it is not what the stack began with. */
  readonly prepare?: (stack: Stack) => Promise<void>;
  /** A scenario of the simulator's, without which the reel goes well. */
  readonly scenario?: string;
  /** Fields of the order beside its usual ones. */
  readonly request?: Readonly<Record<string, unknown>>;
  /** What has to come of it, where more is known than what the auditor asks of every reel. */
  readonly expected?: Expected;
}

export interface Expected {
  /** The most POSTs that may reach the vendor's door. */
  readonly posts: number;
  /** One of these: `succeeded`, or `failed (code)`. */
  readonly ends: readonly string[];
  /** From the fault to the end at most, where a reel that waits too long would go unseen. */
  readonly seconds?: number;
}

/** Of the auditor, or of what the cell itself expects. */
export type CellViolation = Violation | { readonly invariant: 'expected'; readonly what: string };

export interface CellResult {
  readonly name: string;
  /** Whether the step came at all. */
  readonly hit: boolean;
  /** `succeeded`, or `failed (code)`. */
  readonly end: string;
  readonly submits: number;
  readonly credits: string;
  /** From the fault to the end of the reel. */
  readonly seconds: number;
  readonly violations: readonly CellViolation[];
}

export function nameOf({ step, fault }: Cell): string {
  return `${fault.name} · ${step.name}`;
}

/** Orders one reel, strikes at the step, waits for the end and audits everything that can be seen. */
export async function runCell(stack: Stack, cell: Cell): Promise<CellResult> {
  await cell.prepare?.(stack);
  await stack.calm();
  const marker = `cell-${randomBytes(6).toString('hex')}`;
  const key = `key-${marker}`;
  const postsBefore = stack.runwayLine.posts;
  // The same for the same key: a button can be pressed before the client has its answer.
  const id = reelId({ client: CLIENT, key, backend: { kind: 'simulator', baseUrl: stack.runwayUrl } });
  const ids: string[] = [];
  const watches: Watch[] = [];
  let struckAt: number | undefined;
  let struck: Promise<void> = Promise.resolve();
  let aftermath: Promise<void> = Promise.resolve();
  const strike = async (): Promise<void> => {
    const later = await cell.fault.strike(stack, () => id);
    if (later) aftermath = later();
    // Looked at below: until then it is nobody's, and would end the process.
    aftermath.catch(() => undefined);
  };
  const hit = (): Promise<void> => {
    struckAt = Date.now();
    return (struck = strike());
  };
  cell.step.arm(stack, hit, id);

  const noteAnswer = async (id: string): Promise<void> => {
    ids.push(id);
    if (watches.length === 0) watches.push(new Watch(stack, id));
    await stack.onAnswer?.();
  };
  const wish: Wish = { key, marker, scenario: cell.scenario, request: cell.request ?? {} };
  await placeOrder(stack, wish, noteAnswer);
  const [watch] = watches;
  if (!watch) throw new Error('no watch');
  const isStruck = () => struckAt !== undefined;
  await eventually('the step', () => isStruck() || watch.ended).catch(() => undefined);
  // The last steps come after the end that the client sees.
  if (watch.ended) await eventually('a last step', isStruck).catch(() => undefined);
  await eventually('the end', () => watch.ended).catch(() => undefined);
  const endedAt = Date.now();
  // After the last steps the reel has ended while processes are still being killed and begun again.
  await struck;
  await aftermath;
  const taken = () =>
    stack.receiver
      .of(watch.id)
      .some(({ status, body }) => status === 204 && body.includes(`"reel.${watch.last?.status}"`));
  const tells = watch.last !== undefined && tellsItsEnd(watch.last);
  // It may come a moment after the end of the reel.
  await eventually('the webhook', () => !tells || taken()).catch(() => undefined);
  await stack.calm();
  await eventually('the last look', () => watch.ended).catch(() => undefined);
  // The same wish once more: nothing new may come of it.
  await placeOrder(stack, wish, async (id) => void ids.push(id));
  await watch.stop();

  const { repeats: isRepeated = false } = cell.fault;
  const maxCredits = cell.request?.['maxCredits'];
  const allowed = typeof maxCredits === 'number' ? { maxCredits } : {};
  const orders: Order[] = [{ key, marker, ...allowed, webhook: true, isRepeated, ids }];
  // A worker whose run was terminated ends its look at the video in a moment; what was left behind stays.
  const isTidy = () => leftBehind({ files: filesOf(stack.dataDir), orders }).length === 0;
  await eventually('the last part of a file', isTidy).catch(() => undefined);
  const evidence = await gather(stack, orders, watches);
  const reel = watch.last;
  const seconds = Math.round((endedAt - (struckAt ?? endedAt)) / 100) / 10;
  return {
    name: nameOf(cell),
    hit: struckAt !== undefined,
    end: endOf(reel),
    submits: tasksOf(evidence.ledger, orders).length,
    credits: reel
      ? `${reel.credits.charged}${reel.credits.uncertain ? ` + ${reel.credits.uncertain}?` : ''}`
      : '',
    seconds,
    violations: [
      ...audit(evidence, Object.values(SECRETS)),
      ...surprises(cell, { end: endOf(reel), posts: stack.runwayLine.posts - postsBefore, seconds }),
    ],
  };
}

function surprises(
  { expected }: Cell,
  { end, posts, seconds }: { end: string; posts: number; seconds: number },
): CellViolation[] {
  if (!expected) return [];
  const what = [
    ...(posts > expected.posts ? [`${posts} POSTs came, of ${expected.posts}`] : []),
    ...(expected.ends.includes(end) ? [] : [`the end is ${end}, not ${expected.ends.join(' or ')}`]),
    ...(seconds > (expected.seconds ?? Infinity) ? [`the end came after ${seconds} s`] : []),
  ];
  return what.map((words) => ({ invariant: 'expected', what: words }));
}

function endOf(reel: Reel | undefined): string {
  if (!reel) return 'not readable';
  return reel.failure ? `${reel.status} (${reel.failure.code})` : reel.status;
}
