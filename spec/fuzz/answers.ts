// What services say over each protocol when they are not well, and what they must have said to be up.
import { field, frame, type Dialogue } from '../support/dialogue.ts';
import { errorPacket, packet } from '../support/mysql-peer.ts';

/** The dialogue of a service that is well, over HTTP. */
export const HTTP: Dialogue = {
  messages: [{ when: (received) => received.includes('\r\n\r\n'), say: Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nfine') }],
  target: { query: 'health' }, said: 'fine',
};

/** What a service must have said, whatever else, for its verdict to be up. */
export const NEEDED: Readonly<Record<string, RegExp>> = {
  mysql: /^[^]{4}\x0a/, postgres: /^[RE]/, redis: /\+PONG[^]*role:master/, smtp: /^220[^]*221/, grpc: /\x08(?:\x01|\x81\x80*\x00)/, haproxy: /UP/, http: /^[\r\n]*HTTP\/1\.[01] [23]\d\d/,
};

/** What a service says otherwise, some of it when it is not well: for any of its messages. */
export const OTHERWISE: Readonly<Record<string, readonly Buffer[]>> = {
  mysql: [errorPacket(0, 1040, 'Too many connections'), errorPacket(2, 1045, 'Access denied', '28000'), packet(2, [0xff]), packet(2, [0xfe], 'caching_sha2_password\0', 'n'.repeat(20)), packet(4, [1, 4]), packet(2, [0xfe])],
  postgres: ['E\0\0\0\x1aSFATAL\0C57P03\0Mstarting\0\0', 'E\0\0\0\x19SFATAL\0C28000\0Mno user\0\0', 'R\0\0\0\x08\0\0\0\0', 'Esorry, too many clients already\n'].map((text) => Buffer.from(text, 'latin1')),
  redis: ['-NOAUTH Authentication required.\r\n', '-LOADING Redis is loading\r\n', '-MASTERDOWN Link with MASTER is down\r\n', '$12\r\nrole:replica\r\n', '+OK\r\n'].map((text) => Buffer.from(text)),
  smtp: ['554 no\r\n', '421-busy\r\n421 bye\r\n', '220 ready\r\n', '250 ok\r\n', '221 bye\n'].map((text) => Buffer.from(text)),
  grpc: [
    frame(7, 0, 0, Buffer.alloc(8)), frame(3, 0, 1, Buffer.alloc(4)), frame(6, 0, 0, Buffer.alloc(8)), frame(8, 0, 0, Buffer.alloc(4)),
    Buffer.concat([frame(1, 4, 1, Buffer.concat([Buffer.from([0x88]), field('content-type', 'application/grpc')])), frame(0, 0, 1, Buffer.from([0, 0, 0, 0, 2, 8, 2])), frame(1, 5, 1, field('grpc-status', '0'))]),
    frame(1, 5, 1, Buffer.concat([Buffer.from([0x88]), field('content-type', 'application/grpc'), field('grpc-status', '12')])),
  ],
  haproxy: ['DOWN', 'MAINT', 'NOLB', 'DOWN 1/2', 'no check'].map((status) => Buffer.from(`HTTP/1.1 200 OK\r\n\r\n# pxname,svname,status,type,\nweb,web1,no check,2,\nweb,BACKEND,${status},1,\n`)),
  http: ['404 Not Found', '503 Service Unavailable', '500 Oops', '101 Switching Protocols', '100 Continue', '204 No Content'].map((status) => Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 4\r\n\r\nfine`)),
};
