/** Whatever this process and its children write from now on can be read by its user alone. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}
