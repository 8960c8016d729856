const PATHS = {
  play: 'M8 5.5v13l11-6.5z',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  download: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  outside: 'M14 5h5v5M19 5l-8 8M11 6H5v13h13v-6',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13',
  again: 'M20 12a8 8 0 1 1-2.4-5.7M20 4v4.5h-4.5',
  edit: 'M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zm5-1.5L20 20',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  film: 'M7 3.5h10a1.5 1.5 0 0 1 1.5 1.5v14a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19V5A1.5 1.5 0 0 1 7 3.5zM10 9.2v5.6l4.6-2.8z',
  stop: 'M7 7h10v10H7z',
  alert: 'M12 4.5l8.5 15h-17zM12 10.5v4M12 17h.01',
} as const;

/** Decoration beside words, never in place of them. */
export function Icon({
  name,
  solid = false,
}: {
  readonly name: keyof typeof PATHS;
  readonly solid?: boolean;
}) {
  return (
    <svg class={solid ? 'icon icon-solid' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
