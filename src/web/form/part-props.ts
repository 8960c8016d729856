import type { ModelList } from '../../contract/schemas/models';
import type { Draft } from './draft';

/** What every part of the form gets. */
export interface PartProps {
  readonly list: ModelList;
  readonly model: ModelList['models'][number];
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
  readonly errors: Errors;
}

export type Errors = Readonly<Record<string, string>>;
