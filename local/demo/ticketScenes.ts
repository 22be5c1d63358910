import { z } from "zod";

import type { ToDeliver } from "../desk/deliver.ts";
import { sampleSecrets } from "../desk/sampleSources.ts";
import { userNameOf } from "../partner-center/seed.ts";
import { wrongUnless, type Scene, type Shown } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { waitUntil } from "./waitUntil.ts";

const PATIENCE_MS = 10_000;

const zendesk = (ticketId: string, more: object = {}): ToDeliver => ({
  source: "zendesk",
  profile: "zendesk",
  secret: sampleSecrets["ticket-zendesk"],
  body: {
    requestId: `${ticketId}-license`,
    customerId: "litware",
    userId: userNameOf("litware", "carla"),
    licensesToAssign: "E3",
    ticket: { id: ticketId },
    ...more,
  },
});

const connectwise: ToDeliver = {
  source: "connectwise",
  profile: "connectwise",
  secret: sampleSecrets["ticket-connectwise"],
  body: {
    Action: "updated",
    Type: "ticket",
    ID: 4712,
    Entity: JSON.stringify({
      id: 4712,
      company: { identifier: "Fabrikam" },
      customFields: [
        { caption: "M365 user", value: userNameOf("fabrikam", "ben") },
        { caption: "Licenses", value: "E3" },
      ],
    }),
  },
};

/** Waits for the note on a ticket, and prints what it says. */
const noteOn = async ({ desk }: Stage, ticketId: string): Promise<string> => {
  await waitUntil(`ticket ${ticketId} is told`, () => desk.notesOn(ticketId).length > 0, PATIENCE_MS);
  const [note] = desk.notesOn(ticketId);
  return note?.isSigned === true
    ? (note.message ?? "no sentence")
    : "the signature of the callback is not good";
};

const shownNote = async (
  stage: Stage,
  { status }: Response,
  ticketId: string,
  wanted: { readonly status: number; readonly text: string },
): Promise<Shown> => {
  const note = await noteOn(stage, ticketId);
  const isRight = status === wanted.status && note.includes(wanted.text);
  return {
    became: `${status}, ticket told`,
    why: `“${note}”`,
    ...wrongUnless(isRight, `${status}: ${note}`),
  };
};

const Taken = z.object({ requestId: z.string() });

/** What the demo shows of tickets. */
export const ticketScenes: readonly Scene[] = [
  {
    name: "zendesk-ticket",
    asked: "Zendesk ticket 4711: E3 for Carla at Litware, signed",
    play: async (stage) => {
      const response = await stage.deliver(zendesk("4711"));
      return shownNote(stage, response, "4711", { status: 202, text: "License change applied" });
    },
  },
  {
    name: "connectwise-ticket",
    asked: "ConnectWise ticket 4712: E3 for Ben at Fabrikam, answered in German",
    play: async (stage) => {
      const response = await stage.deliver(connectwise);
      return shownNote(stage, response, "4712", { status: 202, text: "bedingten Zugriff" });
    },
  },
  {
    name: "forged-ticket",
    asked: "The same from somebody who does not know the secret",
    play: async (stage) => {
      const { status } = await stage.deliver({ ...zendesk("4713"), secret: sampleSecrets["ticket-webhook"] });
      return {
        became: String(status),
        why: "the signature does not match",
        ...wrongUnless(status === 401, String(status)),
      };
    },
  },
  {
    name: "repeated-ticket",
    asked: "Zendesk sends ticket 4711 once more",
    play: async (stage) => {
      const response = await stage.deliver(zendesk("4711"));
      const { requestId } = Taken.parse(await response.json());
      const status = await stage.api.status(requestId);
      const runs = status?.history.filter(({ event }) => event === "applying").length ?? 0;
      return {
        became: String(response.status),
        why: `request ${requestId} again, applied ${runs === 1 ? "once" : `${runs} times`}`,
        ...wrongUnless(response.status === 202 && runs === 1, `${response.status}, ${runs} runs`),
      };
    },
  },
  {
    name: "bad-ticket",
    asked: "Zendesk ticket 4714: a license that no table knows",
    play: async (stage) => {
      const response = await stage.deliver(zendesk("4714", { licensesToAssign: "E9" }));
      return shownNote(stage, response, "4714", { status: 202, text: "E9" });
    },
  },
];
