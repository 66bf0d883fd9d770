import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SERVE_OPTIONS } from '../../../cli/serving.ts';
import { AGENT_SOCKET, SOCKET } from '../../../cli/unit/sockets.ts';
import { takeSockets } from '../../../lib/activation.ts';

/** The settings of a unit, without its comments. */
function settings(unit: string): Map<string, string> {
  return new Map([...unit.matchAll(/^([A-Z]\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/** What the daemon makes of a unit's one socket. */
function taken(unit: string): unknown {
  return takeSockets({ LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: settings(unit).get('FileDescriptorName') }, 1);
}

// spec/cli/unit/service.spec.ts shows them to systemd-analyze.
describe('the units of the sockets', () => {
  it('give their sockets names that the daemon knows', () => {
    assert.deepEqual([taken(SOCKET), taken(AGENT_SOCKET)], [{ http: [3], agent: [] }, { http: [], agent: [3] }]);
  });

  it('listen on the ports of the contract and of the help, on every address', () => {
    assert.equal(settings(SOCKET).get('ListenStream'), String(SERVE_OPTIONS.ports.fallback));
    assert.equal(settings(AGENT_SOCKET).get('ListenStream'), '3334');
  });

  it('hand whole sockets to one daemon, that of the same name or the one that is named', () => {
    for (const unit of [SOCKET, AGENT_SOCKET]) assert.equal(settings(unit).has('Accept'), false);
    assert.deepEqual([settings(SOCKET).get('Service'), settings(AGENT_SOCKET).get('Service')], [undefined, 'hacheck.service']);
  });

  it('are opened at boot; that of the agent also when the daemon is restarted', () => {
    assert.deepEqual([settings(SOCKET).get('WantedBy'), settings(AGENT_SOCKET).get('WantedBy')], ['sockets.target', 'sockets.target hacheck.service']);
  });
});
