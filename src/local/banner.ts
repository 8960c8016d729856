export interface BannerFacts {
  /** URL of the API. */
  readonly api: string;
  readonly temporalUi?: string;
  /** Only while reels are practice clips. */
  readonly simulator?: string;
  /** Where the worker shows its metrics. */
  readonly metrics?: string;
  readonly dataDir: string;
  readonly needsKey: boolean;
}

const NO_KEY = `
  NO RUNWAY KEY IS SET. Reels are practice clips of the simulator: not made by AI, and nothing is charged.
  For real reels, get a key at https://dev.runwayml.com, put it into the file .env as a line
  RUNWAYML_API_SECRET=key_...   and start again.
`;
const WITH_KEY = `
  Reels are made by Runway, and each one costs credits. GET /v1/models lists the prices.
`;

/** Printed once everything is up. */
export function banner({ api, temporalUi, simulator, metrics, dataDir, needsKey }: BannerFacts): string {
  const places = [
    ['Page and API', api],
    ['Temporal UI', temporalUi],
    ['Simulator', simulator && `${simulator}   (lists the failures it can play)`],
    ['Metrics', metrics && `${api}/metrics and, of the worker, ${metrics}`],
    ['Data and logs', dataDir],
  ].flatMap(([name, place]) => (place === undefined ? [] : [`  ${name?.padEnd(15)}${place}`]));
  const key = needsKey ? " -H 'Authorization: Bearer <a secret of REEL_API_KEYS>'" : '';
  return `
  durable-reels is ready.

${places.join('\n')}
${simulator === undefined ? WITH_KEY : NO_KEY}
  Make a first reel: open ${api} in a browser, or

  curl -X POST ${api}/v1/reels${key} -H 'Content-Type: application/json' -d '{"promptText": "Lanterns in a snowy street"}'

  Ctrl-C stops everything; unfinished reels go on at the next start.
`;
}
