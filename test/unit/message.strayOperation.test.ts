import { expect, test } from "vitest";

import { strayOperation } from "../../shared/message/strayOperation.ts";

const AT = "2026-01-01T00:00:00.000Z";
const body = Buffer.from("not ours");

test("strayOperation() files a message under an id of its own, with its body as it came", () => {
  const metadata = { messageId: "~11111111-1111-8111-8111-111111111111~3", sessionId: "s", deliveryCount: 2 };
  const failure = strayOperation(body, metadata, AT);
  expect(failure).toMatchObject({
    kind: "update",
    run: 0,
    body,
    refusal: { at: AT, category: "invalid-message", owner: "operator" },
    original: { messageId: metadata.messageId, sessionId: "s", deliveryCount: 2 },
  });
  expect(failure.id).toMatch(/^~[0-9a-f-]{36}$/);
  expect(failure.id).not.toContain("1111111");
});

test("strayOperation() gives the same message the same id, and another one another", () => {
  const { id } = strayOperation(body, { messageId: "m" }, AT);
  expect(strayOperation(body, { messageId: "m" }, "2026-01-02T00:00:00.000Z").id).toBe(id);
  expect(strayOperation(body, { messageId: "n" }, AT).id).not.toBe(id);
  expect(strayOperation(undefined, undefined, AT).id).not.toBe(id);
});

test("strayOperation() says which operation it names, if any", () => {
  const operationId = "7d3c1b52-6c1f-4a57-9a43-0f6f3c6a1b11";
  const named = strayOperation(Buffer.from(JSON.stringify({ operationId })), {}, AT);
  expect(named.refusal.description).toContain(
    `names operation ${operationId}, which the ledger does not have`,
  );
  expect(strayOperation(body, {}, AT).refusal.description).toContain("names no operation");
});
