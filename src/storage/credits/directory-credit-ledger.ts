import { createCreditIndex, creditsOf } from './credit-index';
import type { CreditLedger } from './credit-ledger';
import { checkedLine, formatLedgerLine } from './credit-ledger-line';
import { byClockOf, inWindow, noRoom } from './credit-window';
import { onDisk } from '../../platform/files/disk-fault';
import { readMachineStart } from '../../platform/machine-start';
import { openNumberedLog } from './numbered-log';
import type { Paths } from '../paths';

/** How long a reservation stands for a POST to come; a later one moves it to its own time, so that it counts there. */
const FRESH_MS = 3_600_000;
const REOPEN_AFTER_MS = 86_400_000;

/** The ledger of spending, as a log of reservations and settlements that all processes write together. */
export function createDirectoryCreditLedger(paths: Paths, machineStart = readMachineStart): CreditLedger {
  const open = () => ({
    log: openNumberedLog(paths.ledger, paths.root),
    index: createCreditIndex(),
    openedAt: Date.now(),
  });
  let book = open();

  /** Reads what is new, and all anew once a day: so old entries leave memory, as they leave the disk. */
  async function readBook() {
    if (Date.now() - book.openedAt > REOPEN_AFTER_MS) book = open();
    for (const entry of await book.log.read()) book.index.add(entry);
    return book;
  }

  // One at a time in this process: many at once would only make each other read again.
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(what: string, work: () => Promise<T>): Promise<T> {
    const result = turn.then(() => onDisk(what, work));
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    reserve: (asked, limits) =>
      inTurn('set credits aside', async () => {
        const machine = machineStart();
        const line = checkedLine({ kind: 'reserved', ...asked, ...(machine && { machine }) });
        const { reelId, generation, client } = asked;
        const atMs = Date.parse(asked.at);
        for (;;) {
          const { log, index } = await readBook();
          const own = index.item(reelId, generation);
          const held = own ? creditsOf(own) : 0;
          if (own?.reserved && own.atMs >= atMs - FRESH_MS && held >= asked.credits) {
            await log.sync();
            return { ok: true };
          }

          // Also what was settled for less: it may be submitted again. At most one task exists for a generation.
          const wanted = { ...line, credits: Math.max(asked.credits, held) };
          const fit = (limit: number | undefined, of?: string) =>
            limit === undefined
              ? undefined
              : noRoom(byClockOf(machine, index.commitments(wanted, of)), wanted.credits, atMs, limit);
          const full = fit(limits.total);
          if (full) return { ok: false, of: 'all', ...full };
          const used = fit(limits.client, client);
          if (used) return { ok: false, of: 'client', ...used };
          if (await log.append(formatLedgerLine(wanted))) return { ok: true };
        }
      }),

    settle: (reelId, generation, end) =>
      inTurn('note what a generation cost', async () => {
        const line = checkedLine({ kind: 'settled', reelId, generation, ...end });
        for (;;) {
          const { log, index } = await readBook();
          const known = index.item(reelId, generation)?.settled;
          if (known?.charged === end.charged && known.uncertain === end.uncertain) return log.sync();
          if (await log.append(formatLedgerLine(line))) return;
        }
      }),

    committed: (at, client) =>
      inTurn('read the ledger', async () => {
        const { index } = await readBook();
        const held = byClockOf(machineStart(), index.commitments(undefined, client));
        return inWindow(held, at.getTime()).committed;
      }),

    find: (reelId, generation) =>
      inTurn('read the ledger', async () => {
        const { index } = await readBook();
        const item = index.item(reelId, generation);
        return item && index.entryOf(item);
      }),

    list: (since) => inTurn('read the ledger', async () => (await readBook()).index.entries(since.getTime())),
  };
}
