/** The `Range` header of RFC 9110, section 14. */

interface Range {
  readonly first: number;
  readonly last: number;
}

/** What a `Range` header asks for: bytes from `first` to `last`; `whole` also where the header is to be ignored. */
export type RangeWanted = Range | 'whole' | 'unsatisfiable';

const SPEC = /^(\d*)[ \t]*-[ \t]*(\d*)$/;

/**
 * Reads a `Range` header for a file of `size` bytes. What is not valid, or asks for several parts that do not meet, is
 * answered with the whole file, as the RFC allows.
 */
export function readRange(header: string | undefined, size: number): RangeWanted {
  const [, list] = /^[ \t]*bytes[ \t]*=(.*)$/is.exec(header ?? '') ?? [];
  if (list === undefined) return 'whole';
  const specs = list.split(',').map((spec) => spec.trim());
  const asked = specs.filter((spec) => spec !== '').map((spec) => readSpec(spec, size));
  if (asked.length === 0 || asked.includes('invalid')) return 'whole';

  const ranges = asked.filter((range) => typeof range === 'object').sort((a, b) => a.first - b.first);
  const [first, ...others] = ranges;
  if (!first) return 'unsatisfiable';
  let { last } = first;
  for (const other of others) {
    if (other.first > last + 1) return 'whole';
    last = Math.max(last, other.last);
  }
  return { first: first.first, last };
}

function readSpec(spec: string, size: number): Range | 'invalid' | 'unsatisfiable' {
  const [, from = '', to = ''] = SPEC.exec(spec) ?? [];
  if (from === '' && to === '') return 'invalid';
  const end = size - 1;
  // The last bytes of the file; of one that is shorter, all.
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? end : Number(to);
  if (from !== '' && to !== '' && last < first) return 'invalid';
  return first > end ? 'unsatisfiable' : { first, last: Math.min(last, end) };
}
