import { findProblems, roomArrows } from "./findProblems.ts";
import { readArrows } from "./readArrows.ts";
import { rooms } from "./table.ts";

const help = `Shows which rooms of shared/ import which, and fails when the table of rooms does not allow it.

  npm run rooms   room -> rooms; exits with 1 when an arrow runs up, in a circle or past a face

The table is scripts/rooms/table.ts; after a change of it, npm run docs writes the lint configuration anew.`;

const show = (): void => {
  const arrows = readArrows(process.cwd(), ["shared", "functions"]);
  for (const [room, targets] of roomArrows(rooms, arrows)) {
    console.log(`${room.padEnd(16)}-> ${targets.length === 0 ? "nothing" : targets.join(", ")}`);
  }
  const problems = findProblems(rooms, arrows);
  for (const problem of problems) console.error(problem);
  console.log(
    problems.length === 0
      ? `No arrow runs up, in a circle or past a face (${arrows.length} imports)`
      : `${problems.length} of ${arrows.length} imports are not as the table has them`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
};

if (process.argv.includes("--help")) console.log(help);
else show();
