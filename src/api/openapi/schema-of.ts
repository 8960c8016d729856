import type { z } from 'zod';

/** T without `readonly`: JSON knows no such thing, and zod's output has none. */
type Plain<T> = T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T;

type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/**
 * A schema for exactly the type T: where one of them has a field, a value or a question mark that the other has not,
 * this does not compile.
 */
export function schemaOf<T>() {
  return <S extends z.ZodType>(
    schema: Same<Plain<z.output<S>>, Plain<T>> extends true
      ? S
      : { 'the schema and the type differ': [Plain<z.output<S>>, Plain<T>] },
  ): S => schema as S;
}
