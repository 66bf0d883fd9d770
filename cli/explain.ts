// What the system refused, said so that a person knows what to do now.
import { codeOf } from '../lib/errno.ts';

type SystemError = Error & { readonly path?: string; readonly dest?: string; readonly syscall?: string; readonly address?: string; readonly port?: number };

/** One line about a system's error: what could not be done, where, and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return `a bug in hactl, please report it: ${String(error)}`;
  const { path, dest, address, port, syscall } = error as SystemError;
  const code = codeOf(error);
  if (port !== undefined) return explainListen(code, `${address ?? 'every address'} port ${port}`, port);
  const where = dest ?? path ?? 'the spool';
  const advice = ADVICE[code];
  return advice === undefined ? `${where}: ${syscall ?? 'it'} failed with ${code}` : `${where}: ${advice} (${code})`;
}

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'no permission; try it with sudo, or name another spool with --spool-root',
  EPERM: 'not permitted; try it with sudo, or name another spool with --spool-root',
  EROFS: 'the file system is read-only; make the folder from outside: sudo install -d -m 0755 /var/spool/hacheck',
  ENOSPC: 'the disk is full; make room and try again (hactl down still works)',
  EDQUOT: 'the quota is used up; make room and try again (hactl down still works)',
  ENOTDIR: 'a part of this path is no folder; name another spool with --spool-root',
  EEXIST: 'a file of that name is in the way of the spool; name another folder with --spool-root',
  EISDIR: 'a folder has the mark\'s name; remove it with rmdir',
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
    case 'EADDRNOTAVAIL':
      return `cannot listen on ${where}: no address of this host (EADDRNOTAVAIL); see them with: ip address`;
    default:
      return `cannot listen on ${where}: ${code}`;
  }
}
