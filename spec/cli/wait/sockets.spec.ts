import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { endianness } from 'node:os';
import { after, describe, it } from 'node:test';
import { connectionsInUse, connectionsTo, parseIdle, parseTable, type Connection } from '../../../cli/wait/sockets.ts';
import { lacking } from '../../support/programs.ts';
import { started, type Service } from '../../support/service.ts';

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const REST = '00000000:00000000 00:00000000 00000000     0        0 7788 1 0000000000000000 20 4 30 10 -1\n';
const PORTS = new Set([8080, 443]);

/** An address as the kernel of this machine prints it. */
function words(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex').toUpperCase();
}

function line(local: string, remote: string, state = '01'): string {
  return `   0: ${words('0a000001')}:${local} ${remote} ${state} ${REST}`;
}

describe('parseTable', () => {
  const PEER = `${words('0a000002')}:1267`;
  const STATES: readonly (readonly [string, string, boolean])[] = [
    ['01', 'ESTABLISHED', true], ['02', 'SYN_SENT', false], ['03', 'SYN_RECV', true], ['04', 'FIN_WAIT1', true], ['05', 'FIN_WAIT2', false], ['06', 'TIME_WAIT', false],
    ['07', 'CLOSE', false], ['08', 'CLOSE_WAIT', true], ['09', 'LAST_ACK', false], ['0A', 'LISTEN', false], ['0B', 'CLOSING', false], ['0C', 'NEW_SYN_RECV', false],
  ];
  for (const [state, name, counts] of STATES) {
    it(`${counts ? 'counts' : 'leaves out'} ${name}`, () => {
      assert.deepEqual(parseTable(HEADING + line('1F90', PEER, state), PORTS), counts ? [{ port: 8080, address: '10.0.0.2', remotePort: 4711, answered: false }] : []);
    });
  }

  const ADDRESSES: readonly (readonly [string, string])[] = [
    ['7f000001', '127.0.0.1'], ['c0a80164', '192.168.1.100'], ['00000000000000000000000000000001', '::1'], ['00000000000000000000ffff0a000002', '10.0.0.2'],
    ['20010db8000000000000000000000a01', '2001:db8::a01'], ['fe80000000000000021122fffe334455', 'fe80::211:22ff:fe33:4455'], ['20010db8000000010002000300040005', '2001:db8:0:1:2:3:4:5'],
  ];
  for (const [hex, address] of ADDRESSES) {
    it(`reads ${address}`, () => assert.deepEqual(parseTable(line('01BB', `${words(hex)}:FFFF`), PORTS), [{ port: 443, address, remotePort: 65535, answered: false }]));
  }

  it('reads whether the last thing that came was answered, or needed no answer', () => {
    const [established, listening] = ['01', '03'].map((state) => line('1F90', PEER, state));
    assert.deepEqual(parseTable(`${established}`.replace(' 30 10', ' 31 10'), PORTS).map(({ answered }) => answered), [true]);
    assert.deepEqual(parseTable(`${listening}`.replace(/ 20 4 30 10 -1/, ''), PORTS).map(({ answered }) => answered), [false]);
  });

  it('leaves out other local ports, and the ports of others', () => {
    assert.deepEqual(parseTable(line('1F91', `${words('0a000002')}:1F90`), PORTS), []);
  });

  it('reads every line, with numbers of any width, and nothing but lines', () => {
    const table = `${HEADING}${line('1F90', PEER)}${line('1F90', PEER).replace('   0:', '  12:')}${line('01BB', PEER).replace('   0:', '123456:')}\nnonsense\n`;
    assert.deepEqual(parseTable(table, PORTS).map(({ port }) => port), [8080, 8080, 443]);
    for (const nothing of ['', HEADING, '\n']) assert.deepEqual(parseTable(nothing, PORTS), []);
  });
});

