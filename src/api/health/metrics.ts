import { Gauge } from 'prom-client';
import type { ApiContext } from '../context';
import { fresh } from '../http/shared-calls';
import { route } from '../http/route';
import { API_METRICS } from './api-metrics';
import { countReels } from './count-reels';
import { sumCredits } from './sum-credits';

/** However many scrape: Temporal, the disk and Runway are asked this often at most. */
const COUNTS_FRESH_MS = 15_000;
const CREDITS_FRESH_MS = 30_000;
const BALANCE_FRESH_MS = 300_000;

type GaugeName = {
  [Key in keyof typeof API_METRICS]: (typeof API_METRICS)[Key]['type'] extends 'gauge' ? Key : never;
}[keyof typeof API_METRICS];

/**
 * The gauges of `GET /metrics`. Each is read when it is scraped, and is absent while it cannot be read: the others do not
 * depend on it.
 */
export function addGauges({
  client,
  storage,
  account,
  logger,
  settings,
  checkParts,
  metrics: registry,
  now,
}: ApiContext): void {
  /** @param readValues the value of each label; the gauge is absent if it gives undefined or fails. */
  function gauge(
    key: GaugeName,
    readValues: () => Promise<Readonly<Record<string, number>> | number | undefined>,
  ): void {
    const { name, about, labels } = API_METRICS[key];
    const [label = ''] = labels;
    new Gauge({
      name,
      help: about,
      labelNames: labels,
      registers: [registry],
      async collect() {
        const seen = await readValues().catch((error: unknown) => {
          logger.warn({ metric: name, reason: String(error) }, 'a figure could not be looked up');
          return undefined;
        });
        // After the wait: another scrape would find nothing meanwhile.
        this.reset();
        if (seen === undefined) {
          // One without labels would otherwise read 0.
          if (labels.length === 0) this.remove();
        } else if (typeof seen === 'number') this.set(seen);
        else for (const [value, figure] of Object.entries(seen)) this.set({ [label]: value }, figure);
      },
    });
  }

  const counts = fresh(COUNTS_FRESH_MS, () => countReels(client));
  gauge('reels', async () => (await counts()).byStatus);
  gauge('failedReels', async () => (await counts()).byFailure);

  const credits = fresh(CREDITS_FRESH_MS, () => sumCredits(storage, now()));
  gauge('credits', async () => ({ ...(await credits()) }));
  gauge('budget', async () => settings.dailyMaxCredits);

  const view = fresh(BALANCE_FRESH_MS, async () => account?.readAccount());
  gauge('balance', async () => (await view())?.account?.creditBalance);

  const parts = fresh(COUNTS_FRESH_MS, checkParts);
  gauge('partUp', async () => {
    const known = Object.entries((await parts()).parts).filter(([, state]) => state !== 'unknown');
    return Object.fromEntries(known.map(([part, state]) => [part, state === 'up' ? 1 : 0]));
  });
  gauge('freeBytes', async () => (await parts()).storage?.freeBytes);
}

export const getMetrics = route({
  method: 'GET',
  path: '/metrics',
  id: 'getMetrics',
  tag: 'Service',
  summary: 'Figures for Prometheus',
  access: 'admin',
  answers: { 200: { text: "Prometheus's text format.", content: { 'text/plain': {} } } },
  handler: async ({ res }, { metrics }) => void res.type(metrics.contentType).send(await metrics.metrics()),
});
