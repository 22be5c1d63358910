import { describe, expect, test } from "vitest";

import type { Log } from "../../shared/log.ts";
import type { DeadLetter } from "../../shared/message/deadLetter.ts";
import type { DeadLetterAlert } from "../../shared/message/deadLetterAlert.ts";
import type { DeadLetterQueueName } from "../../shared/message/deadLetterQueues.ts";
import { QueueError } from "../../shared/message/errors.ts";
import { toOutcomeMessage } from "../../shared/message/toMessage.ts";
import { makeCaptureLetter } from "../../shared/poison/dead-letters/captureLetter.ts";
import { makeDeadLetters } from "../../shared/poison/dead-letters/deadLetters.ts";
import { letterId } from "../../shared/poison/dead-letters/letterId.ts";
import { makeFilePoison } from "../../shared/poison/file.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { aLedger } from "../support/aLedger.ts";
import { aDeadLetter, aDeadLetterQueue } from "../support/deadLetterQueue.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";
import { memoryTable } from "../support/memoryTable.ts";

const HOUR_MS = 60 * 60_000;
const STEP_MS = 15_000;
const QUEUES = [
  "license-updates",
  "license-updates-poison",
  "license-operations",
  "ticket-callbacks",
  "license-outcomes/tickets",
] as const;
const WITH_A_WAY = QUEUES.filter((name) => name !== "license-operations");

/** One queue of dead letters, and what captures them; `usual` says what becomes of a try. */
const aScene = (
  letters: readonly DeadLetter[],
  usual: (letter: DeadLetter) => void = () => undefined,
  name: DeadLetterQueueName = "license-updates",
) => {
  const clock = fakeClock();
  const journal = logJournal();
  const { ledger, entries, poison } = aLedger();
  const rows = memoryTable();
  const alerts: DeadLetterAlert[] = [];
  const tries: string[] = [];
  const state = { isLedgerAway: false, alertFailures: 0, tryMs: 0 };
  const dead = aDeadLetterQueue(name, letters);
  const take = (letter: DeadLetter): Promise<void> => {
    tries.push(letter.sequenceNumber);
    clock.pass(state.tryMs);
    try {
      usual(letter);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error("odd"));
    }
  };
  const file = makeFilePoison({
    clock,
    ledger,
    patiently: makePatiently(clock, { holdBudgetMs: 0, backoffBaseMs: 100 }),
  });
  const capture = makeCaptureLetter({
    clock,
    ledger,
    usual: {
      "license-updates": take,
      "license-updates-poison": take,
      "license-operations": undefined,
      "ticket-callbacks": take,
      "license-outcomes/tickets": take,
    },
    file: (failure, log) => {
      if (name === "license-operations") tries.push("file");
      return state.isLedgerAway ? Promise.reject(new TypeError("bad")) : file(failure, log);
    },
  });
  const publish = (alert: DeadLetterAlert): Promise<void> => {
    state.alertFailures -= 1;
    if (state.alertFailures >= 0) return Promise.reject(new QueueError("busy", "busy"));
    alerts.push(alert);
    return Promise.resolve();
  };
  const closed: string[] = [];
  const close = (): Promise<void> => {
    closed.push("queues");
    return Promise.resolve();
  };
  /** Another process, which knows what the ledger knows. */
  const start = () =>
    makeDeadLetters({ clock, queues: { queues: [dead.queue], close }, capture, table: rows, publish });
  let deadLetters = start();
  const steps = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      await deadLetters.capture(journal.log);
      clock.pass(STEP_MS);
    }
  };
  return {
    ...dead,
    clock,
    journal,
    ledger,
    entries,
    poison,
    rows,
    alerts,
    tries,
    state,
    letterRows: () => rows.rows().filter(({ partitionKey }) => partitionKey === "failing"),
    deadLetters: {
      capture: (log: Log) => deadLetters.capture(log),
      warning: () => deadLetters.warning(),
      close: () => deadLetters.close(),
    },
    start,
    restart: () => {
      deadLetters = start();
    },
    steps,
    closed,
  };
};

const boom = () => {
  throw new URIError("boom");
};
const away = () => {
  throw new QueueError("unreachable", "Cannot send to license-updates-poison: the broker cannot be reached");
};
const numbered = (count: number, fields: Partial<DeadLetter> = {}): readonly DeadLetter[] =>
  Array.from({ length: count }, (_, index) => aDeadLetter({ sequenceNumber: String(index), ...fields }));

