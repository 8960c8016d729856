/** Texts of the service name web addresses; here one can follow them. */
const ADDRESS = /(https:\/\/[^\s()]*[^\s().,;:])/;

export function LinkedText({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(ADDRESS).map((part, index) =>
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
