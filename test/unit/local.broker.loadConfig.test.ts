import { describe, expect, test } from "vitest";

import { loadBrokerConfig, readBrokerConfig } from "../../local/broker/loadConfig.ts";

const namespace = (content: object): object => ({ UserConfig: { Namespaces: [{ Name: "ns", ...content }] } });
const queue = (properties: object): object => namespace({ Queues: [{ Name: "q", Properties: properties }] });

describe("readBrokerConfig()", () => {
  test("takes the emulator's defaults for what is not said", () => {
    const content = { Queues: [{ Name: "q" }], Topics: [{ Name: "t", Subscriptions: [{ Name: "s" }] }] };
    const receiving = {
      lockDurationMs: 60_000,
      maxDeliveryCount: 3,
      defaultTtlMs: 3_600_000,
      deadLettersExpired: false,
      requiresSession: false,
    };
    const sending = { requiresDuplicateDetection: false, duplicateWindowMs: 20_000 };
    expect(readBrokerConfig(namespace(content))).toEqual({
      queues: [{ name: "q", ...receiving, ...sending }],
      topics: [
        {
          name: "t",
          defaultTtlMs: 3_600_000,
          ...sending,
          subscriptions: [{ name: "s", ...receiving, filter: { kind: "always", value: true } }],
        },
      ],
    });
  });

  test("reads every property, with times in milliseconds", () => {
    const content = {
      Queues: [
        {
          Name: "q",
          Properties: {
            LockDuration: "PT0.5S",
            MaxDeliveryCount: 10,
            DefaultMessageTimeToLive: "P1DT2H",
            DeadLetteringOnMessageExpiration: true,
            RequiresSession: true,
            RequiresDuplicateDetection: true,
            DuplicateDetectionHistoryTimeWindow: "PT5M",
            ForwardTo: "",
            ForwardDeadLetteredMessagesTo: "Dead",
          },
        },
        { Name: "dead" },
      ],
    };
    expect(readBrokerConfig(namespace(content)).queues[0]).toEqual({
      name: "q",
      lockDurationMs: 500,
      maxDeliveryCount: 10,
      defaultTtlMs: 93_600_000,
      deadLettersExpired: true,
      requiresSession: true,
      requiresDuplicateDetection: true,
      duplicateWindowMs: 300_000,
      forwardDeadLetteredTo: "Dead",
    });
  });

  test("lists all problems, each with its place", () => {
    const wrong = { LockDuration: "1 minute", MaxDeliveryCount: 0, RequiresSessions: true };
    expect(() => readBrokerConfig(queue(wrong))).toThrow(
      /Queues\/0\/Properties\/LockDuration: "1 minute" is not a duration(.|\n)*Properties\/MaxDeliveryCount(.|\n)*RequiresSessions/,
    );
  });

  test.each([
    ["no namespace", {}, /UserConfig/],
    ["two namespaces", { UserConfig: { Namespaces: [{}, {}] } }, /Namespaces/],
    [
      "a name twice",
      namespace({ Queues: [{ Name: "q" }], Topics: [{ Name: "Q" }] }),
      /"Q" is there more than/,
    ],
    ["a forward to nowhere", queue({ ForwardTo: "gone" }), /"q" forwards to "gone", which is no queue/],
    ["a forward to itself", queue({ ForwardTo: "Q" }), /"q" forwards its messages back to itself/],
  ])("refuses %s", (_, json, message) => {
    expect(() => readBrokerConfig(json)).toThrow(message);
  });

  test("refuses rules it cannot follow", () => {
    const withRule = (properties: object): object =>
      namespace({
        Topics: [
          { Name: "t", Subscriptions: [{ Name: "s", Rules: [{ Name: "r", Properties: properties }] }] },
        ],
      });
    const SqlFilter = { SqlExpression: "color LIKE 'r%'" };
    expect(() => readBrokerConfig(withRule({ FilterType: "Sql", SqlFilter }))).toThrow(
      /Rules\/0\/Properties\/SqlFilter: cannot use the filter color LIKE 'r%': /,
    );
    const Action = { SqlExpression: "SET a = 1" };
    const rule = { FilterType: "Sql", SqlFilter: { SqlExpression: "1=1" }, Action };
    expect(() => readBrokerConfig(withRule(rule))).toThrow(/Rules\/0\/Properties(.|\n)*Action/);
  });
});

test("loadBrokerConfig() names the file it cannot use", async () => {
  await expect(loadBrokerConfig("/nowhere.json")).rejects.toThrow("Cannot read /nowhere.json: ENOENT");
  await expect(loadBrokerConfig("package.json")).rejects.toThrow("Cannot read package.json: ");
});
