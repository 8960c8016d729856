import type { MetricMeter } from '@temporalio/common';
import { WORKER_METRICS } from '../contract/worker-metrics';

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
  // The exporter adds the suffix. Anything but a whole number from 0 on is refused by an exception, and what is only
  // measured must not fail a reel.
  const whole = Math.max(0, Math.round(value) || 0);
  meter.createCounter(name.replace(/_total$/, ''), undefined, about).add(whole, labels);
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
  meter
    .createHistogram(name, 'float', undefined, about)
    .record(Math.max(0, milliseconds || 0) / 1_000, labels);
}
