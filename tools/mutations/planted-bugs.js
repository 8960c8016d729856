'use strict';

/**
 * Bugs that a hurried person could write, in the code that decides about money, claims, verdicts and access:
 * `{ about, file, from, to }`. `from` stands in the file exactly once.
 */
const BUGS = [
  // Money: what is spent, set aside and free again.
  {
    about: 'what may have been charged does not count in the daily budget',
    file: 'src/database/credits.ts',
    from: ': charged + (uncertain ?? 0);',
    to: ': charged;',
  },
  {
    about: 'what was set aside before the clock was set counts for nothing',
    file: 'src/database/credits.ts',
    from: "return row.or([recent, row.and([row('machine_id', '=', machine.id), clockWasSet])]);",
    to: 'return clockWasSet && recent;',
  },
  {
    about: 'what another machine, whose clock is ahead, has set aside does not count',
    file: 'src/database/credit-window.ts',
    from: 'one.atMs > atMs - WINDOW_MS)',
    to: 'one.atMs > atMs - WINDOW_MS && one.atMs <= atMs)',
  },
  {
    about: 'credits that were set aside a day ago do for a POST of today',
    file: 'src/database/credits.ts',
    from: ' && own.at_ms >= atMs - FRESH_MS;',
    to: ';',
  },
  {
    about: 'a generation that cost more than its price is set aside again for its price alone',
    file: 'src/database/credits.ts',
    from: 'const wanted = Math.max(asked.credits, held);',
    to: 'const wanted = asked.credits;',
  },
  {
    about: 'the limit on all clients is compared with what this one spent',
    file: 'src/database/credits.ts',
    from: "of === 'client' ? asked.client : undefined",
    to: 'asked.client',
  },
  {
    about: 'an order that the budget refuses is written all the same',
    file: 'src/database/reels.ts',
    from: "        if (!reserved.ok) return reserved;\n        await write(transaction, 'ordered', id, head, true);\n",
    to: "        await write(transaction, 'ordered', id, head, true);\n        if (!reserved.ok) return reserved;\n",
  },
  {
    about: 'a workflow may say that its generation cost less than was set aside',
    file: 'src/activities/settle/settle-cost.ts',
    from: 'charged !== undefined && charged >= entry.reserved',
    to: 'charged !== undefined',
  },
  {
    about: 'a claim that is made while credits are freed is not seen',
    file: 'src/activities/settle/settle-cost.ts',
    from: 'if (isFree && !(await costsNothing(storage, generation))) await settle(0, entry.reserved);',
    to: '',
  },
  {
    about: 'generations before that may have been charged leave room under the maximum of the reel',
    file: 'src/activities/submit/submit-generation.ts',
    from: 'entry?.settled ? entry.settled.charged + entry.settled.uncertain :',
    to: 'entry?.settled ? entry.settled.charged :',
  },
  {
    about: 'credits of a reel that may have been started are freed',
    file: 'src/api/reels/order/start-reel.ts',
    from: 'if (key === undefined && !(error instanceof MayHaveStarted)) await release(head);',
    to: 'if (key === undefined) await release(head);',
  },

  // Claims: who may send, and what became of it.
  {
    about: 'a claim that was withdrawn and has a task ID reads as void: its task is paid for again',
    file: 'src/database/claims.ts',
    from: "            ...(created !== null && { kind: 'claimed' }),\n",
    to: '',
  },
  {
    about: 'a request ID that cannot be read costs the task ID beside it',
    file: 'src/database/claims.ts',
    from: 'requestId: z.string().optional().catch(undefined)',
    to: 'requestId: z.string().optional()',
  },
  {
    about: 'a claim that another sender holds is taken for one of this one',
    file: 'src/database/claims.ts',
    from: 'return stands?.token === token;',
    to: 'return stands !== undefined;',
  },
  {
    about: 'a later answer takes the place of a task ID',
    file: 'src/database/claims.ts',
    from: "          .where('runway_task_id', 'is', null)\n",
    to: '',
  },
  {
    about: 'what SQLite has committed may be lost in a power cut',
    file: 'src/database/sqlite-thread.ts',
    from: "${loose ? 'normal' : 'full'}",
    to: 'normal',
  },
  {
    about: 'a reel that was deleted gets a record again',
    file: 'src/database/reels.ts',
    from: "updated.where('reels.tombstone', 'is', null)",
    to: 'updated',
  },
  {
    about: 'a sender that waits for its answer is given up once it may not begin to send',
    file: 'src/activities/submit/claim-walk.ts',
    from: 'Date.now() < Date.parse(entry.answerBefore)',
    to: 'Date.now() < Date.parse(entry.sendBefore)',
  },
  {
    about: 'a lost answer counts as one that a later generation follows, so another one is paid unasked',
    file: 'src/activities/submit/claim-walk.ts',
    from: 'key.generation > generation',
    to: 'key.generation >= generation',
  },
  {
    about: 'a sender that claims while it is settled is taken for one that never sent',
    file: 'src/activities/submit/claim-walk.ts',
    from: "if (await claims.voidClaim(key)) return { kind: 'not_sent' };",
    to: "await claims.voidClaim(key);\n    return { kind: 'not_sent' };",
  },
  {
    about: 'a reel that is cancelled just before its submit is paid for',
    file: 'src/activities/submit/submit-generation.ts',
    from: '  stopIfAsked();\n',
    to: '',
  },
  {
    about: 'credits that were freed between ledger and claim are spent all the same',
    file: 'src/activities/submit/submit-generation.ts',
    from: '  await requireSetAside(storage, key, estimate);\n',
    to: '',
  },
  {
    about: 'one task is adopted for two generations of a reel',
    file: 'src/activities/submit/adopt-task.ts',
    from: 'owner?.reelId !== reelId || owner.generation !== generation',
    to: 'owner?.reelId !== reelId',
  },
  {
    about: 'a task whose adoption came too late stays taken, so that nobody can have it',
    file: 'src/activities/submit/adopt-task.ts',
    from: 'if (kept !== runwayTaskId) await',
    to: 'if (kept === undefined) await',
  },

  // Verdicts: what an answer of Runway means.
  {
    about: 'a failure code that only begins like a known one is generated again',
    file: 'src/runway/failures/classify.ts',
    from: 'failureCode.startsWith(`${prefix}.`)',
    to: 'failureCode.startsWith(prefix)',
  },
  {
    about: 'an answer that broke off counts as a verdict',
    file: 'src/runway/calls/submit-outcome.ts',
    from: 'fault !== undefined || words === undefined',
    to: 'words === undefined',
  },
  {
    about: 'a gateway that knows no answer is believed that nothing was made',
    file: 'src/runway/calls/submit-outcome.ts',
    from: 'if (status >= 500 && errorText(bodyText) === undefined) return unknown();',
    to: '',
  },
  {
    about: 'the task ID of a 201 or 202 is thrown away',
    file: 'src/runway/calls/submit-outcome.ts',
    from: 'status >= 200 && status < 300',
    to: 'status === 200',
  },
  {
    about: "a proxy's page with the status 404 says that the task is gone",
    file: 'src/runway/calls/task-read.ts',
    from: 'status === 404 && errorText(bodyText) !== undefined',
    to: 'status === 404',
  },
  {
    about: "a relay's own word for a failure is paid for again",
    file: 'src/runway/calls/task-read.ts',
    from: "['QUEUED', 'PENDING'],",
    to: "['QUEUED', 'PENDING'],\n  ['ERROR', 'FAILED'],",
  },
  {
    about: 'what Runway usually refunds is called free before Runway said so',
    file: 'src/activities/failure.ts',
    from: "(entry.charge === 'nothing' ? 0 : undefined)",
    to: "(entry.charge === 'nothing' || entry.charge === 'refunded' ? 0 : undefined)",
  },
  {
    about: 'a fresh task that Runway does not show for a while is given up',
    file: 'src/activities/await/count-not-found.ts',
    from: 'notFound.count >= NOT_FOUND_COUNT && lastedMs >= overMs',
    to: 'notFound.count >= NOT_FOUND_COUNT || lastedMs >= overMs',
  },
  {
    about: 'a task that could not be looked at is deleted, with the output that it may have',
    file: 'src/activities/settle/cancel-generation.ts',
    from: "    case 'access_refused':\n    case 'fault':\n",
    to: "    case 'fault':\n      return undefined;\n    case 'access_refused':\n",
  },
  {
    about: 'another generation is paid unasked although the counters show that the first one exists',
    file: 'src/workflows/steps/lost-answer.ts',
    from: "if (allowed && found.evidence.says !== 'exists') {",
    to: 'if (allowed) {',
  },

  // Access: who may do and see what.
  {
    about: 'where nobody is named an admin, every key is one',
    file: 'src/api/access/auth.ts',
    from: 'apiKeys.length === 0 || admins.includes(client)',
    to: 'apiKeys.length === 0 || admins.length === 0 || admins.includes(client)',
  },
  {
    about: 'a copy of the cookie outlives its session',
    file: 'src/api/access/auth.ts',
    from: 'if (!key || (await storage.isSessionEnded(sessionId(token)))) return undefined;',
    to: 'if (!key) return undefined;',
  },
  {
    about: 'a page of a sibling domain may use the session',
    file: 'src/api/access/origin-check.ts',
    from: "req.get('sec-fetch-site') === 'same-origin'",
    to: "['same-origin', 'same-site'].includes(req.get('sec-fetch-site') ?? '')",
  },
  {
    about: 'a name that only begins like localhost is this machine',
    file: 'src/platform/outbound/loopback.ts',
    from: '\\[?::1\\]?)$/i',
    to: '\\[?::1\\]?)/i',
  },
  {
    about: 'whoever has a key may guess others without a limit',
    file: 'src/api/access/failed-keys.ts',
    from: 'this.known.add(`${address} ${keyDigest}`);',
    to: 'this.known.add(`${address} ${keyDigest}`);\n    this.failures.delete(address);',
  },
  {
    about: 'an IPv6 address outside of what is given out to the public is public',
    file: 'src/platform/outbound/public-address.ts',
    from: "return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST);",
    to: 'return true;',
  },
  {
    about: 'whose reel it is says the memo of a run that anybody may have started',
    file: 'src/api/reels/view/reel-finder.ts',
    from: "return view.client === LOCAL_CLIENT ? view : { ...view, client: LOCAL_CLIENT, bodyHash: '' };",
    to: 'return view;',
  },
  {
    about: 'a workflow of another name may make a reel that was ordered and not yet begun',
    file: 'src/activities/guards/own-workflow.ts',
    from: '  if (await storageCall(() => storage.readOrder(reelId))) return false;\n',
    to: '',
  },
  {
    about: 'every client sees what all of them spent today',
    file: 'src/api/usage/daily-budget.ts',
    from: 'admin ? ledger.committed(now) : undefined',
    to: 'ledger.committed(now)',
  },
  {
    about: "a remake takes the finished video of another client's reel",
    file: 'src/activities/submit/tasks-to-take.ts',
    from: '  if (own.head.client !== head.client) return false;\n',
    to: '',
  },
];

/** @throws Error where the code has changed, so that the bug cannot be planted any more. */
function withBug(sound, { about, file, from, to }) {
  const parts = sound.split(from);
  if (parts.length !== 2)
    throw new Error(`"${about}": what it changes stands ${parts.length - 1} times in ${file}, not once`);
  return parts.join(to);
}

module.exports = { BUGS, withBug };
