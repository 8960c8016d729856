/** Texts of the service name web addresses, which one can follow here, and calls for programs, which nobody here needs. */
const ADDRESS = /(https:\/\/[^\s()]*[^\s().,;:])/;

export function LinkedText({ text }: { readonly text: string }) {
  const plain = text.replace(/ \((?:GET|POST|DELETE) [^)]*\)/g, '').replaceAll('`', '');
  return (
    <>
      {plain.split(ADDRESS).map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <a key={index} href={part} target="_blank" rel="noreferrer">
            {part.replace('https://', '')}
          </a>
        ),
      )}
    </>
  );
}
