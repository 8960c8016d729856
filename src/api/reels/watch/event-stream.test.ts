import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { EventStream } from './event-stream';

/** An answer whose reader is as slow as the test wants. */
class Reader extends EventEmitter {
  readonly req = { socket: new EventEmitter() };
  readonly got: string[] = [];
  reads = true;
  writableEnded = false;
  destroyed = false;

  writeHead(): void {}
  write(text: string): boolean {
    this.got.push(text);
    return this.reads;
  }
  end(): void {
    this.writableEnded = true;
    this.emit('close');
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  catchUp(): void {
    this.reads = true;
    this.emit('drain');
  }
}

function streamTo(reader: Reader): { stream: EventStream; closed: jest.Mock } {
  const closed = jest.fn();
  return { stream: new EventStream(reader as unknown as Response, closed), closed };
}

let reader: Reader;
beforeEach(() => {
  jest.useFakeTimers();
  reader = new Reader();
});
afterEach(() => jest.useRealTimers());

const statesOf = ({ got }: Reader) => got.join('').match(/(?<=data: )\w+/g);

test('a slow reader gets the latest state when it has caught up, and not what lies between', () => {
  const { stream } = streamTo(reader);
  reader.reads = false;
  for (const state of ['first', 'second', 'third']) stream.send('reel', state, state);
  expect(statesOf(reader)).toEqual(['first']);
  reader.catchUp();
  expect(statesOf(reader)).toEqual(['first', 'third']);
  stream.end();
});

test('the end is not kept from a slow reader', () => {
  const { stream, closed } = streamTo(reader);
  reader.reads = false;
  for (const state of ['first', 'second', 'end']) stream.send('reel', state, state);
  stream.end();
  expect(statesOf(reader)).toEqual(['first', 'end']);
  expect(closed).toHaveBeenCalledTimes(1);
});

test('a comment every 15 seconds keeps the connection alive', () => {
  const { stream } = streamTo(reader);
  jest.advanceTimersByTime(45_000);
  expect(reader.got.filter((text) => text.startsWith(':'))).toHaveLength(3);
  stream.end();
  expect(jest.getTimerCount()).toBe(0);
});

test('a reader that reads nothing for more than a minute is cut off', () => {
  const { stream, closed } = streamTo(reader);
  reader.reads = false;
  stream.send('reel', 'first', 'first');
  jest.advanceTimersByTime(60_000);
  expect(reader.destroyed).toBe(false);
  jest.advanceTimersByTime(15_000);
  expect(reader.destroyed).toBe(true);
  expect(closed).toHaveBeenCalledTimes(1);
  expect(jest.getTimerCount()).toBe(0);
});

test('a connection that closes while the answer waits for an earlier one ends the stream, once', () => {
  const { closed } = streamTo(reader);
  reader.req.socket.emit('close');
  expect(closed).toHaveBeenCalledTimes(1);
  expect(jest.getTimerCount()).toBe(0);
  reader.emit('close');
  expect(closed).toHaveBeenCalledTimes(1);
});

test('a stream that has ended leaves nothing on a connection that goes on', () => {
  const { stream } = streamTo(reader);
  stream.end();
  expect(reader.req.socket.listenerCount('close')).toBe(0);
});
