const TIME_SPAN =
  /^(?<sign>-)?(?:(?<days>\d+)\.)?(?<hours>\d{1,2}):(?<minutes>\d{1,2}):(?<seconds>\d{1,2})(?:\.(?<fraction>\d{1,7}))?$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A .NET TimeSpan ("00:05:00", "1.00:00:00", "00:00:00.5", "7" for days) in milliseconds; `undefined` when it is none. */
export const parseTimeSpan = (text: string): number | undefined => {
  if (/^\d+$/.test(text)) return Number(text) * DAY_MS;
  const groups = TIME_SPAN.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const read = (name: string): number => Number(groups[name] ?? 0);
  const [hours, minutes, seconds] = [read("hours"), read("minutes"), read("seconds")];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fractionMs = Number(`0.${groups["fraction"] ?? "0"}`) * 1000;
  const totalMs = read("days") * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000 + fractionMs;
  return groups["sign"] === undefined ? totalMs : -totalMs;
};
