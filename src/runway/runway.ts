/** The vendor, as the activities see it: every call is one HTTP request and ends in a value, never an exception. */
import { DAY_MS } from '../contract/duration';
import { Agent } from 'undici';
import { errorText, wordsOf } from './calls/answer-text';
import type { AroundCall, RunwayCall } from './calls/around-call';
import type { buildCreate } from './calls/create-body';
import { connectorOf, type Exchange, exchange, type RunwayAccess } from './calls/exchange';
import { organizationRead, type OrganizationRead } from './calls/organization';
import { organizationUsage } from './calls/organization';
import type { RunwayUsage } from '../contract/schemas/usage';
import { readStatusPage, type StatusPageRead } from './calls/status-page';
import { submitOutcome, type SubmitOutcome } from './calls/submit-outcome';
import { taskRead, type TaskRead } from './calls/task-read';

export interface Runway {
  /**
   * Sends one paid create on a fresh connection, once.
   *
   * @param sendBefore epoch milliseconds after which nothing is sent any more.
   */
  submit(
    create: ReturnType<typeof buildCreate>,
    options: { timeoutMs: number; sendBefore: number },
  ): Promise<SubmitOutcome>;
  readTask(runwayTaskId: string, signal?: AbortSignal): Promise<TaskRead>;
  /** Cancels a task that has not ended, and deletes the output of one that has: read it before you delete. */
  deleteTask(runwayTaskId: string): Promise<{ deleted: true } | { deleted: false; words: string }>;
  /** The account, within 5 s. */
  readOrganization(signal?: AbortSignal): Promise<OrganizationRead>;
  /** Runway's own figures since a UTC day (`2026-11-01`, at most 90 days ago), within 5 s. */
  readUsage(since: string): Promise<RunwayUsage | undefined>;
  /** The status page at this base URL, within 5 s. */
  readStatusPage(baseUrl: string): Promise<StatusPageRead>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

const READ_TIMEOUT_MS = 20_000;
/** For reads that help to decide but must not delay anything: below 5 s with what the exchange adds. */
const BRIEF_TIMEOUT_MS = 4_500;

/** @param around watches every call but those to the status page. */
export function createRunway(access: RunwayAccess, around: AroundCall = (_call, send) => send()): Runway {
  const reads = new Agent({ connections: 64, pipelining: 1, connect: connectorOf(access) });
  const read = (
    name: Exclude<RunwayCall['name'], 'submit'>,
    call: Parameters<typeof exchange>[2],
    signal?: AbortSignal,
    timeoutMs = READ_TIMEOUT_MS,
  ): Promise<Exchange> =>
    around({ name, method: name === 'delete_task' ? 'DELETE' : 'GET' }, () =>
      exchange(access, { timeoutMs, signal, dispatcher: reads }, call),
    );

  return {
    async submit(create, { timeoutMs, sendBefore }) {
      const evidence = await around({ name: 'submit', method: 'POST' }, () =>
        exchange(access, { timeoutMs, sendBefore }, (client) =>
          create.endpoint === 'text_to_video'
            ? client.textToVideo.create(create.body)
            : client.imageToVideo.create(create.body),
        ),
      );
      return submitOutcome(evidence, Date.now());
    },
    async readTask(runwayTaskId, signal) {
      return taskRead(
        await read('read_task', (client) => client.tasks.retrieve(runwayTaskId), signal),
        Date.now(),
      );
    },
    async deleteTask(runwayTaskId) {
      const evidence = await read('delete_task', (client) => client.tasks.delete(runwayTaskId));
      const { status, bodyText } = evidence;
      // Runway's own words only: behind a proxy's page the task goes on and is charged.
      const gone = status === 204 || (status === 404 && errorText(bodyText) !== undefined);
      return gone ? { deleted: true } : { deleted: false, words: wordsOf(evidence) };
    },
    async readOrganization(signal) {
      return organizationRead(
        await read('read_account', (client) => client.organization.retrieve(), signal, BRIEF_TIMEOUT_MS),
      );
    },
    async readUsage(since) {
      // The end is not inclusive: tomorrow, so that today counts.
      const beforeDate = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
      return organizationUsage(
        await read(
          'read_usage',
          (client) => client.organization.retrieveUsage({ startDate: since, beforeDate }),
          undefined,
          BRIEF_TIMEOUT_MS,
        ),
      );
    },
    async readStatusPage(baseUrl) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(new Error('no answer in time')), BRIEF_TIMEOUT_MS);
      try {
        return await readStatusPage(baseUrl, stop.signal, reads);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => reads.close(),
  };
}
