import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { explain } from '../../cli/explain.ts';
import { writeMark } from '../../lib/marking.ts';
import { temporaryFolder } from '../support/folder.ts';
import { tcpService } from '../support/service.ts';
import { thrownBy } from '../support/thrown.ts';

const WANTED = { state: 'down', reason: undefined, by: undefined, expiration: undefined } as const;

describe('explain', () => {
  const folder = temporaryFolder();

  it('says of a folder in a mark\'s place how it goes', () => {
    mkdirSync(join(folder, 'web'));
    const line = `${folder}/web: a folder has the mark's name; look what is in it, then remove it with rm -r (EISDIR)`;
    assert.equal(explain(thrownBy(() => writeMark(folder, 'web', WANTED, 0))), line);
    assert.equal(explain(thrownBy(() => unlinkSync(join(folder, 'web')))), line);
  });

  it('says of a path through a file that another is needed', () => {
    writeFileSync(join(folder, 'file'), '');
    const root = join(folder, 'file', 'spool');
    assert.equal(explain(thrownBy(() => writeMark(root, 'web', WANTED, 0))), `${root}: a part of this path is no folder; name another spool with --spool-root (ENOTDIR)`);
  });

  it('says of a file in the spool\'s place that it is in the way', () => {
    const root = join(folder, 'file');
    assert.equal(
      explain(thrownBy(() => writeMark(root, 'web', WANTED, 0))),
      `${root}: a file, or a link to nothing, is in the way of the spool; name another folder with --spool-root (EEXIST)`,
    );
  });

  it('says of links in a circle that another path is needed', () => {
    const root = join(folder, 'circle');
    symlinkSync(root, root);
    const line = explain(thrownBy(() => writeMark(join(root, 'spool'), 'web', WANTED, 0)));
    assert.ok(line.startsWith(root) && line.endsWith('links that lead in a circle; name another spool with --spool-root (ELOOP)'), line);
  });

  it('says of anything else where it happened, what failed and with what', () => {
    assert.equal(explain(thrownBy(() => rmdirSync(join(folder, 'none')))), `${folder}/none: rmdir failed with ENOENT`);
  });

  for (const code of ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']) {
    it(`says what to do about ${code}, with the path and the code`, () => {
      const line = explain(Object.assign(new Error('refused'), { code, path: '/spool/web', syscall: 'open' }));
      assert.match(line, new RegExp(`^/spool/web: [^\\n]*(sudo|make room)[^\\n]* \\(${code}\\)$`));
    });
  }

  it('says of a file system that is read-only what opens it, also beneath a unit that sees all of them so', () => {
    const line = explain(Object.assign(new Error('refused'), { code: 'EROFS', path: '/spool/web', syscall: 'open' }));
    assert.match(line, /sudo mount -o remount,rw, or, for a daemon under systemd, with ReadWritePaths= in a drop-in: systemctl edit hacheck/);
  });

  it('says of a port in use which one it is and how to see who has it', async () => {
    const { port } = await tcpService((socket) => socket.destroy());
    const error = await listenError(createServer(), port, '127.0.0.1');
    assert.equal(explain(error), `cannot listen on 127.0.0.1 port ${port}: it is in use (EADDRINUSE); see who has it with: ss -ltnp 'sport = :${port}'`);
  });

  it('says of an address of another host how to see those of this one', async () => {
    // TEST-NET-1 (RFC 5737) is nobody's address.
    const error = await listenError(createServer(), 1, '192.0.2.1');
    assert.equal(explain(error), 'cannot listen on 192.0.2.1 port 1: no address of this host (EADDRNOTAVAIL); see them with: ip address');
  });

  it('says of a port that systemd forbids whence it should come', () => {
    // SocketBindDeny= is a BPF program of the unit's cgroup, which no spec can load.
    const error = Object.assign(new Error('listen EPERM'), { code: 'EPERM', syscall: 'listen', port: 3333 });
    assert.equal(explain(error), 'cannot listen on every address port 3333: not permitted (EPERM); a unit with SocketBindDeny= gets its sockets from socket units: systemctl start hacheck.socket');
  });

  it('says of a port that is root\'s to choose another', () => {
    const error = Object.assign(new Error('refused'), { code: 'EACCES', syscall: 'listen', address: '::', port: 80 });
    assert.equal(explain(error), 'cannot listen on :: port 80: no permission (EACCES); ports below 1024 are root\'s, choose another with --port');
  });

  for (const bug of [new TypeError('x is not a function'), 'a text', undefined]) {
    it(`calls ${String(bug)} a bug, without its stack`, () => assert.equal(explain(bug), `a bug in hactl, please report it: ${String(bug)}`));
  }
});

function listenError(server: Server, port: number, host: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    server.once('error', resolve);
    server.listen(port, host, () => reject(new Error('it listens')));
  });
}
