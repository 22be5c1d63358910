import { readFile } from "node:fs/promises";

/** Memory of a process in MiB; undefined where the system does not tell. */
export const readMemoryMib = async (pid: number): Promise<number | undefined> => {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kib = /VmRSS:\s+(\d+) kB/.exec(text)?.[1];
  return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
};
