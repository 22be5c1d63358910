import { describe, expect, test } from "vitest";

import { makeSendPoison } from "../../shared/change/sendPoison.ts";
import { QueueError } from "../../shared/message/errors.ts";
import { fromPoison } from "../../shared/message/fromPoison.ts";
import { toPoison, type PoisonMessage } from "../../shared/message/poisonMessage.ts";
import { aDelivery, aFailure } from "../support/builders.ts";

const body = Buffer.alloc(2000, "x");
const message = toPoison(aFailure().refusal, aDelivery({ body }), { id: "~p", run: 0 });

/** A broker and a ledger with a journal; the broker takes bodies up to a size, the ledger what it is let. */
const aWorld = ({ maxBytes = 100, ledgerError }: { maxBytes?: number; ledgerError?: Error } = {}) => {
  const journal: string[] = [];
  const sent: PoisonMessage[] = [];
  const sendPoison = makeSendPoison({
    send: (given) => {
      journal.push(`send ${given.body.length}`);
      if (given.body.length > maxBytes) return Promise.reject(new QueueError("tooLarge", "too large"));
      sent.push(given);
      return Promise.resolve();
    },
    keepBody: (id, bytes) => {
      journal.push(`keep ${id} ${bytes.length}`);
      return ledgerError === undefined ? Promise.resolve() : Promise.reject(ledgerError);
    },
  });
  return { journal, sent, sendPoison };
};

describe("makeSendPoison()", () => {
  test("leaves a body that is too large in the ledger, before it sends the message without it", async () => {
    const { journal, sent, sendPoison } = aWorld();
    await sendPoison(message);
    expect(journal).toEqual(["send 2000", "keep ~p 2000", "send 0"]);
    expect(sent[0]).toMatchObject({
      messageId: message.messageId,
      properties: { BodyAt: "ledger", PoisonId: "~p" },
    });
  });

  test("sends what is small enough once, as it is", async () => {
    const { journal, sent, sendPoison } = aWorld({ maxBytes: 5000 });
    await sendPoison(message);
    expect(journal).toEqual(["send 2000"]);
    expect(sent).toEqual([message]);
  });

  test("sends nothing when the ledger does not take the body, and throws what else goes wrong", async () => {
    const ledgerError = new Error("the ledger is away");
    const { sent, sendPoison } = aWorld({ ledgerError });
    await expect(sendPoison(message)).rejects.toBe(ledgerError);
    expect(sent).toEqual([]);
    const error = new QueueError("busy", "busy");
    const busy = makeSendPoison({ send: () => Promise.reject(error), keepBody: () => Promise.resolve() });
    await expect(busy(message)).rejects.toBe(error);
  });

  test("is filed without a body, which the ledger has; a body that came along is filed", () => {
    const metadata = { applicationProperties: { poisonId: "~p", bodyAt: "ledger" } };
    expect(fromPoison(Buffer.alloc(0), metadata, "2026-01-01T00:00:00.000Z")).not.toHaveProperty("body");
    expect(fromPoison(body, metadata, "2026-01-01T00:00:00.000Z").body).toEqual(body);
    const other = { applicationProperties: { poisonId: "~p" } };
    expect(fromPoison(Buffer.alloc(0), other, "2026-01-01T00:00:00.000Z").body).toHaveLength(0);
  });
});
