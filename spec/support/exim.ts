// Real Exim servers, each with a spool of its own. They are started by root, whose file of settings they trust alone.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOpen, serverFolder, startServer } from './process.ts';
import { freePort } from './service.ts';

/** Starts an Exim with these lines among its settings; gives its port. */
export async function startExim(settings: string, acl = 'accept'): Promise<number> {
  const [folder, port] = [serverFolder('Debian-exim'), await freePort()];
  const file = join(folder, 'exim.conf');
  const own = ['keep_environment =', 'primary_hostname = mail.example', `spool_directory = ${join(folder, 'spool')}`, `log_file_path = ${join(folder, '%slog')}`];
  const listening = [`daemon_smtp_ports = ${port}`, 'local_interfaces = 127.0.0.1', 'tls_advertise_hosts =', 'host_lookup =', 'acl_smtp_connect = conn'];
  writeFileSync(file, [...own, ...listening, settings, 'begin acl', 'conn:', `  ${acl}`, ''].join('\n'), { mode: 0o644 });
  chmodSync(folder, 0o755);
  startServer('exim4', ['-bdf', '-C', file, '-oP', join(folder, 'pid')], { folder });
  await isOpen(port);
  return port;
}
