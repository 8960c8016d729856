/** The types of `@runwayml/sdk`, read by the TypeScript compiler: the authority on what a create may hold. */
import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');
const PARAMS = {
  text_to_video: 'TextToVideoCreateParams',
  image_to_video: 'ImageToVideoCreateParams',
} as const;

export type Endpoint = keyof typeof PARAMS;

/** A field of one model's interface. */
interface SdkField {
  readonly required: boolean;
  /** The literals that the type allows; empty for a plain string, number or object. */
  readonly literals: readonly (string | number | boolean)[];
}

/** Fields by model. */
export type SdkModels = ReadonlyMap<string, ReadonlyMap<string, SdkField>>;

export function readSdkModels(endpoint: Endpoint): SdkModels {
  const { program, file } = compile(`export declare const params: ${PARAMS[endpoint]};`);
  const checker = program.getTypeChecker();
  const exported = checker.getSymbolAtLocation(file)?.exports?.get('params' as ts.__String);
  if (!exported) throw new Error('the probe file exports nothing');
  const union = checker.getTypeOfSymbol(exported);
  if (!union.isUnion()) throw new Error(`${PARAMS[endpoint]} is no union any more`);

  return new Map(
    union.types.map((member) => {
      const fields = new Map(
        member.getProperties().map((property): [string, SdkField] => {
          const type = checker.getNonNullableType(checker.getTypeOfSymbol(property));
          const parts = type.isUnion() ? type.types : [type];
          const literals = parts.flatMap((part) => (part.isLiteral() ? [part.value as string | number] : []));
          return [property.name, { required: (property.flags & ts.SymbolFlags.Optional) === 0, literals }];
        }),
      );
      const [name] = fields.get('model')?.literals ?? [];
      return [String(name), fields];
    }),
  );
}

/** What the compiler says about these literals as bodies of a create; empty when they are right. */
export function typeErrors(bodies: readonly { endpoint: Endpoint; body: object }[]): string[] {
  const lines = bodies.map(
    ({ endpoint, body }, i) => `export const b${i}: ${PARAMS[endpoint]} = ${JSON.stringify(body)};`,
  );
  const { program, file } = compile(lines.join('\n'));
  return program
    .getSemanticDiagnostics(file)
    .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}

function compile(source: string): { program: ts.Program; file: ts.SourceFile } {
  const probe = join(ROOT, 'test/contract/probe.ts');
  const text = `
    import type { TextToVideoCreateParams } from '@runwayml/sdk/resources/text-to-video';
    import type { ImageToVideoCreateParams } from '@runwayml/sdk/resources/image-to-video';
    ${source}`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === probe || fileExists(name);
  host.getSourceFile = (name, target) =>
    name === probe ? ts.createSourceFile(name, text, target) : getSourceFile(name, target);
  const program = ts.createProgram([probe], options, host);
  const file = program.getSourceFile(probe);
  if (!file) throw new Error('the probe file was not compiled');
  return { program, file };
}
