/** Does `work` for each index from 0 to `count` - 1, as `clients` that each take the next one when they are done. */
export async function inParallel<T>(
  count: number,
  clients: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    for (let index; (index = next++) < count;) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return results;
}
