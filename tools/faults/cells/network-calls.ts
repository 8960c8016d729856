/** The calls of the service to the vendor, as a proxy on the line sees them, and steps that break them. */
import type { HttpExchange, HttpFault } from '../http-proxy';
import type { Step } from './steps';

export interface Call {
  readonly name: string;
  readonly matches: (exchange: HttpExchange) => boolean;
}

export const CREATE: Call = { name: 'create', matches: ({ method }) => method === 'POST' };
export const POLL: Call = { name: 'poll', matches: ({ path }) => path.startsWith('/v1/tasks/') };
export const OUTPUT: Call = { name: 'output', matches: ({ path }) => path.startsWith('/outputs/') };

/** One call that is broken. */
export interface Break {
  readonly name: string;
  readonly at: HttpExchange['at'];
  readonly fault: HttpFault;
}

/** Breaks one call after the other in these ways; then the line is fine. It is there when the last one is broken. */
export function brokenCalls(name: string, { matches }: Call, breaks: readonly Break[]): Step {
  return {
    name,
    process: 'worker',
    arm(stack, hit) {
      const left = [...breaks];
      stack.runwayLine.tap = async (exchange) => {
        if (exchange.at !== left[0]?.at || !matches(exchange)) return undefined;
        const fault = left.shift()?.fault;
        if (left.length === 0) await hit();
        return fault;
      };
    },
  };
}
