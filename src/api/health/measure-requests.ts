import type { RequestHandler } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import { routeOf } from '../../platform/tracing/route-of';
import { API_METRICS } from './api-metrics';

/** Other names would be labels without bound: clients can make them up. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']);

/** Measures each request once it is answered. */
export function measureRequests(registry: Registry): RequestHandler {
  const registers = [registry];
  const { requests, requestDuration } = API_METRICS;
  const counter = new Counter({
    registers,
    name: requests.name,
    help: requests.about,
    labelNames: requests.labels,
  });
  const histogram = new Histogram({
    registers,
    name: requestDuration.name,
    help: requestDuration.about,
    labelNames: requestDuration.labels,
    buckets: [...requestDuration.buckets],
  });
  return (req, res, next) => {
    const started = performance.now();
    res.on('close', () => {
      const named = { method: METHODS.has(req.method) ? req.method : 'other', route: routeOf(req) };
      counter.inc({ ...named, status: String(res.statusCode) });
      histogram.observe(named, (performance.now() - started) / 1_000);
    });
    next();
  };
}
