// The configurations of HAProxy that go with hacheck, as `hactl help haproxy` and the README have them.

/** One way to have HAProxy ask hacheck. */
export interface Configuration {
  readonly title: string;
  /** How the daemon is started for it. */
  readonly serve: string;
  /** Sections for haproxy.cfg. */
  readonly lines: string;
  /** What an operator will see, in lines. */
  readonly effect: readonly string[];
}

const SERVERS = `  server web1 10.0.0.1:8080 check port 3333
  server web2 10.0.0.2:8080 check port 3333
`;

/** From the one that needs the least to the one that can do the most. */
export const CONFIGURATIONS: readonly Configuration[] = [
  {
    title: 'Simple',
    serve: 'hactl serve',
    lines: `backend web
  option httpchk GET /http/web/8080/health
  default-server inter 2s fastinter 500ms fall 3 rise 2
${SERVERS}`,
    effect: ['hactl down web: DOWN after three checks, the reason in log and stats.'],
  },
  {
    title: 'With drain (HAProxy 2.2 and newer)',
    serve: 'hactl serve',
    lines: `backend web
  option httpchk
  http-check send-state
  http-check send meth GET uri /http/web/8080/health
  http-check expect ! status 404 error-status L7OKC on-error "%[res.fhdr(x-hacheck-reason)]"
  http-check expect status 200-399 on-error "%[res.fhdr(x-hacheck-reason)]"
  default-server inter 2s fastinter 500ms fall 3 rise 2
${SERVERS}`,
    effect: ['hactl drain web: NOLB at the next check, the reason in log and stats.', 'Sessions that run go on, new ones go elsewhere.'],
  },
  {
    title: 'With the agent',
    serve: 'hactl serve --agent-port 3334 --marks-on agent',
    lines: `backend web
  option httpchk
  http-check send-state
  http-check send meth GET uri /http/web/8080/health
  default-server inter 2s fastinter 500ms fall 3 rise 2 weight 100
  default-server agent-check agent-port 3334 agent-inter 1s agent-send "web:8080\\n"
${SERVERS}`,
    effect: ['hactl down web: DOWN (agent) within a second, the reason in log and stats.', 'hactl drain web: weight 0. A service that fails is DOWN.'],
  },
];

const WORST_CASE = `# HAProxy sends new requests until it has been told: for a down at most inter, then fall - 1
# times fastinter; for a drain at most inter; with the agent at most agent-inter. --wait comes
# back two reports later, 2 x inter, or when the last request has ended, if that is later.
`;

/** What `hactl help haproxy` prints. */
export function haproxyHelp(): string {
  const parts = CONFIGURATIONS.map(({ title, serve, lines, effect }) => `${[`${title}, with: ${serve}`, ...effect].map((line) => `# ${line}\n`).join('')}${lines}`);
  return `${parts.join('\n')}\n${WORST_CASE}`;
}
