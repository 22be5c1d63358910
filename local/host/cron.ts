/** When a timer is due: the values that each field allows. */
export interface Cron {
  readonly second: ReadonlySet<number>;
  readonly minute: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly day: ReadonlySet<number>;
  readonly month: ReadonlySet<number>;
  readonly weekday: ReadonlySet<number>;
}

const FIELDS = [
  ["second", 0, 59],
  ["minute", 0, 59],
  ["hour", 0, 23],
  ["day", 1, 31],
  ["month", 1, 12],
  ["weekday", 0, 6],
] as const;
const PART = /^(?:\*|(?<from>\d+)(?:-(?<to>\d+))?)(?:\/(?<step>\d+))?$/;

const parsePart = (part: string, min: number, max: number): readonly number[] | undefined => {
  const groups = PART.exec(part)?.groups;
  if (groups === undefined) return undefined;
  const { from, to, step } = groups;
  const every = Number(step ?? 1);
  const first = Number(from ?? min);
  const last = Number(to ?? (from === undefined || step !== undefined ? max : from));
  if (every < 1 || first < min || last > max || first > last) return undefined;
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every);
};

const parseField = (text: string, min: number, max: number): ReadonlySet<number> | undefined => {
  const parts = text.split(",").map((part) => parsePart(part, min, max));
  return parts.includes(undefined) ? undefined : new Set(parts.flatMap((values) => values ?? []));
};

/** An NCRONTAB expression of six fields, or of five without seconds. @throws {Error} that names what it is not */
export const parseCron = (expression: string): Cron => {
  const given = expression.trim().split(/\s+/);
  const texts = given.length === 5 ? ["0", ...given] : given;
  const fields = FIELDS.map(([, min, max], index) => parseField(texts[index] ?? "", min, max));
  const [second, minute, hour, day, month, weekday] = fields;
  if (texts.length === 6 && second && minute && hour && day && month && weekday) {
    return { second, minute, hour, day, month, weekday };
  }
  throw new Error(
    `Cannot run a timer on "${expression}": not six fields of numbers, *, ranges, lists or steps; write "0 */5 * * * *"`,
  );
};

const HORIZON_MS = 5 * 366 * 24 * 60 * 60 * 1000;

const startOf = (at: Date, change: (date: Date) => void): Date => {
  const next = new Date(at);
  change(next);
  return next;
};

/** The first time after `after` at which a timer is due, in UTC; undefined when there is none in five years. */
export const nextDue = (cron: Cron, after: Date): Date | undefined => {
  let at = startOf(after, (date) => date.setUTCSeconds(date.getUTCSeconds() + 1, 0));
  while (at.getTime() - after.getTime() < HORIZON_MS) {
    const isDay =
      cron.month.has(at.getUTCMonth() + 1) &&
      cron.day.has(at.getUTCDate()) &&
      cron.weekday.has(at.getUTCDay());
    if (!isDay) at = startOf(at, (date) => date.setUTCHours(24, 0, 0, 0));
    else if (!cron.hour.has(at.getUTCHours()))
      at = startOf(at, (date) => date.setUTCHours(date.getUTCHours() + 1, 0, 0, 0));
    else if (!cron.minute.has(at.getUTCMinutes()))
      at = startOf(at, (date) => date.setUTCMinutes(date.getUTCMinutes() + 1, 0, 0));
    else if (!cron.second.has(at.getUTCSeconds()))
      at = startOf(at, (date) => date.setUTCSeconds(date.getUTCSeconds() + 1, 0));
    else return at;
  }
  return undefined;
};