describe("a dead letter that can be captured", () => {
  test.each(WITH_A_WAY)("of %s is captured in the usual way, once, and leaves no trace", async (name) => {
    const scene = aScene([aDeadLetter({ queue: name })], undefined, name);
    await scene.steps(3);
    expect(scene.tries).toEqual(["7"]);
    expect(scene.there).toEqual([]);
    expect([...scene.rows.rows(), ...scene.entries.rows()]).toEqual([]);
    expect(await scene.deadLetters.warning()).toBeUndefined();
  });

  test("of license-operations is filed at once, for want of a usual way", async () => {
    const scene = aScene([aDeadLetter({ queue: "license-operations" })], undefined, "license-operations");
    await scene.steps(2);
    expect(scene.there).toEqual([]);
    const [entry] = scene.poison.rows();
    expect(entry).toMatchObject({ category: "expired", kind: "update", state: "open" });
  });
});

describe("the last resort", () => {
  test.each(QUEUES)(
    "files what breaks the usual capture of %s, with all that is known of it",
    async (name) => {
      const letter = aDeadLetter({ queue: name, body: Buffer.from([0, 255]), sessionId: "lane" });
      const scene = aScene([letter], boom, name);
      await scene.steps(3);
      expect(scene.there).toEqual([]);
      expect(scene.poison.rows()).toHaveLength(1);
      const entry = await scene.ledger.read(letterId(letter));
      expect(entry?.poison).toMatchObject({
        kind: name.includes("license-u") || name.endsWith("operations") ? "update" : "callback",
        state: "open",
        latest: { category: "expired", owner: "operator" },
        original: {
          messageId: "m-7",
          sessionId: "lane",
          bodyType: "data",
          brokerReason: "TTLExpiredException",
          brokerDescription: "too late",
          properties: { team: "blue" },
          deliveryCount: 11,
        },
      });
      expect(entry?.poison?.latest.description).toContain("TTLExpiredException: too late; dead letter 7 of");
      expect(await scene.ledger.body(letterId(letter))).toEqual(Buffer.from([0, 255]));
      const why =
        name === "license-operations" ? "messages of this queue are always filed as they are" : "URIError";
      expect(scene.journal.entries).toContainEqual({
        event: "deadLetter.filed",
        fields: { queue: name, sequenceNumber: "7", id: letterId(letter), why },
      });
      expect(scene.rows.rows()).toEqual([]);
    },
  );

  test.each(["value", "sequence"] as const)("files a copy of a %s at once", async (bodyType) => {
    const scene = aScene([aDeadLetter({ bodyType, isCopy: true, body: Buffer.from('{"amqp":1}') })]);
    await scene.steps(1);
    expect(scene.tries).toEqual([]);
    const [entry] = scene.poison.rows();
    expect(entry?.["description"]).toContain(`its body is an AMQP ${bodyType}, of which this is a copy`);
  });

  test("keeps texts that the ledger can hold, wherever they are cut", async () => {
    const letter = aDeadLetter({ reason: "\u{1f4a5}".repeat(2000), description: "x" });
    for (const shift of ["", "y"]) {
      const scene = aScene([{ ...letter, reason: `${shift}${letter.reason}` }], boom);
      await scene.steps(1);
      expect(JSON.stringify(scene.poison.rows())).toBe(JSON.stringify(scene.poison.rows()).toWellFormed());
      const [row] = scene.poison.rows();
      expect(String(row?.["description"]).isWellFormed()).toBe(true);
    }
  });

  test("leaves a value that is a text, and a message without a body, to the usual way", async () => {
    const text = aDeadLetter({ bodyType: "value", body: Buffer.from("{}") });
    const none = aDeadLetter({ bodyType: "none", sequenceNumber: "8", body: Buffer.alloc(0) });
    const scene = aScene([text, none]);
    await scene.steps(1);
    expect(scene.tries).toEqual(["7", "8"]);
  });

  test("waits for an outage to pass, and not for longer than a quarter of an hour", async () => {
    const scene = aScene([aDeadLetter()], away);
    await scene.steps(1);
    expect(scene.there).toHaveLength(1);
    expect(await scene.deadLetters.warning()).toBe("license-updates: 1 since 2026-01-01T00:00:00.000Z");
    expect(scene.letterRows()[0]?.["why"]).toContain("the broker cannot be reached");
    await scene.steps(14 * 4);
    expect(scene.there).toHaveLength(1);
    await scene.steps(2 * 4);
    expect(scene.tries).toHaveLength(7);
    expect(scene.there).toEqual([]);
    expect(scene.poison.rows()).toHaveLength(1);
    expect(scene.rows.rows()).toEqual([]);
    expect(scene.alerts).toEqual([]);
  });

  test("is not needed for a queue that is full for some minutes", async () => {
    let isFull = true;
    const scene = aScene(numbered(3), () => {
      if (isFull) throw new QueueError("full", "Cannot send to license-updates-poison: the queue is full");
    });
    await scene.steps(5 * 4);
    isFull = false;
    await scene.steps(5 * 4);
    expect([scene.there, scene.poison.rows(), scene.rows.rows(), scene.alerts]).toEqual([[], [], [], []]);
  });

  test("alerts when it is not to be had after an outage of a quarter of an hour", async () => {
    const scene = aScene([aDeadLetter()], away);
    scene.state.isLedgerAway = true;
    await scene.steps(15 * 4);
    expect(scene.alerts).toEqual([]);
    await scene.steps(45 * 4);
    expect(scene.alerts).toHaveLength(1);
    expect(scene.alerts[0]?.data.meaning).toContain("and it could not be filed: TypeError");
  });

  test("files no second entry when the message cannot be taken off its queue", async () => {
    let isBroken = true;
    const scene = aScene([aDeadLetter()], () => {
      if (isBroken) boom();
    });
    const { completes } = scene;
    completes(false);
    await scene.steps(1);
    isBroken = false;
    await scene.steps(20);
    expect(scene.tries).toEqual(["7"]);
    completes(true);
    await scene.steps(300);
    expect(scene.there).toEqual([]);
    expect(scene.poison.rows()).toHaveLength(1);
    expect(scene.rows.rows()).toEqual([]);
  });

  test("is not blamed for a message that cannot be taken off its queue: the alert says that it is captured", async () => {
    const scene = aScene([aDeadLetter()]);
    scene.completes(false);
    await scene.steps(20);
    const [alert] = scene.alerts;
    expect(alert?.data.meaning).toContain("captured but may still be on its queue");
    expect(alert?.data.meaning).not.toContain("could not be captured");
  });

  test("takes two messages for two, also under one number of a queue that was made anew", () => {
    const letter = aDeadLetter();
    expect(letterId(letter)).toBe(letterId(aDeadLetter()));
    const others = [
      aDeadLetter({ queue: "ticket-callbacks" }),
      aDeadLetter({ sequenceNumber: "8" }),
      aDeadLetter({ enqueuedAt: "2026-01-02T00:00:00.000Z" }),
      aDeadLetter({ body: Buffer.from("other") }),
    ];
    const { messageId: _none, enqueuedAt: _never, ...bare } = letter;
    expect(new Set([letter, ...others, bare].map(letterId)).size).toBe(6);
  });
});

