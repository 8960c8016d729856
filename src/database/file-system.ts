/** Kinds of file systems, as `/proc/mounts` names them, where locks or memory are not shared as SQLite's log needs it. */
const NETWORK =
  /^(?:nfs\d?|cifs|smb\d?|smbfs|9p|afs|ncpfs|ceph|glusterfs|lustre|gpfs|ocfs2|beegfs|davfs|fuse\.(?!fuse-overlayfs|ext2|ntfs).+)$/;

/**
 * The kind of network file system that a folder is on.
 *
 * @param mounts the text of `/proc/mounts`; empty where there is none.
 * @returns undefined for a disk of this machine.
 */
export function networkFileSystem(folder: string, mounts: string): string | undefined {
  let found: { readonly point: string; readonly kind: string } | undefined;
  for (const line of mounts.split('\n')) {
    const [, written, kind = ''] = line.split(' ');
    if (written === undefined) continue;
    // Spaces and the like are written as octal numbers.
    const point = written.replace(/\\(\d{3})/g, (_, digits: string) =>
      String.fromCharCode(parseInt(digits, 8)),
    );
    const inside = folder === point || folder.startsWith(point === '/' ? '/' : `${point}/`);
    // Of two at one place the later one is seen.
    if (inside && point.length >= (found?.point.length ?? 0)) found = { point, kind };
  }
  // gVisor shows the disk of its sandbox as 9p.
  if (!found || (found.kind === '9p' && found.point === '/')) return undefined;
  return NETWORK.test(found.kind) ? found.kind : undefined;
}
