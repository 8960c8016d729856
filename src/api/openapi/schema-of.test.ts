/** The compiler runs these: each line that must not compile says so. */
import { z } from 'zod';
import { schemaOf } from './schema-of';

interface Boat {
  readonly name: string;
  readonly crew?: readonly string[];
}

test('a schema is taken for the type that it describes, and for no other', () => {
  const crew = z.array(z.string());
  const boat = z.strictObject({ name: z.string(), crew: crew.optional() });
  expect(schemaOf<Boat>()(boat)).toBe(boat);

  // @ts-expect-error the type has one field more
  schemaOf<Boat & { sail?: string }>()(boat);
  // @ts-expect-error the schema has one field more
  schemaOf<Boat>()(boat.extend({ sail: z.string().optional() }));
  // @ts-expect-error the type says that the crew may be missing
  schemaOf<Boat>()(boat.extend({ crew }));
  // @ts-expect-error the type allows any name
  schemaOf<Boat>()(boat.extend({ name: z.enum(['Argo', 'Fram']) }));
});
