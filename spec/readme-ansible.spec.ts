// The README's playbook: run as it stands there, against two hosts that are this one.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from './support/folder.ts';
import { startHaproxy } from './support/haproxy.ts';
import { lacking } from './support/programs.ts';
import { blocks, newHost } from './support/readme.ts';

const [playbook = ''] = blocks('yaml');
const INVENTORY = '[web]\none ansible_connection=local\ntwo ansible_connection=local\n[web:vars]\nansible_python_interpreter=auto_silent\n';

function written(contents: string): { play: string; hosts: string } {
  const folder = temporaryFolder();
  const [play, hosts] = [join(folder, 'restart.yml'), join(folder, 'hosts')];
  writeFileSync(play, contents);
  writeFileSync(hosts, INVENTORY);
  return { play, hosts };
}

describe('the playbook of the README', { skip: lacking('ansible-playbook', 'haproxy') }, () => {
  it('is one that Ansible understands', { timeout: 60_000 }, async () => {
    const { play, hosts } = written(playbook);
    const { code, stderr } = await (await newHost()).run(`ansible-playbook -i ${hosts} --syntax-check ${play}`);
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('works on each host while HAProxy sends it nothing, and goes on when HAProxy sends again', { timeout: 120_000 }, async () => {
    const host = await newHost();
    const spare = await newHost();
    const lines = blocks('haproxy')[1]?.replace(/^ *server web2 .*$/m, `  server web2 127.0.0.1:${spare.service.port} check port ${spare.daemon.port}`) ?? '';
    const haproxy = await startHaproxy(host.here(lines).replace('inter 2s fastinter 500ms', 'inter 200ms'));
    const seen = join(temporaryFolder(), 'seen');
    const stateOf = `ansible.builtin.shell: hactl balancers | cut -f7 >> ${seen}`;
    const play = playbook.replace('become: true', 'become: false').replace(/ansible\.builtin\.apt: .*/, stateOf);
    assert.ok(play.includes(stateOf) && play.includes('become: false'));
    const { play: file, hosts } = written(play);
    const { code, stdout, stderr } = await host.run(`ansible-playbook -i ${hosts} ${file}`);
    assert.equal(code, 0, stdout + stderr);
    assert.match(readFileSync(seen, 'utf8'), /^(?:DOWN\n){2}$/);
    assert.equal((await haproxy.server('web', 'web1'))['status'], 'UP');
  });

  it('leaves the other hosts alone, and this one out, where the work fails', { timeout: 120_000 }, async () => {
    const host = await newHost();
    const { play, hosts } = written(playbook.replace('become: true', 'become: false').replace(/ansible\.builtin\.apt: .*/, 'ansible.builtin.command: /bin/false'));
    const { code, stdout } = await host.run(`ansible-playbook -i ${hosts} ${play}`);
    assert.notEqual(code, 0);
    assert.ok(/^one .*failed=1/m.test(stdout) && !/^two /m.test(stdout), stdout);
    assert.equal((await host.run('hactl status all')).stdout.split('\t')[0], 'DOWN');
  });
});
