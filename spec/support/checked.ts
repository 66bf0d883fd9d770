// Sections of HAProxy's configuration for servers that a daemon is asked about.

/** Lines for HAProxy's section `defaults`: checks follow each other quickly, and a busy machine is no failure. */
export const PATIENT = '  timeout check 5s\n  default-server inter 100ms\n  retries 0';

/** The lines of a backend with which a drain is one from any state, and shows its reason (beside the contract: haproxy.md 1.6). */
export function recipe(path: string): string {
  // fhdr, for hdr takes a reason with a comma in it for a list.
  return `
  option httpchk
  http-check send-state
  http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host %[srv_name]
  http-check expect ! status 404 error-status L7OKC on-error "%[res.fhdr(x-hacheck-reason)]"
  http-check expect status 200-399 on-error "%[res.fhdr(x-hacheck-reason)]"`;
}
