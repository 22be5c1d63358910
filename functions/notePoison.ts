import { app as functions } from "@azure/functions";

import { app } from "../shared/app.ts";
import { answering, ok, readInput } from "../shared/http/answer.ts";
import { NoteInput } from "../shared/http/api/inputs.ts";
import { operatorName } from "../shared/http/operator.ts";

/** PUT /api/poison/note: keeps a note on a group; an empty text removes it. */
const notePoison = answering(async (request) => {
  const input = await readInput(request, NoteInput);
  const by = operatorName(request, input, app.http.hasEasyAuth);
  const { by: _given, text, ...group } = input;
  const note = { text, by, at: new Date().toISOString() };
  await app.http.view.note(group, note);
  return ok(text === "" ? {} : { note });
});

functions.http("notePoison", {
  methods: ["PUT"],
  authLevel: "function",
  route: "poison/note",
  handler: notePoison,
});