describe("a dead letter that cannot be captured at all", () => {
  test.each(QUEUES)("of %s is tried less and less often, seen in health, and told of once", async (name) => {
    const scene = aScene([aDeadLetter({ queue: name })], boom, name);
    scene.state.isLedgerAway = true;
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.tries.length).toBeGreaterThan(5);
    expect(scene.tries.length).toBeLessThan(20);
    expect(scene.letterRows()).toEqual([
      expect.objectContaining({ queue: name, sequenceNumber: "7", failures: scene.tries.length }),
    ]);
    expect(await scene.deadLetters.warning()).toBe(`${name}: 1 since 2026-01-01T00:00:00.000Z`);
    expect(scene.alerts).toHaveLength(1);
    expect(scene.alerts[0]).toMatchObject({
      type: "com.license-relay.dead-letter.alert",
      subject: name,
      data: { alert: "dead-letter-not-captured", queue: name, count: 1, since: "2026-01-01T00:00:00.000Z" },
    });
    expect(scene.there).toHaveLength(1);
    expect(scene.locked.size).toBe(0);
    expect(JSON.stringify(scene.journal.entries)).not.toContain("boom");

    scene.state.isLedgerAway = false;
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.there).toEqual([]);
    expect(scene.rows.rows()).toEqual([]);
    expect(await scene.deadLetters.warning()).toBeUndefined();
    expect(scene.poison.rows()).toHaveLength(1);
  });

  test("waits an hour at most", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    await scene.steps((24 * HOUR_MS) / STEP_MS);
    expect(scene.tries.length).toBeGreaterThan(24);
    expect(scene.tries.length).toBeLessThan(35);
    expect(scene.alerts).toHaveLength(1);
  });

  test("is told of once with all others of its queue, over restarts too", async () => {
    const scene = aScene(numbered(400), boom);
    scene.state.isLedgerAway = true;
    for (let index = 0; index < 4; index += 1) {
      await scene.steps(HOUR_MS / 4 / STEP_MS);
      scene.restart();
    }
    expect(scene.alerts).toHaveLength(1);
    expect(scene.alerts[0]?.data).toMatchObject({ queue: "license-updates", count: 400 });
    expect(scene.alerts[0]?.data.meaning).toContain(
      "400 dead letters of license-updates cannot be filed, despite repeated tries since",
    );
  });

  test("is told of again when the trouble of its queue was over and came back, and not before", async () => {
    let isBroken = true;
    const scene = aScene(numbered(2), ({ sequenceNumber }) => {
      if (isBroken || sequenceNumber === "1") boom();
    });
    scene.state.isLedgerAway = true;
    await scene.steps(30);
    isBroken = false;
    await scene.steps(HOUR_MS / STEP_MS);
    scene.there.push(aDeadLetter({ sequenceNumber: "1", messageId: "later" }));
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.there).toHaveLength(2);
    expect(scene.alerts).toHaveLength(1);
    scene.state.isLedgerAway = false;
    await scene.steps((2 * HOUR_MS) / STEP_MS);
    expect([scene.there, scene.rows.rows()]).toEqual([[], []]);
    scene.state.isLedgerAway = true;
    scene.there.push(aDeadLetter({ sequenceNumber: "1", messageId: "last" }));
    await scene.steps(30);
    expect(scene.alerts).toHaveLength(2);
    expect(new Set(scene.alerts.map(({ id }) => id)).size).toBe(2);
  });

  test("is told of once though the ledger cannot be used after the alert", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    await scene.steps(10);
    scene.rows.fail(100_000);
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.tries.length).toBeLessThan(20);
    scene.rows.fail(0);
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.alerts).toHaveLength(1);
  });

  test("keeps what was counted before a start during which the ledger could not be used", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    await scene.steps(HOUR_MS / STEP_MS);
    const failures = scene.letterRows()[0]?.["failures"];
    scene.restart();
    scene.rows.fail(4);
    await scene.steps(2);
    scene.rows.fail(0);
    await scene.steps(HOUR_MS / STEP_MS);
    expect(Number(scene.letterRows()[0]?.["failures"])).toBeGreaterThanOrEqual(Number(failures));
    expect(await scene.deadLetters.warning()).toBe("license-updates: 1 since 2026-01-01T00:00:00.000Z");
    expect(scene.alerts).toHaveLength(1);
  });

  test("is shown by another instance, and not by one that has not looked for long", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    await scene.steps(1);
    const other = scene.start();
    expect(await other.warning()).toContain("license-updates: 1 since");
    scene.rows.fail(100);
    scene.clock.pass(HOUR_MS);
    await scene.steps(1);
    scene.rows.fail(0);
    scene.state.isLedgerAway = false;
    scene.clock.pass(STEP_MS);
    await other.capture(scene.journal.log);
    expect(scene.there).toEqual([]);
    expect(scene.rows.rows()).toEqual([]);
    scene.clock.pass(HOUR_MS);
    expect(await scene.deadLetters.warning()).toBeUndefined();
  });

  test("is told of later when the broker does not take the alert", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    scene.state.alertFailures = 2;
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.alerts).toHaveLength(1);
    expect(scene.journal.events().filter((event) => event === "deadLetter.alert")).toHaveLength(1);
  });

  test("is counted in memory as long as the ledger cannot be written", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    scene.rows.fail(10_000);
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.tries.length).toBeLessThan(20);
    expect(scene.rows.rows()).toEqual([]);
    expect(await scene.deadLetters.warning()).toContain("license-updates: 1");
    scene.rows.fail(0);
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.letterRows()).toHaveLength(1);
    expect(scene.alerts).toHaveLength(1);
  });

  test("is remembered however long nobody has looked", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    for (const failures of [1, 2, 3]) {
      await scene.steps(1);
      expect(scene.letterRows()[0]).toMatchObject({ failures, since: "2026-01-01T00:00:00.000Z" });
      scene.clock.pass(HOUR_MS);
    }
  });

  test("is forgotten when somebody has emptied the queue, and not before it should have been tried", async () => {
    const scene = aScene([aDeadLetter()], boom);
    scene.state.isLedgerAway = true;
    await scene.steps(1);
    scene.there.splice(0);
    await scene.steps(30);
    expect(scene.letterRows()).toHaveLength(1);
    await scene.steps(30);
    expect(scene.rows.rows()).toEqual([]);
  });
});

