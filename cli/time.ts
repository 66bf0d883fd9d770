// Times as people write and read them.
import { isTime } from '../lib/mark.ts';
import { quote, type Refusal } from '../lib/route.ts';

const UNITS = { d: 86400, h: 3600, m: 60, s: 1 } as const;
const DURATION = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Reads a duration, `90s`, `30m`, `2h`, `1d` or `1h30m`, as seconds; never 0. */
export function parseDuration(text: string): number | Refusal {
  const parts = DURATION.exec(text);
  const seconds = Object.values(UNITS).reduce((sum, unit, at) => sum + unit * Number(parts?.[at + 1] ?? 0), 0);
  if (parts !== null && seconds > 0 && seconds <= 36525 * UNITS.d) return seconds;
  const hint = /^\d+$/.test(text) && text !== '0' ? ` (${text}s, ${text}m or ${text}h?)` : '';
  return { refused: `bad duration ${quote(text)}${hint}: like 90s, 30m, 2h, 1d or 1h30m, and more than nothing` };
}

/** Reads a moment, as Unix seconds: those seconds themselves, or ISO 8601, of this machine's time zone where it names none. */
export function parseMoment(text: string): number | Refusal {
  const refusal = { refused: `bad time ${quote(text)}: Unix seconds, or ISO 8601 like 2026-11-22T18:00:00Z or "2026-11-22 18:00"` };
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return isTime(Number(text)) ? Number(text) : refusal;
  const parts = MOMENT.exec(text);
  if (parts === null) return refusal;
  const [year, month, day, hour = '00', minute = '00', second = '00', zone = ''] = parts.slice(1);
  // JavaScript takes the 30th of February for the 2nd of March.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`) / 1000;
  return Number(day) <= lastDay && isTime(time) ? time : refusal;
}
