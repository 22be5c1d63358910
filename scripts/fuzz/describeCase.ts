import type { FuzzCase } from "./fuzzCase.ts";

const SHOWN = 400;

const shorten = (text: string): string =>
  text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`;

const bytes = (buffer: Buffer): string => shorten(JSON.stringify(buffer.toString("utf8")).slice(1, -1));

/** A case as a few lines for people. */
export const describeCase = (fired: FuzzCase): string => {
  switch (fired.kind) {
    case "http":
      return [
        `${fired.method} ${shorten(fired.target)}`,
        ...fired.headers.map(([name, value]) => shorten(`${name}: ${value}`)),
        bytes(fired.body),
      ].join("\n");
    case "socket":
      return bytes(fired.bytes);
    case "trigger":
      return `${bytes(fired.body)}\n${shorten(JSON.stringify(fired.metadata))}`;
    case "message": {
      const { body, ...rest } = fired;
      return `${bytes(body)}\n${shorten(JSON.stringify(rest))}`;
    }
    case "timer":
      return shorten(fired.json);
    default:
      return fired satisfies never;
  }
};
