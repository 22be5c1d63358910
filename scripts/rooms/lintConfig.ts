import { posix } from "node:path";

import { functionsUse, rooms, type Room } from "./table.ts";

interface Pattern {
  readonly group: readonly string[];
  readonly message: string;
  readonly allowTypeImports?: boolean;
}

/** Every folder below shared/ that has files, such as "shared/ticket/in" → its room. */
export type Folders = ReadonlyMap<string, Room>;

const toSpecifier = (folder: string, target: string): string => {
  const path = posix.relative(folder, target);
  return path.startsWith(".") ? path : `./${path}`;
};

/** What the files of a folder write to import from a room. */
const insideOf = (folder: string, room: Room, folders: Folders): readonly string[] => {
  if (room.isFile === true) return [toSpecifier(folder, `shared/${room.name}.ts`)];
  const own = [...folders].flatMap(([path, its]) => (its === room ? [path] : []));
  return own.map((path) => `${toSpecifier(folder, path)}/*.ts`);
};

const faceOnly = (folder: string, room: Room, folders: Folders): readonly Pattern[] =>
  room.face === "open"
    ? []
    : [
        {
          group: [
            ...insideOf(folder, room, folders),
            ...room.face.map((file) => `!${toSpecifier(folder, `shared/${file}`)}`),
          ],
          allowTypeImports: true,
          message: `Import from the face of ${room.name}: ${room.face.join(", ")}`,
        },
      ];

const forbidden = (
  folder: string,
  who: string,
  uses: readonly string[],
  others: readonly Room[],
  folders: Folders,
): Pattern => ({
  group: others
    .filter(({ name }) => !uses.includes(name))
    .flatMap((other) => insideOf(folder, other, folders)),
  message: `${who} may use only ${uses.join(", ") || "itself"}; scripts/rooms/table.ts says who may use whom`,
});

const outside = (who: string, others: readonly string[]): Pattern => ({
  group: others.map((other) => `**/${other}/**`),
  message: `${who} never imports these folders: ${others.join(", ")}`,
});

const override = (files: string, patterns: readonly Pattern[]) => ({
  files: [files],
  rules: { "no-restricted-imports": ["error", { patterns }] },
});

/** What talks to the outside. */
const CLIENTS: Pattern = {
  group: ["@azure/*", "undici", "node:fs*", "node:http*", "node:net", "node:dns*", "node:child_process"],
  message: "A pure room does no I/O and imports no client",
};

const OTHERS = ["local", "cli", "bench", "test", "scripts"] as const;

const facesOf = (folder: string, uses: readonly string[], folders: Folders): readonly Pattern[] =>
  rooms.filter(({ name }) => uses.includes(name)).flatMap((room) => faceOnly(folder, room, folders));

const roomOverride = (room: Room, folder: string, files: string, folders: Folders) => {
  const others = rooms.filter((other) => other !== room);
  return override(files, [
    outside("shared/", ["functions", ...OTHERS]),
    forbidden(folder, room.name, room.uses, others, folders),
    ...facesOf(folder, room.uses, folders),
    ...(room.isPure === true ? [CLIENTS] : []),
  ]);
};

const functionsOverride = (folders: Folders) =>
  override("functions/*.ts", [
    outside("functions/", OTHERS),
    { ...forbidden("functions", "A function", functionsUse, rooms, folders), allowTypeImports: true },
    ...facesOf("functions", functionsUse, folders),
  ]);

/** The table of rooms as rules of the linter: what a file writes to reach a room depends on its folder. */
export const lintConfig = (folders: Folders) => ({
  overrides: [
    functionsOverride(folders),
    ...rooms
      .filter(({ isFile }) => isFile === true)
      .map((room) => roomOverride(room, "shared", `shared/${room.name}.ts`, folders)),
    ...[...folders].map(([folder, room]) => roomOverride(room, folder, `${folder}/*.ts`, folders)),
  ],
});
