import { Fragment } from 'preact';

/** Texts of the service name web addresses, which one can follow here, and calls for programs, which nobody here needs. */
const ADDRESS = /(https:\/\/[^\s()]*[^\s().,;:])/;
/** A setting of the service, for whoever runs it: `REGENERATE_DELAY`. */
const SETTING = /\b([A-Z]+(?:_[A-Z]+)+)\b/;

export function LinkedText({ text }: { readonly text: string }) {
  const plain = text.replace(/ \((?:GET|POST|DELETE) [^)]*\)/g, '').replaceAll('`', '');
  return (
    <>
      {plain.split(ADDRESS).map((part, index) =>
        index % 2 === 0 ? (
          <Fragment key={index}>
            {part.split(SETTING).map((piece, at) => (at % 2 === 0 ? piece : <code key={at}>{piece}</code>))}
          </Fragment>
        ) : (
          <a key={index} href={part} target="_blank" rel="noreferrer">
            {part.replace('https://', '')}
          </a>
        ),
      )}
    </>
  );
}
