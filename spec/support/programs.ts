// Programs that specs need from outside, each from a Debian package of the same or another name.
import { spawnSync } from 'node:child_process';

/** The package that has a program, where it bears another name. */
const PACKAGES: Readonly<Record<string, string>> = {
  script: 'bsdutils', perl: 'perl-base', unshare: 'util-linux', ip: 'iproute2', ss: 'iproute2', 'ansible-playbook': 'ansible-core',
  promtool: 'prometheus', mariadbd: 'mariadb-server', mariadb: 'mariadb-client', pg_ctlcluster: 'postgresql', exim4: 'exim4-daemon-light',
  'systemd-socket-activate': 'systemd', 'systemd-analyze': 'systemd', 'systemd-tmpfiles': 'systemd', 'dpkg-deb': 'dpkg', nginx: 'nginx-light',
};
/** What tells whether something is there that is no program of that name. */
const PROOFS: Readonly<Record<string, string>> = { 'python3-grpcio': "/usr/bin/python3 -c 'import grpc'", 'python3-hpack': "/usr/bin/python3 -c 'import hpack'" };
/** What the specs need. PostgreSQL's own programs are in no PATH: Debian's pg_ctlcluster comes with them. */
const SPEC_PROGRAMS = [
  'openssl', 'haproxy', 'script', 'curl', 'strace', 'perl', 'unshare', 'ip', 'ss', 'wrk', 'ansible-playbook',
  'promtool', 'mariadbd', 'mariadb', 'pg_ctlcluster', 'pgbouncer', 'redis-server', 'redis-sentinel', 'exim4', 'python3-grpcio', 'python3-hpack', 'bash', 'zsh', 'fish', 'mandoc',
  'systemd-socket-activate', 'systemd-analyze', 'systemd-tmpfiles', 'dpkg-deb', 'lintian', 'chromium', 'faketime',
];

/** Whether a program can be started, or a module be loaded. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', PROOFS[name] ?? `command -v ${name}`]).status === 0;
}

/** What a spec that needs a program passes as `skip`: false where it is there, otherwise why the spec is skipped. In CI a skip is a failure. */
export function lacking(...names: string[]): string | false {
  const missing = names.filter((name) => !hasProgram(name));
  return missing.length === 0 ? false : `LACKING ${missing.join(', ')}: apt-get install ${missing.map((name) => PACKAGES[name] ?? name).join(' ')}`;
}

/** Installs what is missing, where that can be: as root, with apt-get, and without starting any service. */
export function installPrograms(programs: readonly string[] = SPEC_PROGRAMS): void {
  const packages = [...new Set(programs.filter((program) => !hasProgram(program)).map((program) => PACKAGES[program] ?? program))];
  if (packages.length === 0 || process.getuid?.() !== 0 || !hasProgram('apt-get')) return;
  console.log(`installing Debian's ${packages.join(', ')}, which is needed here`);
  const script = `
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then printf '#!/bin/sh\\nexit 101\\n' > $policy; chmod 755 $policy; trap 'rm -f $policy' EXIT; fi
    apt-get update -q && apt-get install -q -y --no-install-recommends ${packages.join(' ')}`;
  spawnSync('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}
