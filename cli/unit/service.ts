// The unit of systemd that runs the daemon.

/** What the unit starts, as absolute paths. */
export interface Started {
  readonly node: string;
  readonly program: string;
}

/**
 * Options of Node that keep it small under load. The first takes a quarter off its memory, for a tenth more of CPU at most; the second, with it, a third
 * in all, for a tenth more where connections are kept open and up to a third more where each check makes one.
 */
export const NODE_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];

/** File descriptors of the unit: five thousand connections, and memory below 150 MB whoever comes, on every Node (24 takes 12 KB for each). Without it there may be half a million. */
export const DESCRIPTORS = 10_000;

/**
 * The text of hacheck.service (systemd.service(5), systemd.exec(5), systemd.resource-control(5)).
 *
 * What it allows is what a serving Node uses. MemoryDenyWriteExecute= is not among it, for V8 writes the code that it runs. Node asks for
 * pkey_alloc and goes on without it: a call that is not allowed fails with EPERM, and does not end the process.
 */
export function serviceUnit({ node, program }: Started): string {
  return `# hacheck.service, as hactl unit prints it. Options stand in /etc/default/hacheck. Whatever else is to be
# otherwise goes into a drop-in, systemctl edit hacheck.service, beneath [Service]. It must say this
#
# for --target-from-header, of the networks in which it probes:
#   IPAddressAllow=10.0.0.0/8
#
# for passwords and tokens in files that root alone can read. What the daemon reads is a copy, made at its start: of a
# new secret it hears by systemctl restart hacheck, which no balancer sees, and not by a reload:
#   LoadCredential=mysql:/etc/hacheck/mysql-password
#   Environment=HACHECK_MYSQL_USER=hacheck HACHECK_MYSQL_PASSWORD_FILE=%d/mysql
#
# for --remote-spool, which writes marks. The spool is then that of a user, useradd --system hacheck, by
# d /var/spool/hacheck 0755 hacheck hacheck - in /etc/tmpfiles.d/hacheck.conf:
#   ReadWritePaths=/var/spool/hacheck
#   LoadCredential=token:/etc/hacheck/token
#   Environment=HACHECK_REMOTE_SPOOL=on HACHECK_TOKEN_FILE=%d/token
#
# for a daemon that opens its ports itself, behind systemctl mask hacheck.socket hacheck-agent.socket:
#   SocketBindAllow=tcp:3333
#   IPAddressAllow=any

[Unit]
Description=Health checks of this host's services, for load balancers
Documentation=man:hactl(1)
# They open the ports, and keep them open while this is started anew.
Wants=hacheck.socket
After=hacheck.socket hacheck-agent.socket
# It never gives up: a mistake in its options is mended while it tries.
StartLimitIntervalSec=0

[Service]
Type=exec
EnvironmentFile=-/etc/default/hacheck
# With a third less memory under load, for a tenth to a third more of CPU for each check.
ExecStart=${[node, ...NODE_FLAGS, program].join(' ')} serve
# It reads tokens and passwords again.
ExecReload=/bin/sh -c 'kill -HUP $$MAINPID'
Restart=on-failure
# A reload that comes before Node has started ends it, and would count as a clean end.
RestartForceExitStatus=SIGHUP
RestartSec=500ms
# Checks under way get --timeout (10 s) and a second, twice: those that came, and those that came meanwhile.
TimeoutStopSec=25s
SyslogIdentifier=hacheck
# Five thousand connections, and memory below 150 MB: of more the longest silent are closed.
LimitNOFILE=${DESCRIPTORS}

# A user without rights, who sees a file system that is read-only, and of others' processes nothing.
DynamicUser=yes
CapabilityBoundingSet=
NoNewPrivileges=yes
UMask=0077
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RemoveIPC=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

# It probes loopback, and opens no port. Who may ask is not said here: the sockets that it is given are under the lists of their own units.
RestrictAddressFamilies=AF_INET AF_INET6
IPAddressDeny=any
IPAddressAllow=localhost
SocketBindDeny=any

[Install]
WantedBy=multi-user.target
Also=hacheck.socket
`;
}
