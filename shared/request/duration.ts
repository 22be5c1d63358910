const DURATION =
  /^P(?=\d|T\d)(?:(?<days>\d{1,4})D)?(?:T(?=\d)(?:(?<hours>\d{1,5})H)?(?:(?<minutes>\d{1,6})M)?)?$/;
const MINUTE_MS = 60_000;

/** An ISO 8601 duration of days, hours and minutes → milliseconds; undefined when it is none. */
export const durationMs = (text: string): number | undefined => {
  const { days = "0", hours = "0", minutes = "0" } = DURATION.exec(text)?.groups ?? {};
  if (!DURATION.test(text)) return undefined;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * MINUTE_MS;
};
