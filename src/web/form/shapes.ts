/** The sizes of a model, grouped by shape, then by size. Pure. */
import type { EndpointInfo } from '../../contract/schemas/models';

export interface Shape {
  /** `9:16`, or `auto` where the video takes the shape of the picture. */
  readonly name: string;
  readonly label: string;
  /** Width divided by height; absent for `auto`. */
  readonly aspect?: number;
  /** The cheapest first. */
  readonly sizes: readonly Size[];
}

interface Size {
  /** As the API takes it. */
  readonly ratio: string;
  /** `720 × 1280` or `2k`. */
  readonly label: string;
}

const NAMED = [
  { name: '9:16', label: 'Tall' },
  { name: '2:3', label: 'Portrait' },
  { name: '3:4', label: 'Portrait' },
  { name: '1:1', label: 'Square' },
  { name: '4:3', label: 'Landscape' },
  { name: '3:2', label: 'Landscape' },
  { name: '16:9', label: 'Wide' },
  { name: '21:9', label: 'Cinema' },
].map((shape) => ({ ...shape, aspect: aspectOf(shape.name) ?? 1 }));

/** In the order tall to wide; within a shape in the order of the model, whose first is its standard. */
export function shapesOf(endpoint: EndpointInfo): Shape[] {
  const found = new Map<string, Size[]>();
  for (const { ratio } of endpoint.ratios) {
    const name = shapeOf(ratio);
    found.set(name, [...(found.get(name) ?? []), { ratio, label: sizeLabel(ratio) }]);
  }
  const named = NAMED.flatMap(({ name, label, aspect }) => {
    const sizes = found.get(name);
    return sizes ? [{ name, label, aspect, sizes }] : [];
  });
  const auto = found.get('auto');
  return auto ? [...named, { name: 'auto', label: 'As the picture', sizes: auto }] : named;
}

/** The shape whose name comes closest: `832:1104` is sold as 3:4. */
export function shapeOf(ratio: string): string {
  const aspect = aspectOf(ratio);
  if (aspect === undefined) return 'auto';
  const distance = (other: number) => Math.abs(Math.log(aspect / other));
  return NAMED.reduce((best, one) => (distance(one.aspect) < distance(best.aspect) ? one : best)).name;
}

/** Width divided by height; undefined where the picture decides. */
export function aspectOf(ratio: string): number | undefined {
  const [, width, height] = /^(\d+):(\d+)(?:_|$)/.exec(ratio) ?? [];
  return width === undefined ? undefined : Number(width) / Number(height);
}

function sizeLabel(ratio: string): string {
  const resolution = /_(\w+)$/.exec(ratio)?.[1];
  if (resolution !== undefined) return resolution;
  const [, width, height] = /^(\d{3,}):(\d{3,})$/.exec(ratio) ?? [];
  return width === undefined ? 'Standard' : `${width} × ${height}`;
}