describe("one step", () => {
  test("reads past hundreds that must wait, and gives them back", async () => {
    const bad = numbered(400);
    const good = aDeadLetter({ sequenceNumber: "good" });
    const scene = aScene([...bad, good], ({ sequenceNumber }) => {
      if (sequenceNumber !== "good") boom();
    });
    scene.state.isLedgerAway = true;
    await scene.steps(1);
    expect(scene.there).toHaveLength(400);
    expect(scene.locked.size).toBe(0);
    expect(await scene.deadLetters.warning()).toContain("400 since");
    scene.there.push(good);
    const before = scene.tries.length;
    await scene.deadLetters.capture(scene.journal.log);
    expect(scene.tries.length - before).toBeLessThanOrEqual(401);
    expect(scene.there).toHaveLength(400);
  });

  test.each([1, 7, 49])("reads on when the broker hands over %d at once", async (most) => {
    const scene = aScene(numbered(400), boom);
    scene.count.most = most;
    scene.state.isLedgerAway = true;
    await scene.steps(1);
    expect(scene.letterRows()).toHaveLength(400);
    expect(scene.tries).toHaveLength(400);
  });

  test("forgets nothing while the broker hands over a few at once, or cannot be read to the end", async () => {
    const scene = aScene(numbered(400), boom);
    scene.state.isLedgerAway = true;
    await scene.steps(1);
    scene.clock.pass(HOUR_MS);
    // The round ends before it has seen them all
    scene.state.tryMs = 1000;
    await scene.steps(1);
    expect(scene.tries.length).toBeLessThan(500);
    expect(scene.letterRows()).toHaveLength(400);
    scene.state.tryMs = 0;
    scene.clock.pass(HOUR_MS);
    scene.count.most = 7;
    await scene.steps(1);
    expect(scene.letterRows()).toHaveLength(400);
  });

  test("holds no more than it can remember", async () => {
    const scene = aScene(numbered(3000), boom);
    scene.state.isLedgerAway = true;
    await scene.deadLetters.capture(scene.journal.log);
    expect(scene.count.received).toBeLessThan(1100);
    const large = aScene(numbered(300, { body: Buffer.alloc(1024 * 1024) }), boom);
    large.state.isLedgerAway = true;
    await large.deadLetters.capture(large.journal.log);
    expect(large.count.received).toBeLessThan(100);
  });

  test.each([10, 2000, 2900])("ends in less than a minute when each try takes %d ms", async (tryMs) => {
    const scene = aScene(numbered(400));
    scene.state.tryMs = tryMs;
    const startMs = scene.clock.now();
    await scene.deadLetters.capture(scene.journal.log);
    expect(scene.clock.now() - startMs).toBeLessThan(60_000);
    expect(scene.locked.size).toBe(0);
    for (let index = 0; index < 30; index += 1) await scene.deadLetters.capture(scene.journal.log);
    expect(scene.there).toEqual([]);
    expect(scene.tries).toHaveLength(400);
  });

  test("begins no letter when half of the time that a lock has is over", async () => {
    const scene = aScene(numbered(50));
    scene.state.tryMs = 3100;
    await scene.deadLetters.capture(scene.journal.log);
    expect(scene.tries).toHaveLength(10);
    expect(scene.there).toHaveLength(40);
    expect(scene.rows.rows()).toEqual([]);
  });

  test("says once that a queue cannot be read, and reads it again", async () => {
    const scene = aScene([aDeadLetter()]);
    scene.reads(false);
    await scene.steps(5);
    expect(scene.journal.events()).toEqual(["deadLetters.unread"]);
    scene.reads(true);
    await scene.steps(1);
    expect(scene.there).toEqual([]);
    scene.reads(false);
    await scene.steps(2);
    expect(scene.journal.events()).toEqual(["deadLetters.unread", "deadLetters.unread"]);
  });

  test("shows in health what cannot be read, on every instance, until it can be read", async () => {
    const scene = aScene([aDeadLetter()]);
    scene.reads(false);
    await scene.steps(3);
    const warning = "license-updates: unread (unauthorized) since 2026-01-01T00:00:00.000Z";
    expect(await scene.deadLetters.warning()).toBe(warning);
    const other = scene.start();
    expect(await other.warning()).toBe(warning);
    scene.reads(true);
    await other.capture(scene.journal.log);
    expect(await scene.deadLetters.warning()).toBeUndefined();
    expect(scene.rows.rows()).toEqual([]);
    expect(scene.alerts).toEqual([]);
  });

  test("keeps apart what fails and what cannot be read", async () => {
    const scene = aScene(numbered(3), boom);
    scene.state.isLedgerAway = true;
    await scene.steps(10);
    scene.reads(false);
    await scene.steps(2);
    expect(await scene.deadLetters.warning()).toBe(
      "license-updates: 3 since 2026-01-01T00:00:00.000Z, license-updates: unread (unauthorized) since 2026-01-01T00:02:30.000Z",
    );
    expect(scene.letterRows()).toHaveLength(3);
    scene.restart();
    await scene.steps(100);
    scene.reads(true);
    await scene.steps(1);
    expect(await scene.deadLetters.warning()).toBe("license-updates: 3 since 2026-01-01T00:00:00.000Z");
    expect(scene.alerts).toHaveLength(1);
    expect(scene.journal.events().filter((event) => event === "deadLetters.unread")).toHaveLength(1);
  });

  test("reads hundreds that must wait less often, and sees a new one within five minutes", async () => {
    const scene = aScene(numbered(400), ({ sequenceNumber }) => {
      if (sequenceNumber !== "new") boom();
    });
    scene.state.isLedgerAway = true;
    await scene.steps(HOUR_MS / STEP_MS);
    const before = scene.count.received;
    await scene.steps(HOUR_MS / STEP_MS);
    expect(scene.count.received - before).toBeLessThan(400 * 14);
    expect(scene.letterRows()).toHaveLength(400);
    scene.there.push(aDeadLetter({ sequenceNumber: "new" }));
    await scene.steps(5 * 4 + 1);
    expect(scene.tries).toContain("new");
  });

  test.each([1, 7])("reads %d that must wait at every round", async (count) => {
    const scene = aScene(numbered(count), boom);
    scene.state.isLedgerAway = true;
    await scene.steps(100);
    expect(scene.count.received).toBeGreaterThanOrEqual(100 * count);
  });

  test("is joined by another one, which reads nothing of its own", async () => {
    const scene = aScene(numbered(10));
    const first = scene.deadLetters.capture(scene.journal.log);
    await Promise.all([first, scene.deadLetters.capture(scene.journal.log)]);
    // The letters, and the end of the queue
    expect(scene.count.calls).toBe(2);
    expect(scene.there).toEqual([]);
    await scene.deadLetters.capture(scene.journal.log);
    expect(scene.count.calls).toBe(3);
  });

  test("is ended by a close: what was begun is finished, the rest given back, and then the link closed", async () => {
    const ends: Promise<void>[] = [];
    const scene = aScene(numbered(50), () => {
      if (ends.length === 0)
        ends.push(scene.deadLetters.close().then(() => void held.push(scene.locked.size)));
    });
    const held: number[] = [];
    await scene.deadLetters.capture(scene.journal.log);
    await Promise.all(ends);
    expect(scene.tries).toHaveLength(10);
    expect(scene.there).toHaveLength(40);
    expect(held).toEqual([0]);
    expect(scene.closed).toEqual(["queues"]);
  });
});

test("the alert can be filtered on, as the others can", async () => {
  const scene = aScene([aDeadLetter()], boom);
  scene.state.isLedgerAway = true;
  await scene.steps(20);
  const [alert] = scene.alerts;
  if (alert === undefined) throw new Error("There is no alert");
  expect(toOutcomeMessage(alert).applicationProperties).toEqual({
    type: "com.license-relay.dead-letter.alert",
    outcome: "alert",
    alert: "dead-letter-not-captured",
    severity: "critical",
  });
});

test("a reference to a body in the ledger waits for its own way: the last resort would file an empty body", async () => {
  const letter = aDeadLetter({
    queue: "license-updates-poison",
    body: Buffer.alloc(0),
    properties: { BodyAt: "ledger", PoisonId: "~p" },
  });
  const scene = aScene([letter], boom, "license-updates-poison");
  await scene.steps(1);
  expect(scene.entries.rows()).toEqual([]);
  expect(scene.letterRows()).toHaveLength(1);
});
