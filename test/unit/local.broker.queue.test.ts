import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Timetable, type Clock } from "../../local/broker/clock.ts";
import { arrivalOf, type Message } from "../../local/broker/entity/message.ts";
import { Queue } from "../../local/broker/entity/queue.ts";
import { Quota } from "../../local/broker/entity/quota.ts";
import type { Lock, Receiver } from "../../local/broker/entity/shelf.ts";

const LOCK_MS = 1000;

class ManualClock implements Clock {
  #nowMs = 0;
  readonly #timetable = new Timetable();

  now(): number {
    return this.#nowMs;
  }

  at(timeMs: number, run: () => void): () => void {
    return this.#timetable.add(timeMs, run);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    this.#timetable.runUntil(this.#nowMs);
  }
}

class FakeReceiver implements Receiver {
  readonly name: string;
  readonly mode = "peekLock";
  room = 0;
  lost = false;
  readonly held: { message: Message; token: string }[] = [];

  constructor(name: string) {
    this.name = name;
  }

  hasRoom(): boolean {
    return this.room > 0;
  }

  deliver(message: Message, lock: Lock | undefined): void {
    this.room -= 1;
    if (lock !== undefined) this.held.push({ message, token: lock.token });
  }

  lose(): void {
    this.lost = true;
  }
}

interface Setup {
  readonly queue: Queue;
  readonly clock: ManualClock;
  readonly dead: Message[];
}

const aQueue = (requiresSession: boolean, maxDeliveryCount = 3): Setup => {
  const clock = new ManualClock();
  const dead: Message[] = [];
  let last = 0;
  const queue = new Queue({
    path: "q",
    clock,
    quota: new Quota("q", 1_000_000),
    report: () => undefined,
    nextSequenceNumber: () => ++last,
    lockDurationMs: LOCK_MS,
    maxDeliveryCount,
    requiresSession,
    maxTtlMs: 1_000_000_000,
    deadLettersExpired: true,
    deadLetter: (message) => dead.push(message),
  });
  return { queue, clock, dead };
};

const send = (queue: Queue, messageId: string, sessionId?: string): void =>
  queue.admit(
    arrivalOf({
      sections: { body: Buffer.alloc(0) },
      properties: [],
      sizeBytes: 1,
      messageId,
      sessionId,
      ttlMs: undefined,
      scheduledAtMs: undefined,
    }),
  );

describe("Queue", () => {
  // What may happen to a queue with two receivers, in any order
  const step = fc.oneof(
    fc.record({ kind: fc.constant("send" as const) }),
    fc.record({ kind: fc.constant("room" as const), who: fc.nat(1), room: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      kind: fc.constantFrom("complete" as const, "abandon" as const, "release" as const, "defer" as const),
      who: fc.nat(1),
      which: fc.nat(3),
    }),
    fc.record({ kind: fc.constant("leave" as const), who: fc.nat(1) }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(LOCK_MS) }),
  );

  test("loses no message and gives none to two receivers, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { queue, clock, dead } = aQueue(false);
        const receivers = [new FakeReceiver("a"), new FakeReceiver("b")];
        let sent = 0;
        let completed = 0;
        for (const each of steps) {
          const receiver = "who" in each ? receivers[each.who] : undefined;
          if (each.kind === "send") send(queue, String(++sent));
          else if (each.kind === "wait") clock.advance(each.ms);
          else if (receiver === undefined) throw new Error("A receiver is needed");
          else if (each.kind === "room") {
            receiver.room = each.room;
            queue.wake(receiver);
          } else if (each.kind === "leave") {
            queue.leave(receiver, "giveBackCounted");
            receiver.held.length = 0;
          } else {
            const [held] = receiver.held.splice(each.which, 1);
            if (held === undefined) continue;
            try {
              queue.settle(held.token, { kind: each.kind, added: new Map() });
              if (each.kind === "complete") completed += 1;
            } catch {
              // The lock ran out before
            }
          }
        }
        expect(queue.count + completed + dead.length).toBe(sent);
        expect(dead.every(({ deliveryCount }) => deliveryCount === 3)).toBe(true);
      }),
    );
  });

  test("delivers a session in order, however often its receivers fail", () => {
    const ending = fc.constantFrom("complete", "abandon", "close", "drop", "expire");
    fc.assert(
      fc.property(fc.array(ending, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (endings, room) => {
        const { queue, clock } = aQueue(true, 1000);
        const sessions = queue.requireSessions();
        for (const id of ["1", "2", "3", "4", "5"]) send(queue, id, "s");
        const done: string[] = [];
        for (const how of endings) {
          const receiver = new FakeReceiver("r");
          sessions.accept("s", receiver);
          receiver.room = room;
          queue.wake(receiver);
          const ids = receiver.held.map(({ message }) => message.content.messageId);
          // Always the oldest that are left
          expect(ids).toEqual(["1", "2", "3", "4", "5"].slice(done.length, done.length + room));
          const [first] = receiver.held;
          if (how === "complete" && first !== undefined) {
            queue.settle(first.token, { kind: "complete" });
            done.push(first.message.content.messageId ?? "");
          }
          if (how === "abandon" && first !== undefined)
            queue.settle(first.token, { kind: "abandon", added: new Map() });
          if (how === "expire") clock.advance(LOCK_MS);
          else queue.leave(receiver, how === "drop" ? "giveBackCounted" : "giveBackUncounted");
          expect(receiver.lost).toBe(how === "expire");
        }
      }),
    );
  });

  test("keeps a message from its second receiver until the first one's lock has run out", () => {
    const { queue, clock } = aQueue(false);
    const [first, second] = [new FakeReceiver("a"), new FakeReceiver("b")];
    send(queue, "m");
    first.room = 1;
    queue.wake(first);
    second.room = 1;
    queue.wake(second);
    queue.leave(first, "keep");
    clock.advance(LOCK_MS - 1);
    expect(second.held).toEqual([]);
    clock.advance(1);
    expect(second.held).toMatchObject([{ message: { deliveryCount: 1 } }]);
  });

  test("serves receivers in turn", () => {
    const { queue } = aQueue(false);
    const receivers = [new FakeReceiver("a"), new FakeReceiver("b"), new FakeReceiver("c")];
    for (const receiver of receivers) {
      receiver.room = 10;
      queue.wake(receiver);
    }
    for (let id = 0; id < 9; id += 1) send(queue, String(id));
    expect(receivers.map(({ held }) => held.length)).toEqual([3, 3, 3]);
  });
});
