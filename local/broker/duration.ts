const ISO_8601 =
  /^P(?:(?<days>\d+(?:\.\d+)?)D)?(?:T(?:(?<hours>\d+(?:\.\d+)?)H)?(?:(?<minutes>\d+(?:\.\d+)?)M)?(?:(?<seconds>\d+(?:\.\d+)?)S)?)?$/;

/** An ISO 8601 duration ("PT1M", "P1DT2H") in milliseconds; undefined when it is none. */
export const readDurationMs = (text: string): number | undefined => {
  const parts = ISO_8601.exec(text)?.groups;
  if (parts === undefined || text.endsWith("P") || text.endsWith("T")) return undefined;
  const of = (name: string): number => Number(parts[name] ?? 0);
  const seconds = ((of("days") * 24 + of("hours")) * 60 + of("minutes")) * 60 + of("seconds");
  return Math.round(seconds * 1000);
};
