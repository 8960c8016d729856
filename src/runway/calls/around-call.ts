import type { Exchange } from './exchange';

/** One call to Runway, as logs, metrics and traces may show it: no query, no key, no body. */
export interface RunwayCall {
  readonly name: 'submit' | 'read_task' | 'delete_task' | 'read_account' | 'read_usage';
  readonly method: 'POST' | 'GET' | 'DELETE';
}

/** Watches a call: runs `send` once and hands on what it gives. */
export type AroundCall = (call: RunwayCall, send: () => Promise<Exchange>) => Promise<Exchange>;

/** All of them, the first one outermost. One that fails is skipped: the answer to a paid request must not be lost over it. */
export function aroundAll(watchers: readonly AroundCall[]): AroundCall {
  return (call, send) =>
    watchers.reduceRight<() => Promise<Exchange>>((next, watch) => {
      let sent: Promise<Exchange> | undefined;
      const once = () => (sent ??= next());
      return async () => {
        try {
          return await watch(call, once);
        } catch {
          return once();
        }
      };
    }, send)();
}

/** The HTTP status, or `none` where no answer came: bounded, so that it can be a label of a metric. */
export function statusLabel({ status }: Exchange): string {
  return String(status ?? 'none');
}
