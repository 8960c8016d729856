import { useState } from 'preact/hooks';
import { Button } from '../ui/button';
import { describedBy, Field } from '../ui/field';
import { Icon } from '../ui/icon';
import { needsImage } from './draft';
import type { PartProps } from './part-props';
import { PictureProblem, readPicture } from './picture-file';

/** The first frame: a file of this device, or a picture on the web, which only Runway fetches. */
export function PictureField({ list, model, draft: { image }, change, errors }: PartProps) {
  const [problem, setProblem] = useState<string>();
  const [over, setOver] = useState(false);
  if (model.image === 'none') return null;

  const take = async (file: File | undefined) => {
    setProblem(undefined);
    if (!file) return;
    try {
      change({ image: await readPicture(file, list.promptImage) });
    } catch (error) {
      if (!(error instanceof PictureProblem)) throw error;
      setProblem(error.message);
    }
  };

  return (
    <Field
      id="promptImage"
      label="Start from a picture"
      optional={!needsImage(model)}
      error={problem ?? errors['promptImage']}
    >
      {image?.kind === 'file' ? (
        <div class="picture">
          <img src={image.dataUri} alt="" />
          <span class="picture-name">{image.name}</span>
          <Button kind="quiet" icon="cross" onClick={() => change({ image: undefined })}>
            Remove
          </Button>
        </div>
      ) : (
        <div
          class={over ? 'drop drop-over' : 'drop'}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            void take(event.dataTransfer?.files[0]);
          }}
        >
          <label class="button button-plain file-button">
            <Icon name="picture" />
            <span>Choose a file</span>
            <input
              type="file"
              class="file-input"
              accept={list.promptImage.contentTypes.join(',')}
              onChange={(event) => void take(event.currentTarget.files?.[0])}
            />
          </label>
          <input
            id="promptImage"
            type="url"
            inputMode="url"
            autoComplete="off"
            value={image?.url ?? ''}
            placeholder="or a link"
            maxLength={list.promptImage.maxUrlLength}
            aria-invalid={(problem ?? errors['promptImage']) !== undefined}
            aria-describedby={describedBy('promptImage')}
            onInput={(event) => {
              const url = event.currentTarget.value;
              setProblem(undefined);
              change({ image: url === '' ? undefined : { kind: 'url', url } });
            }}
          />
        </div>
      )}
    </Field>
  );
}
