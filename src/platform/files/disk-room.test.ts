import { DiskRoom } from './disk-room';

const MB = 1_000_000;
/** What stays free for claims and records. */
const RESERVE = 16 * MB;

function roomOf(freeBytes: number) {
  const disk = { freeBytes, looks: 0 };
  const room = new DiskRoom('/nowhere', async () => {
    disk.looks += 1;
    return disk.freeBytes;
  });
  return { disk, room };
}

test('a download that fits is let in, up to the last byte that is not kept free', async () => {
  const { room } = roomOf(RESERVE + 10 * MB);
  await expect(room.take(10 * MB)).resolves.toBeDefined();
});

test('one that does not fit is refused before it begins, with all numbers', async () => {
  const { room } = roomOf(RESERVE + 10 * MB);
  await expect(room.take(10 * MB + 1)).rejects.toMatchObject({
    code: 'no_room',
    message: 'The disk has 26 MB left, and the video takes 10 MB; 16 MB are kept free.',
  });
});

test('two at once are not promised the same room, and it is given back', async () => {
  const { room } = roomOf(RESERVE + 10 * MB);
  const [first, second] = await Promise.allSettled([room.take(6 * MB), room.take(6 * MB)]);
  // Neither knows who is first: at most one is let in.
  const taken = [first, second].filter((one) => one.status === 'fulfilled');
  expect(taken.length).toBeLessThanOrEqual(1);
  for (const one of taken) one.value.release();
  await expect(room.take(10 * MB)).resolves.toBeDefined();
});

test('what has been written is seen on the disk, and is not counted twice', async () => {
  const { disk, room } = roomOf(RESERVE + 10 * MB);
  const first = await room.take(6 * MB);
  await first.wrote(6 * MB);
  disk.freeBytes -= 6 * MB;
  await expect(room.take(4 * MB)).resolves.toBeDefined();
  await expect(room.take(1)).rejects.toMatchObject({ code: 'no_room' });
});

test('a download without a length is stopped when the disk fills under it', async () => {
  const { disk, room } = roomOf(RESERVE + 100 * MB);
  const taken = await room.take(0);
  disk.freeBytes = RESERVE - 1;
  // It looks from time to time only.
  await taken.wrote(15 * MB);
  expect(disk.looks).toBe(1);
  await expect(taken.wrote(MB)).rejects.toMatchObject({
    code: 'no_room',
    message: 'The disk has 16 MB left; 16 MB are kept free.',
  });
});
