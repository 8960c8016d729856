import type { Resumed } from './resume-reels';

/** One line for people; undefined when there was nothing to resume. */
export function describeResumed({ reels, webhooks, erasures, expired }: Resumed): string | undefined {
  const begun = [
    count(reels, 'unfinished reel goes on', 'unfinished reels go on'),
    count(webhooks, 'webhook is sent again', 'webhooks are sent again'),
    count(erasures, 'deletion goes on', 'deletions go on'),
    count(expired, 'reel is past its time and was left', 'reels are past their time and were left'),
  ].flatMap((words) => words ?? []);
  return begun.length === 0 ? undefined : `Temporal is new, storage is not: ${begun.join(', ')}.`;
}

function count(number: number, one: string, many: string): string | undefined {
  return number === 0 ? undefined : `${number} ${number === 1 ? one : many}`;
}
