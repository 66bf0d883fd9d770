// The units of systemd that hold the daemon's sockets. All ListenStream= of a unit share a name, so the agent's has one of its own.

/** The text of hacheck.socket (systemd.socket(5)). */
export const SOCKET = `# hacheck.socket, as hactl unit --socket prints it: the port of the checks over HTTP, which stays open while
# hacheck.service is started anew. Other ports and addresses go into a drop-in: systemctl edit hacheck.socket
#   [Socket]
#   ListenStream=
#   ListenStream=10.0.0.1:3333
#   FreeBind=yes

[Unit]
Description=Health checks of this host's services, for load balancers: the port
Documentation=man:hactl(1)

[Socket]
ListenStream=3333
FileDescriptorName=http

[Install]
WantedBy=sockets.target
`;

/** The text of hacheck-agent.socket. */
export const AGENT_SOCKET = `# hacheck-agent.socket, as hactl unit --agent-socket prints it: the port of HAProxy's agent checks. It is opened
# when the daemon starts: systemctl enable hacheck-agent.socket && systemctl restart hacheck.service
# Another port goes into a drop-in: systemctl edit hacheck-agent.socket
#   [Socket]
#   ListenStream=
#   ListenStream=10.0.0.1:3334
#   FreeBind=yes

[Unit]
Description=Health checks of this host's services, for load balancers: the port of the agent
Documentation=man:hactl(1)

[Socket]
ListenStream=3334
FileDescriptorName=agent
Service=hacheck.service

# systemd opens no socket for a service that runs already. As a wish of the service's, it is opened while that one is restarted.
[Install]
WantedBy=sockets.target hacheck.service
`;
