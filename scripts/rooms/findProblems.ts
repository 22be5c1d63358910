import type { Arrow } from "./readArrows.ts";
import { functionsUse, type Room } from "./table.ts";

const inShared = (file: string): string | undefined => /^shared\/(?<path>.+)$/.exec(file)?.groups?.["path"];

/** The innermost room of a file of shared/; undefined when it is in none. */
export const roomOf = (rooms: readonly Room[], file: string): Room | undefined => {
  const path = inShared(file);
  return rooms
    .filter(({ name }) => path === `${name}.ts` || path?.startsWith(`${name}/`) === true)
    .toSorted((a, b) => b.name.length - a.name.length)[0];
};

/** Room → the rooms that it imports, in the order of the table. */
export const roomArrows = (
  rooms: readonly Room[],
  arrows: readonly Arrow[],
): ReadonlyMap<string, readonly string[]> =>
  new Map(
    rooms.map((room) => {
      const targets = new Set(
        arrows
          .filter(({ from }) => roomOf(rooms, from) === room)
          .map(({ to }) => roomOf(rooms, to))
          .filter((target) => target !== undefined && target !== room),
      );
      return [room.name, rooms.filter((target) => targets.has(target)).map(({ name }) => name)];
    }),
  );

/** What is wrong with the table itself: a room may use only rooms that stand below it, so there is no circle. */
const tableProblems = (rooms: readonly Room[]): readonly string[] => {
  const places = new Map(rooms.map(({ name }, index) => [name, index]));
  return rooms.flatMap(({ name, uses }, index) =>
    uses
      .filter((used) => (places.get(used) ?? -1) <= index)
      .map((used) => `The table lets ${name} use ${used}, which does not stand below it`),
  );
};

const isFace = ({ face }: Room, file: string): boolean =>
  face === "open" || face.includes(inShared(file) ?? "");

/** A function takes types from anywhere, and values of some rooms. */
const functionProblem = (rooms: readonly Room[], { from, to, isType }: Arrow): string | undefined => {
  const target = roomOf(rooms, to);
  if (target === undefined) return `${from} imports ${to}, which is in no room of shared/`;
  if (isType) return undefined;
  if (!functionsUse.includes(target.name))
    return `${from} imports ${to}: a function may not use ${target.name}`;
  return isFace(target, to)
    ? undefined
    : `${from} imports ${to}: beside types, others import only the face of ${target.name}`;
};

const arrowProblem = (rooms: readonly Room[], arrow: Arrow): string | undefined => {
  const { from, to, isType } = arrow;
  if (from.startsWith("functions/")) return functionProblem(rooms, arrow);
  const room = roomOf(rooms, from);
  const target = roomOf(rooms, to);
  if (room === undefined) return `${from} is in no room; give it one in scripts/rooms/table.ts`;
  if (target === room) return undefined;
  if (target === undefined) return `${from} imports ${to}, which is in no room of shared/`;
  if (!room.uses.includes(target.name))
    return `${from} imports ${to}: ${room.name} may not use ${target.name}`;
  return isType || isFace(target, to)
    ? undefined
    : `${from} imports ${to}: beside types, others import only the face of ${target.name}`;
};

/** Everything about the arrows of shared/ and functions/ that is not as the table has it. Pure. */
export const findProblems = (rooms: readonly Room[], arrows: readonly Arrow[]): readonly string[] => [
  ...tableProblems(rooms),
  ...arrows.flatMap((arrow) => arrowProblem(rooms, arrow) ?? []),
];

/** What the table allows and nobody does, as "room -> room". Pure. */
export const findUnused = (rooms: readonly Room[], arrows: readonly Arrow[]): readonly string[] => {
  const used = roomArrows(rooms, arrows);
  return rooms.flatMap(({ name, uses }) =>
    uses
      .filter((target) => used.get(name)?.includes(target) !== true)
      .map((target) => `${name} -> ${target}`),
  );
};
