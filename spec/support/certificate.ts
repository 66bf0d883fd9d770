// Certificates that nobody but openssl vouches for, made anew for each spec.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';
import { hasProgram } from './programs.ts';

/** What a TLS server shows, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const CONFIG = `
[ca]
default_ca = this
[this]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
`;

/** A self-signed certificate for `name`, valid for a day, or one that expired in 2020. Both are empty where there is no openssl: such specs are skipped. */
export function certificate(name: string, expired = false): Certificate {
  if (!hasProgram('openssl')) return { key: '', cert: '' };
  const folder = temporaryFolder();
  const request = ['-config', 'config', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`, '-keyout', 'key'];
  writeFileSync(join(folder, 'config'), CONFIG);
  writeFileSync(join(folder, 'index'), '');
  if (!expired) openssl(folder, ['req', '-x509', '-days', '1', ...request, '-out', 'cert']);
  else {
    openssl(folder, ['req', '-new', ...request, '-out', 'request']);
    const dates = ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'];
    openssl(folder, ['ca', '-batch', '-notext', '-config', 'config', '-selfsign', '-keyfile', 'key', '-in', 'request', ...dates, '-out', 'cert']);
  }
  return { key: readFileSync(join(folder, 'key'), 'utf8'), cert: readFileSync(join(folder, 'cert'), 'utf8') };
}

function openssl(cwd: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${stderr}`);
}
