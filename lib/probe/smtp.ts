// smtp: the greeting, then QUIT (RFC 5321 sections 3.1, 4.1.1.10 and 4.2.1).
import { Broken, converse, type Taken } from './conversation.ts';
import type { Probe } from './target.ts';

/** Bytes of one reply; a line may have 512 (RFC 5321 section 4.5.3.1.5). */
const MOST_BYTES = 8 * 1024;
const LINE = /^(\d{3})(?:([ -])(.*))?$/s;
/** What a line's first four bytes can be, also while they are fewer. */
const START = /^(?:\d{0,3}|\d{3}[ \r\n-])$/;
const LINE_FEED = 10;

interface Reply {
  readonly code: string;
  /** Its lines, with spaces between them. */
  readonly text: string;
}

/** Up when the service greets with 220 and answers QUIT with 221. Nothing is said before the greeting has ended: servers take early talkers for spammers. */
export const probeSmtp: Probe = (target, signal) =>
  converse(target, signal, async (smtp) => {
    const greeting = await smtp.hear(replyReader());
    const said = `${greeting.code} ${greeting.text}`;
    // What stands behind it already is no answer to what is said now.
    if (smtp.unheard > 0) throw new Broken('no SMTP: more than a greeting');
    smtp.say('QUIT\r\n');
    if (greeting.code !== '220') return { up: false, said };
    const bye = await smtp.hear(replyReader());
    return bye.code === '221' ? { up: true, said } : { up: false, said: `${bye.code} ${bye.text}, for QUIT` };
  });

/**
 * Makes a reader of one reply, of one line or several, of which the last has no hyphen behind its code. Some servers end lines with a bare LF.
 * It reads no line twice: bytes may come one at a time.
 */
function replyReader(): (bytes: Buffer) => Taken<Reply> {
  const texts: string[] = [];
  let first: string | undefined;
  let [start, from] = [0, 0];
  return (bytes) => {
    if (!START.test(bytes.toString('latin1', 0, 4))) throw new Broken('no SMTP', bytes.toString('utf8', 0, 60));
    for (let end = bytes.indexOf(LINE_FEED, from); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const { code, isLast, text } = parseLine(bytes.toString('utf8', start, end).replace(/\r$/, ''));
      // RFC 5321 section 4.2.1: every line of a reply has the same code.
      if (first !== undefined && code !== first) throw new Broken('no SMTP: a reply of several codes');
      first = code;
      texts.push(text);
      start = end + 1;
      if (isLast) return { value: { code, text: texts.join(' ').trim() }, bytes: start };
    }
    from = bytes.length;
    if (bytes.length > MOST_BYTES) throw new Broken('no SMTP: a reply without an end');
    return undefined;
  };
}

function parseLine(line: string): { code: string; isLast: boolean; text: string } {
  const [, code, hyphen, text = ''] = LINE.exec(line) ?? [];
  if (code === undefined) throw new Broken('no SMTP', line.slice(0, 60));
  return { code, isLast: hyphen !== '-', text };
}
