'use strict';

// A child process for tests of the supervisor: notes what happens to it in a file shared by all of them, and
// takes its time to end. Arguments: its name, the file of events, how long it takes to end (ms). With SIGUSR2 its event
// loop stands still for ever; it sends beats, and has no thread that would end it.
const { appendFileSync } = require('node:fs');
const { setInterval, setTimeout } = require('node:timers');

const [name, events, endsAfterMs] = process.argv.slice(2);
const note = (what) => appendFileSync(events, `${name} ${what}\n`);
let ending = false;

function end(reason) {
  if (ending) return;
  ending = true;
  note(reason);
  setTimeout(() => {
    note('ended');
    process.exit(0);
  }, Number(endsAfterMs));
}

process.on('SIGTERM', () => end('SIGTERM'));
process.on('SIGINT', () => end('SIGINT'));
process.once('disconnect', () => {
  console.log(`${name} has lost its supervisor`);
  end('disconnect');
});
process.on('SIGUSR2', () => {
  note('spins');
  for (;;);
});
const beat = () => process.connected && process.send({ beat: 'running' }, () => undefined);
beat();
setInterval(beat, 100);
console.log(`${name} writes to its log`);
// More than a pipe holds.
for (let n = 0; n < Number(process.env.WRITES ?? 0); n++) console.log(`line ${n} ${'x'.repeat(1_000)}`);
note(`runs as ${process.pid}`);
