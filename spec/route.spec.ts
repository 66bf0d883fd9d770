import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCheck, formatMarkName, marksOf, parseCheck, parseMarkName } from '../lib/route.ts';

const PROTOCOLS = ['spool', 'http', 'tcp'];

describe('parseCheck', () => {
  it('reads protocol, service, port and query', () => {
    const check = parseCheck('/http/api.v2/8080/a%2Fb?x=1', PROTOCOLS);
    assert.deepEqual(check, { protocol: 'http', service: 'api.v2', port: 8080, query: 'a%2Fb?x=1', marks: ['all', 'api.v2', 'api.v2:8080'] });
  });

  for (const path of ['/http/web/8080', '/http/web/8080/']) {
    it(`finds an empty query in ${path}`, () => {
      const check = parseCheck(path, PROTOCOLS);
      assert.ok(!('refused' in check));
      assert.equal(check.query, '');
    });
  }

  it('leaves the query as it is, whatever it holds', () => {
    for (const query of ['%zz', '..', '../../etc/passwd', '//', '?', '#a', 'caf\xe9', 'a'.repeat(10_000)]) {
      const check = parseCheck(`/http/web/80/${query}`, PROTOCOLS);
      assert.ok(!('refused' in check), query);
      assert.equal(check.query, query);
    }
  });

  it('takes port 0 for spool alone, as no port', () => {
    const check = parseCheck('/spool/web/0', PROTOCOLS);
    assert.ok(!('refused' in check));
    assert.deepEqual(check.marks, ['all', 'web']);
    assert.ok('refused' in parseCheck('/http/web/0/', PROTOCOLS));
  });

  const REFUSED = [
    ['', 'no such check: ""'],
    ['*', 'no such check: "*"'],
    ['/', 'no such check: "/"'],
    ['//', 'no such check: "//"'],
    ['/http/web', 'no such check'],
    ['http://host/http/web/80/', 'no such check'],
    ['//http/web/80/', 'unknown protocol ""'],
    ['/ftp/web/80/', 'unknown protocol "ftp": it is one of spool, http, tcp'],
    ['/constructor/web/80/', 'unknown protocol "constructor"'],
    ['/HTTP/web/80/', 'unknown protocol "HTTP"'],
    ['/http//80/', 'bad service ""'],
    ['/http/../80/', 'bad service ".."'],
    ['/http/.web/80/', 'bad service ".web"'],
    ['/http/-web/80/', 'bad service "-web"'],
    ['/http/%2e%2e/80/', 'bad service "%2e%2e"'],
    ['/http/%00/80/', 'bad service "%00"'],
    ['/http/%zz/80/', 'bad service "%zz"'],
    ['/http/w:b/80/', 'bad service "w:b"'],
    ['/http/w b/80/', 'bad service "w b"'],
    ['/http/w\xc3\xbc/80/', 'bad service "w\u00fc"'],
    [`/http/${'a'.repeat(129)}/80/`, 'bad service "aaaa'],
    ['/http/web//', 'bad port ""'],
    ['/http/web/65536/', 'bad port "65536": 1 to 65535'],
    ['/http/web/08/', 'bad port "08"'],
    ['/http/web/-1/', 'bad port "-1"'],
    ['/http/web/+1/', 'bad port "+1"'],
    ['/http/web/1e3/', 'bad port "1e3"'],
    ['/http/web/0x50/', 'bad port "0x50"'],
    ['/http/web/%zz/', 'bad port "%zz"'],
    ['/http/web/8080?x=1', 'bad port "8080?x=1"'],
    ['/spool/web/00', 'bad port "00"'],
    ['/http/web/80/a\tb', 'bad query'],
  ] as const;
  for (const [path, why] of REFUSED) {
    it(`refuses ${JSON.stringify(path.slice(0, 40))} and says why`, () => {
      const refusal = parseCheck(path, PROTOCOLS);
      assert.ok('refused' in refusal);
      assert.ok(refusal.refused.startsWith(why), refusal.refused);
    });
  }

  it('takes a name of 128 characters', () => {
    assert.ok(!('refused' in parseCheck(`/http/${'a'.repeat(128)}/80/`, PROTOCOLS)));
  });

  it('quotes at most 60 characters of what it refuses', () => {
    const refusal = parseCheck(`/http/${'/'.repeat(10_000)}`, PROTOCOLS);
    assert.ok('refused' in refusal);
    assert.ok(refusal.refused.length < 200);
  });
});

describe('formatCheck', () => {
  for (const path of ['/http/web/8080/a%2Fb?x=1', '/spool/web/0', '/tcp/_a/65535']) {
    it(`prints ${path} as it was asked`, () => {
      const check = parseCheck(path, PROTOCOLS);
      assert.ok(!('refused' in check));
      assert.equal(`/${formatCheck(check)}`, path);
    });
  }
});

describe('parseMarkName', () => {
  for (const name of ['all', 'web', 'web:8080', 'web:10.0.0.7:8080', 'web:::1:8080', 'web:2001:db8::7:8080']) {
    it(`reads ${name}, and prints it back`, () => {
      const parsed = parseMarkName(name);
      assert.ok(!('refused' in parsed));
      assert.equal(formatMarkName(parsed), name);
    });
  }

  it('brings IPv6 addresses into one form', () => {
    for (const name of ['web:[::1]:80', 'web:0:0:0:0:0:0:0:1:80', 'web:0::0001:80']) {
      const parsed = parseMarkName(name);
      assert.ok(!('refused' in parsed));
      assert.equal(formatMarkName(parsed), 'web:::1:80');
    }
  });

  for (const name of ['', ':', 'web:', 'web:0', 'web:08', 'web:x:80', 'web:127.1:80', 'web:fe80::1%lo:80', '../web', 'web/..', '.web', 'web:80:', 'w\u00fc']) {
    it(`refuses ${JSON.stringify(name)}`, () => assert.ok('refused' in parseMarkName(name)));
  }
});

describe('marksOf', () => {
  it('names the marks in their order of precedence', () => {
    assert.deepEqual(marksOf({ service: 'web' }), ['all', 'web']);
    assert.deepEqual(marksOf({ service: 'web', port: 80 }), ['all', 'web', 'web:80']);
    assert.deepEqual(marksOf({ service: 'web', port: 80, address: '10.0.0.7' }), ['all', 'web', 'web:80', 'web:10.0.0.7:80']);
    assert.deepEqual(marksOf({ service: 'all' }), ['all']);
  });
});
