import type { PromptImageRules } from '../../contract/schemas/models';
import type { Picture } from './draft';

/** A file that cannot be sent, in words for the field. */
export class PictureProblem extends Error {}

/** Reads a file as the data URI that the service takes. @throws PictureProblem */
export async function readPicture(file: File, rules: PromptImageRules): Promise<Picture> {
  if (!rules.contentTypes.includes(file.type)) {
    throw new PictureProblem(
      'This is no PNG, JPEG or WebP picture. Save it as one of these, and choose it again.',
    );
  }
  // Four characters for each three bytes.
  const mostBytes = Math.floor((rules.maxDataUriLength - `data:${file.type};base64,`.length) / 4) * 3;
  if (file.size > mostBytes) {
    throw new PictureProblem(
      `The picture has ${megabytes(file.size)} MB, and ${megabytes(mostBytes)} MB can be sent. Make it smaller, or give its address on the web.`,
    );
  }
  return { kind: 'file', name: file.name, dataUri: await dataUriOf(file) };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function dataUriOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new PictureProblem('The file cannot be read. Choose it again.'));
    reader.readAsDataURL(file);
  });
}
