import type { MetricMeter } from '@temporalio/common';
import { WORKER_METRICS } from './worker-metrics';

type Metrics = typeof WORKER_METRICS;
type Of<Type> = { [Key in keyof Metrics]: Metrics[Key]['type'] extends Type ? Key : never }[keyof Metrics];
type Labels<Key extends keyof Metrics> = Readonly<Record<Metrics[Key]['labels'][number], string>>;

/** Adds to a counter. */
export function count<Key extends Of<'counter'>>(
  meter: MetricMeter,
  key: Key,
  value: number,
  labels: Labels<Key>,
): void {
  const { name, about } = WORKER_METRICS[key];
  // Counters take whole numbers, and the exporter adds the suffix.
  meter.createCounter(name.replace(/_total$/, ''), undefined, about).add(Math.round(value), labels);
}

/** Takes a duration into a histogram of seconds. */
export function observe<Key extends Of<'histogram'>>(
  meter: MetricMeter,
  key: Key,
  milliseconds: number,
  labels: Labels<Key>,
): void {
  const { name, about } = WORKER_METRICS[key];
  // Clocks of two machines may differ, and a negative value is refused by an exception.
  meter.createHistogram(name, 'float', undefined, about).record(Math.max(0, milliseconds) / 1_000, labels);
}