describe('parseIdle', () => {
  const INFO = 'bbr wscale:10,10 rto:204 rtt:0.021/0.011 mss:32768 cwnd:11 bytes_sent:7 bytes_acked:7 bytes_received:2 segs_out:2 send 137Gbps lastsnd:2508 lastrcv:2508 lastack:2508 rcv_space:65483';
  const info = (sent: number, lastSent: number, lastReceived: number): string => `bytes_sent:${sent} segs_in:2 lastsnd:${lastSent} lastrcv:${lastReceived} lastack:1`;
  const record = (more: string, gap = '\n\t '): string => `ESTAB 0      0      127.0.0.1:8080 10.0.0.2:4711${gap}${more}\n`;
  const IDLE = ['8080 10.0.0.2 4711'];
  const ROWS: readonly (readonly [string, string, readonly string[]])[] = [
    ['what ss prints', record(INFO), IDLE],
    ['what ss -O prints', record(INFO, ' '), IDLE],
    ['spaces at the end', record(`${INFO}      `), IDLE],
    ['silence for two seconds', record(info(1, 2000, 2000)), IDLE],
    ['silence for less', record(info(1, 1999, 2000)), []],
    ['the service as the one that spoke last', record(info(1, 2000, 9000)), IDLE],
    ['the balancer as the one that spoke last', record(info(1, 9000, 8999)), []],
    ['the balancer, a moment ago', record(info(1, 9000, 0)), []],
    ['a service that has not spoken', record(info(0, 9000, 9000)), []],
    ['a service that has not spoken, as ss leaves out a 0', record('segs_in:2 lastsnd:9000 lastrcv:9000'), []],
    ['no lastsnd', record('bytes_sent:7 lastrcv:9000'), []],
    ['no lastrcv', record('bytes_sent:7 lastsnd:9000'), []],
    ['bytes_sent inside another word', record('xbytes_sent:7 lastsnd:9000 lastrcv:9000'), []],
    ['no second line', 'TIME-WAIT 0 0 127.0.0.1:8080 10.0.0.2:4711\n', []],
    ['one that lacks its second line before another', `CLOSE-WAIT 0 0 127.0.0.1:8080 10.0.0.3:1\n${record(INFO)}`, IDLE],
    ['IPv6', `ESTAB 0 0 [2001:db8::1]:8080 [2001:db8:0::2]:4711\n\t ${INFO}\n`, ['8080 2001:db8::2 4711']],
    ['IPv4 on an IPv6 socket', `ESTAB 0 0 [::ffff:10.0.0.1]:8080 [::ffff:10.0.0.2]:4711\n\t ${INFO}\n`, IDLE],
    ['an address with a zone', `ESTAB 0 0 [fe80::1]%eth0:8080 [fe80::2]%eth0:4711\n\t ${INFO}\n`, ['8080 fe80::2 4711']],
    ['nothing', '', []],
  ];
  for (const [what, printed, idle] of ROWS) it(`reads ${what}`, () => assert.deepEqual([...parseIdle(printed, new Set(idle))], idle));

  it('takes the service for the one that spoke last in the same tick only where it has answered', () => {
    for (const [printed, idle] of [[record(info(1, 2000, 2000)), []], [record(info(1, 2000, 2004)), IDLE]] as const) assert.deepEqual([...parseIdle(printed, new Set())], idle);
  });
});

/** A service that answers `ask` with a word and takes the rest in silence. */
function answering(host: string): Promise<Service> {
  return started(createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).on('data', (said) => void (String(said) === 'ask' && socket.write('word')))), host);
}

async function opened(service: Service, host: string): Promise<Socket> {
  const socket = connect({ port: service.port, host });
  after(() => socket.destroy());
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** What a connection is from the service's side. */
function seenFrom(service: Service, { localPort = 0 }: Socket, address: string): Connection {
  return { port: service.port, address, remotePort: localPort, answered: false };
}

describe('real connections', { concurrency: true }, () => {
  for (const [listening, host, address] of [['127.0.0.1', '127.0.0.1', '127.0.0.1'], ['::1', '::1', '::1'], ['::', '127.0.0.1', '127.0.0.1']] as const) {
    it(`to ${host} are seen where the service listens on ${listening}, and in use`, async () => {
      const service = await answering(listening);
      const sockets = [await opened(service, host), await opened(service, host)];
      const found = connectionsTo(new Set([service.port])) ?? [];
      const byPort = (a: Connection, b: Connection): number => a.remotePort - b.remotePort;
      assert.deepEqual([...found].sort(byPort), sockets.map((socket) => seenFrom(service, socket, address)).sort(byPort));
      assert.deepEqual(await connectionsInUse(found), found);
      for (const socket of [...sockets, ...service.open]) socket.destroy();
      await service.idle();
      assert.deepEqual(connectionsTo(new Set([service.port])), []);
    });

    it(`to ${host}, where the service listens on ${listening}, are idle when it spoke last, and both are silent for two seconds`, { skip: lacking('ss') }, async () => {
      const service = await answering(listening);
      const [idle, asking, mute, halfClosed] = [await opened(service, host), await opened(service, host), await opened(service, host), await opened(service, host)];
      for (const socket of [idle, asking, halfClosed]) {
        socket.write('ask');
        await new Promise((resolve) => socket.once('data', resolve));
      }
      // At once: within one tick of the kernel's.
      asking.write('more');
      halfClosed.end('more');
      const all = connectionsTo(new Set([service.port])) ?? [];
      assert.equal(all.length, 4);
      assert.deepEqual(await connectionsInUse(all), all);
      await new Promise((resolve) => setTimeout(resolve, 2200));
      const left = new Set((await connectionsInUse(connectionsTo(new Set([service.port])) ?? [])).map(({ remotePort }) => remotePort));
      assert.deepEqual(left, new Set([asking, mute, halfClosed].map(({ localPort }) => localPort ?? 0)));
      assert.ok(!left.has(idle.localPort ?? 0));
      for (const open of service.open) open.destroy();
    });
  }

  it('are read from the tables that this kernel prints', () => {
    for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) assert.match(readFileSync(table, 'latin1'), /^ *sl +local_address +(?:rem|remote)_address +st /);
  });

  it('are none where none are asked about', async () => {
    assert.deepEqual(connectionsTo(new Set()), []);
    assert.deepEqual(await connectionsInUse([]), []);
  });
});
