import { expect, test } from "vitest";

import { groupKey, makeNotes } from "../../shared/poison/store/notes.ts";
import { CUSTOMER } from "../support/builders.ts";
import { memoryTable } from "../support/memoryTable.ts";

const note = { text: "Seats are ordered", by: "kim", at: "2026-01-01T00:00:00.000Z" };
const noSeats = { category: "no-seats", code: 60_012 };
const atContoso = { ...noSeats, customerId: CUSTOMER };

test("keep() keeps one note a group, the newest", async () => {
  const notes = makeNotes(memoryTable());
  await notes.keep(noSeats, { ...note, text: "old" });
  await notes.keep(noSeats, note);
  await notes.keep(atContoso, { ...note, by: "lee" });
  expect(await notes.all()).toEqual(
    new Map([
      [groupKey(noSeats), note],
      [groupKey(atContoso), { ...note, by: "lee" }],
    ]),
  );
});

test("keep() removes the note of a group when its text is empty, and no other", async () => {
  const table = memoryTable();
  const notes = makeNotes(table);
  await notes.keep(noSeats, note);
  await notes.keep(atContoso, note);
  await notes.keep(noSeats, { ...note, text: "" });
  expect(table.rows()).toHaveLength(1);
  expect([...(await notes.all()).keys()]).toEqual([groupKey(atContoso)]);
});

test("all() passes over a row that is no note", async () => {
  const table = memoryTable();
  await table.put({ partitionKey: "note", rowKey: "strange", text: 1 });
  expect(await makeNotes(table).all()).toEqual(new Map());
});

test("groupKey() tells groups apart by each of its parts", () => {
  const groups = [{ category: "no-seats" }, { category: "conflict" }, noSeats, atContoso];
  expect(new Set(groups.map(groupKey)).size).toBe(4);
});
