import { log } from '@temporalio/activity';
import type { MetricMeter } from '@temporalio/common';
import { count, observe } from '../domain/measure';
import { parseObject } from '../runway/calls/answer-text';
import { type AroundCall, statusLabel } from '../runway/calls/around-call';

/**
 * Measures and logs each call to Runway, with the ID that Runway's support asks for. A good answer to a poll is worth no
 * line: there is one every few seconds.
 */
export function watchRunwayCalls(meter: MetricMeter): AroundCall {
  return async ({ name, method }, send) => {
    const started = performance.now();
    const exchange = await send();
    const ms = Math.round(performance.now() - started);
    count(meter, 'runwayCalls', 1, { call: name, status: statusLabel(exchange) });
    observe(meter, 'runwayCallDuration', ms, { call: name });

    const { status = 0, requestId: runwayRequestId, fault } = exchange;
    const good = status >= 200 && status < 300;
    const created = good && name === 'submit' ? parseObject(exchange.bodyText)?.['id'] : undefined;
    log[good && method === 'GET' ? 'debug' : 'info']('Runway was called', {
      call: name,
      status: exchange.status,
      ms,
      runwayRequestId,
      ...(typeof created === 'string' && { runwayTaskId: created }),
      ...(fault && { fault: `${fault.message} (${fault.code})` }),
    });
    return exchange;
  };
}
