import { SCENARIOS } from '../scenarios/scenarios';

/** The page at `/`: what the simulator is, and every scenario with a line to paste. `url` is the simulator's own. */
export function homePage(url: string): string {
  const groups = new Map<string, typeof SCENARIOS>();
  for (const entry of SCENARIOS) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  const sections = [...groups].map(
    ([group, entries]) => `<h2>${escape(group)}</h2>
<table><tbody>
${entries
  .map(
    ({ name, scenario }) =>
      `<tr><th id="${name}">#${name}</th><td>${escape(scenario.about)}<pre>${escape(curl(`#${name}`, scenario.reelFields))}</pre></td></tr>`,
  )
  .join('\n')}
</tbody></table>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Runway simulator</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
th { text-align: left; vertical-align: top; padding: .6rem 1rem .6rem 0; white-space: nowrap; font-family: ui-monospace, monospace; }
td { padding: .6rem 0; } tr { border-top: 1px solid #ddd; } table { border-collapse: collapse; width: 100%; table-layout: fixed; } th { width: 15rem; }
pre { margin: .3rem 0 0; padding: .5rem; background: #f3f3f3; white-space: pre-wrap; font-size: .8rem; }
</style></head><body>
<h1>Runway simulator</h1>
<p>This stands in for Runway: no AI makes these videos and no credit is spent. A prompt with one of the markers below
rehearses a misfortune; any other prompt succeeds after some seconds. The lines are for durable-reels on its usual port:</p>
<pre>${escape(curl('over still water'))}</pre>
<p>Books: <a href="/_simulator/ledger">/_simulator/ledger</a> (POSTs, tasks, credits) ·
<a href="/status/api/v2/summary.json">status page</a>. The account can be changed, for example:</p>
<pre>${escape(`curl -s ${url}/_simulator/account -H 'Content-Type: application/json' -d '{"creditBalance":40}'`)}</pre>
<p>Also <code>access</code> (ok, key_refused, suspended, payment_required, forbidden), <code>incident</code> (a text, or null),
<code>maxDaily</code>, <code>maxConcurrent</code>, <code>counterDelaySeconds</code>, <code>routerLogDelaySeconds</code>, <code>chargesDeleted</code>.
The n-th POST with the same prompt is the n-th try of a scenario; the one that goes well ends the round, and the next begins anew.</p>
${sections.join('\n')}
</body></html>
`;
}

function curl(words: string, fields: object = {}): string {
  const body = JSON.stringify({ promptText: `A paper boat ${words}`, ...fields });
  return `curl -s http://127.0.0.1:3000/v1/reels -H 'Content-Type: application/json' -d '${body}'`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
