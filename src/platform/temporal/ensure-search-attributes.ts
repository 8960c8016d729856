import type { temporal } from '@temporalio/proto';
import { SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes';

/** Numbers of Temporal's `IndexedValueType`. */
const INDEXED_VALUE_TYPE = {
  [SearchAttributeType.TEXT]: 1,
  [SearchAttributeType.KEYWORD]: 2,
  [SearchAttributeType.INT]: 3,
  [SearchAttributeType.DOUBLE]: 4,
  [SearchAttributeType.BOOL]: 5,
  [SearchAttributeType.DATETIME]: 6,
  [SearchAttributeType.KEYWORD_LIST]: 7,
} as const;

/** The words of `temporal operator search-attribute create --type`. */
const TYPE_WORDS = {
  [SearchAttributeType.TEXT]: 'Text',
  [SearchAttributeType.KEYWORD]: 'Keyword',
  [SearchAttributeType.INT]: 'Int',
  [SearchAttributeType.DOUBLE]: 'Double',
  [SearchAttributeType.BOOL]: 'Bool',
  [SearchAttributeType.DATETIME]: 'Datetime',
  [SearchAttributeType.KEYWORD_LIST]: 'KeywordList',
} as const satisfies Record<SearchAttributeType, string>;

type OperatorService = Pick<
  temporal.api.operatorservice.v1.OperatorService,
  'listSearchAttributes' | 'addSearchAttributes'
>;

/**
 * Registers the search attributes that are missing. An unregistered one would fail every start of a
 * workflow, and block a running one for ever at its next upsert.
 *
 * @throws Error with the command to run, where this process may not register them.
 */
export async function ensureSearchAttributes(
  operatorService: OperatorService,
  namespace: string,
): Promise<void> {
  const missing = await missingAttributes(operatorService, namespace);
  if (missing.length === 0) return;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((key) => [key.name, INDEXED_VALUE_TYPE[key.type]])),
    });
  } catch (error) {
    // API and worker start together: the other one may have been first.
    if ((await missingAttributes(operatorService, namespace).catch(() => missing)).length === 0) return;
    throw new Error(
      `Temporal lacks search attributes that this service needs, and it may not register them itself. Run: ${registerCommand(namespace, missing)}`,
      { cause: error },
    );
  }
}

async function missingAttributes(operatorService: OperatorService, namespace: string) {
  const { customAttributes = {} } = await operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.filter((key) => customAttributes?.[key.name] === undefined);
}

function registerCommand(namespace: string, missing: readonly (typeof SEARCH_ATTRIBUTES)[number][]): string {
  const pairs = missing.map((key) => `--name ${key.name} --type ${TYPE_WORDS[key.type]}`).join(' ');
  return `temporal operator search-attribute create --namespace ${namespace} ${pairs}`;
}
