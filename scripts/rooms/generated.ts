import { globSync, readFileSync } from "node:fs";
import { dirname, posix, sep } from "node:path";

import { roomOf } from "./findProblems.ts";
import { lintConfig, type Folders } from "./lintConfig.ts";
import { rooms, type Room } from "./table.ts";

const DESIGN = "docs/design.md";
const BEGIN = "<!-- rooms: made from scripts/rooms/table.ts by npm run docs -->";
const END = "<!-- end of rooms -->";

const folders = (): Folders =>
  new Map(
    globSync("shared/**/*.ts")
      .map((file) => file.split(sep).join(posix.sep))
      .toSorted((a, b) => (a < b ? -1 : 1))
      .flatMap((file) => {
        const folder = dirname(file);
        const room = roomOf(rooms, file);
        return room === undefined || folder === "shared" ? [] : [[folder, room] as const];
      }),
  );

const row = ({ name, holds, uses, face }: Room): string =>
  `| \`${name}\` | ${holds} | ${uses.length === 0 ? "" : uses.join(", ")} | ${face === "open" ? "all" : face.map((file) => `\`${posix.basename(file)}\``).join(", ")} |`;

const table = (): string =>
  ["| room | what lives there | may use | face |", "|---|---|---|---|", ...rooms.map(row)].join("\n");

const design = (): string => {
  const text = readFileSync(DESIGN, "utf8");
  const [before = "", rest = ""] = text.split(BEGIN);
  const [, after = ""] = rest.split(END);
  return `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`;
};

/** A line for each folder, so that a change shows where it is. */
const lintFile = (): string => {
  const lines = lintConfig(folders()).overrides.map((override) => JSON.stringify(override));
  return `{\n"overrides": [\n${lines.join(",\n")}\n]\n}\n`;
};

/** What is made from the table of rooms: file name → text. */
export const generatedFromRooms = (): ReadonlyMap<string, string> =>
  new Map([
    [".oxlintrc.rooms.json", lintFile()],
    [DESIGN, design()],
  ]);
