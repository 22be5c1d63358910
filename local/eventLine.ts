import { z } from "zod";

/** What the host tells of one line of a log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly functionName?: string;
  readonly time: Date;
}

const Event = z.looseObject({ event: z.string() });

const parse = (message: string): z.infer<typeof Event> | undefined => {
  try {
    return Event.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
};

const show = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return /\s/.test(text) ? JSON.stringify(text) : text;
};

const clockOf = (time: Date): string => time.toTimeString().slice(0, 8);

/** A log entry as one line for people: an event with its fields, or the words as they are. */
export const toEventLine = ({ level, message, functionName, time }: LogLine): string => {
  const parsed = parse(message);
  const mark = level === "error" || level === "critical" ? "✗" : level === "warning" ? "!" : " ";
  if (parsed === undefined) return `${clockOf(time)} ${mark} ${functionName ?? "host"} ${message}`;
  const { event, ...fields } = parsed;
  const words = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${show(value)}`);
  return [clockOf(time), mark, event, ...words].join(" ");
};
