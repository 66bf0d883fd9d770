// What the system refused, said so that a person knows what to do now.
import { ActivationError } from '../lib/activation.ts';
import { codeOf } from '../lib/errno.ts';

type SystemError = Error & { readonly path?: string; readonly dest?: string; readonly syscall?: string; readonly address?: string; readonly port?: number };

/** One line about a system's error: what could not be done, where, and what to do. */
export function explain(error: unknown): string {
  if (error instanceof ActivationError) return error.message;
  // Node's own errors (ERR_INVALID_ARG_TYPE) are of our making, the system's (EACCES) are not.
  if (!(error instanceof Error) || !('code' in error) || codeOf(error).startsWith('ERR_')) return `a bug in hactl, please report it: ${String(error)}`;
  const { path, dest, address, port, syscall } = error as SystemError;
  const code = codeOf(error);
  if (syscall === 'listen' || syscall === 'bind') return explainListen(code, `${address ?? 'every address'} port ${port ?? 0}`, port ?? 0);
  const where = dest ?? path ?? 'the spool';
  const advice = syscall === 'mkdir' ? (MKDIR_ADVICE[code]?.(where) ?? ADVICE[code]) : ADVICE[code];
  return advice === undefined ? `${where}: ${syscall ?? 'it'} failed with ${code}` : `${where}: ${advice} (${code})`;
}

const rootMakes = (where: string): string => `it is missing and cannot be made here; have root make it: sudo install -d -m 0755 ${shellWord(where)}`;

/** What to do where the spool is missing and cannot be made. */
const MKDIR_ADVICE: Readonly<Record<string, (where: string) => string>> = {
  EACCES: rootMakes,
  EPERM: rootMakes,
  EROFS: rootMakes,
  EEXIST: () => 'a file, or a link to nothing, is in the way of the spool; name another folder with --spool-root',
  ENOENT: () => 'no folder can be made here; name another spool with --spool-root',
};

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'no permission; try it with sudo, or name another spool with --spool-root',
  EPERM: 'not permitted; try it with sudo, or name another spool with --spool-root',
  EROFS: 'the file system is read-only; make it writable with sudo mount -o remount,rw, or, for a daemon under systemd, with ReadWritePaths= in a drop-in: systemctl edit hacheck; or name another spool with --spool-root',
  ENOSPC: 'the disk is full; make room and try again',
  EDQUOT: 'the quota is used up; make room and try again',
  ENOTDIR: 'a part of this path is no folder; name another spool with --spool-root',
  EISDIR: 'a folder has the mark\'s name; look what is in it, then remove it with rm -r',
  ENOTEMPTY: 'a folder has the mark\'s name; remove it with rm -r',
  ENAMETOOLONG: 'the path is too long; name another spool with --spool-root',
  ELOOP: 'links that lead in a circle; name another spool with --spool-root',
};

function explainListen(code: string, where: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `cannot listen on ${where}: it is in use (EADDRINUSE); see who has it with: ss -ltnp 'sport = :${port}'`;
    case 'EACCES':
      return `cannot listen on ${where}: no permission (EACCES); ports below 1024 are root's, choose another with --port`;
    case 'EPERM':
      return `cannot listen on ${where}: not permitted (EPERM); a unit with SocketBindDeny= gets its sockets from socket units: systemctl start hacheck.socket`;
    case 'EADDRNOTAVAIL':
      return `cannot listen on ${where}: no address of this host (EADDRNOTAVAIL); see them with: ip address`;
    default:
      return `cannot listen on ${where}: ${code}`;
  }
}

/** A path as a shell takes it for one word. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
