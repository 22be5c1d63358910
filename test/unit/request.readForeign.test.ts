import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { HttpRequest } from "@azure/functions";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { makeSettle } from "../../shared/change/settle.ts";
import { parseSubmitted } from "../../shared/change/submit.ts";
import { HttpProblem, readInput } from "../../shared/http/answer.ts";
import { CancelInput, NoteInput } from "../../shared/http/api/inputs.ts";
import { fromEntryRow, fromStepRow } from "../../shared/ledger/entities.ts";
import { acceptRequest } from "../../shared/ledger/entry/accept.ts";
import { Refusal } from "../../shared/ledger/entry/entry.ts";
import { toChunks } from "../../shared/ledger/table/chunks.ts";
import { LedgerError } from "../../shared/ledger/table/errors.ts";
import { fromOperation } from "../../shared/message/fromOperation.ts";
import { fromPoison } from "../../shared/message/fromPoison.ts";
import { fromTrigger } from "../../shared/message/fromTrigger.ts";
import { toPoison, type PoisonMessage } from "../../shared/message/poisonMessage.ts";
import { toRejectedEvent } from "../../shared/message/rejected.ts";
import { makeClient } from "../../shared/partner-center/client.ts";
import { findFirstCustomer } from "../../shared/partner-center/firstCustomer.ts";
import { readAnswerBody } from "../../shared/partner-center/readAnswer.ts";
import type { Send } from "../../shared/partner-center/transport.ts";
import { ArchiveInput, ReplayInput } from "../../shared/poison/inputs.ts";
import { parseRequestBytes } from "../../shared/request/parse.ts";
import { readForeign, readForeignJson } from "../../shared/request/readForeign.ts";
import { readSettings, SettingsError } from "../../shared/settings.ts";
import { makeReadTicket, type Mapped } from "../../shared/ticket/in/readTicket.ts";
import { evaluate } from "../../shared/ticket/mapping/evaluate.ts";
import { makeNotify } from "../../shared/ticket/out/notify.ts";
import { makePost } from "../../shared/ticket/out/post.ts";
import { loadSources, SourcesError } from "../../shared/ticket/source/loadSources.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { readGrant } from "../../shared/token/entra/grant.ts";
import { readPartnerToken } from "../../shared/token/partnerToken.ts";
import { makePatiently } from "../../shared/wait/patiently.ts";
import { aLedger } from "../support/aLedger.ts";
import { aBody, aDelivery, aRequest, CUSTOMER, E3, E5, PLAN_A } from "../support/builders.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { HOSTILE, hostileBytes, hostileJson, spoilt } from "../support/hostile.ts";
import { logJournal } from "../support/logJournal.ts";
import { deliveryOf, recipes } from "../support/recipes.ts";

const AT = "2026-01-15T10:00:00.000Z";
const runs = (numRuns: number) => ({ numRuns });

/** More than enough for 64 KiB, in milliseconds of a processor: the machine may be busy. */
const BOUND_MS = 1500;

const spentMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

/** What it gives, in bounded time. */
const bounded = <T>(read: () => T): T => {
  const since = process.cpuUsage();
  const result = read();
  expect(spentMs(since)).toBeLessThan(BOUND_MS);
  return result;
};
const boundedAsync = async <T>(read: () => Promise<T>): Promise<T> => {
  const since = process.cpuUsage();
  const result = await read();
  expect(spentMs(since)).toBeLessThan(BOUND_MS);
  return result;
};

interface Named {
  readonly pointer: string;
  readonly detail: string;
}

/** The problems that name the field in which something is wrong; all of them when it is not in a field. */
const naming = (problems: readonly Named[], [field]: readonly string[]): readonly Named[] =>
  problems.filter(
    ({ pointer, detail }) =>
      detail !== "" &&
      (field === undefined || `${pointer}/`.startsWith(`/${field}/`) || detail === "is nested too deeply"),
  );

/** How reading ends: the message of the error that it may end with, else an empty text. */
const complaintOf = (read: () => unknown, allowed: new (...args: never[]) => Error): string => {
  try {
    bounded(read);
    return "";
  } catch (error) {
    if (error instanceof allowed) return error.message;
    throw error;
  }
};

const aFullBody = () =>
  aBody({
    schemaVersion: 1,
    licensesToAssign: [{ skuId: E3, excludedPlans: [PLAN_A] }, { sku: "FLOW_FREE" }],
    licensesToRemove: [E5, { sku: "POWER_BI" }],
    usageLocation: "DE",
    waitForSeats: "PT8H",
    ticket: {
      system: "zendesk",
      id: "4711",
      url: "https://desk.example.com/4711",
      source: "desk",
      callbackUrl: "https://desk.example.com/hooks",
    },
    requestedBy: "Ben",
  });

describe("readForeign()", () => {
  test("takes an exception for a problem of what was sent", () => {
    const schema = z.string().transform((): string => {
      throw new TypeError("the text is secret");
    });
    expect(readForeign(schema, "x")).toEqual({
      ok: false,
      problems: [{ pointer: "", detail: "cannot be read: TypeError" }],
    });
    expect(readForeignJson(z.string().max(5), '{"length":{"toString":1}}')).toMatchObject({ ok: false });
  });
});

describe("a request", () => {
  test("that is good is taken", () => {
    expect(parseRequestBytes(Buffer.from(JSON.stringify(aFullBody()))).ok).toBe(true);
  });

  test("with one hostile piece is refused, by name", () => {
    fc.assert(
      fc.property(spoilt(aFullBody()), ({ json, place }) => {
        const parsed = bounded(() => parseRequestBytes(Buffer.from(json)));
        expect(naming(parsed.ok ? [] : parsed.problems, place)).not.toEqual([]);
      }),
      runs(300),
    );
  });

  test("of any bytes is read or refused", () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        expect(bounded(() => parseRequestBytes(bytes)).ok).toBe(false);
        expect(bounded(() => parseSubmitted(bytes, "key")).ok).toBe(false);
      }),
    );
  });
});

describe("an input of the API", () => {
  const asked = { by: "Ben", why: "Seats were bought" };
  const selection = { ids: ["~1", "request-1"], category: "no-seats", code: 60_012, customerId: CUSTOMER };
  const inputs = [
    ["ReplayInput", ReplayInput, { ...selection, ...asked, canary: true, force: false, ratePerSecond: 5 }],
    ["ArchiveInput", ArchiveInput, { ...selection, ...asked }],
    [
      "NoteInput",
      NoteInput,
      { category: "no-seats", code: 1, customerId: CUSTOMER, text: "a\nb", by: "Ben" },
    ],
    ["CancelInput", CancelInput, { by: "Ben" }],
  ] as const;

  const read = async (schema: z.ZodType, json: string): Promise<readonly Named[]> => {
    const request = new HttpRequest({
      method: "POST",
      url: "https://relay.example/api/poison/discard",
      headers: { "content-type": "application/json" },
      body: { string: json },
    });
    try {
      await boundedAsync(() => readInput(request, schema));
      return [];
    } catch (error) {
      if (error instanceof HttpProblem && error.status === 400) return error.errors;
      throw error;
    }
  };

  test.each(inputs)("%s that is good is taken, and null is refused", async (_name, schema, good) => {
    expect(await read(schema, JSON.stringify(good))).toEqual([]);
    expect(naming(await read(schema, "null"), [])).not.toEqual([]);
  });

  test.each(inputs)("%s with one hostile piece is refused, by name", async (_name, schema, good) => {
    // Line breaks and the like may stand in a text of some lines, and 1e-400 is 0
    const pieces = HOSTILE.filter((piece) => !/u0000|u0085|1e-400/.test(piece));
    await fc.assert(
      fc.asyncProperty(spoilt(good, pieces), async ({ json, place }) => {
        expect(naming(await read(schema, json), place)).not.toEqual([]);
      }),
      runs(60),
    );
  });
});

describe("a delivery of a ticketing system", () => {
  const { map } = makeReadTicket({
    clock: fakeClock(Date.parse(AT)),
    secrets: { of: () => Promise.resolve(["secret"]) },
    readSigningKey: () => Promise.resolve("key"),
    evaluate,
  });

  /** What is missing from a reading: words of a problem, or an id that can be told. Throws for what cannot be written. */
  const lackOf = (mapped: Mapped, body: Uint8Array): string => {
    if (mapped.kind === "request") return encodeURIComponent(mapped.ticket.id) === "" ? "id" : "";
    if (mapped.kind !== "unreadable" && mapped.kind !== "invalid") return "";
    if (mapped.problems.length === 0) return "problem";
    if (naming(mapped.problems, []).length !== mapped.problems.length) return "detail";
    if (mapped.kind === "unreadable") return "";
    const event = toRejectedEvent(mapped.ticket, mapped.problems, body, AT);
    return encodeURIComponent(event.data.ticket.id) === "" || JSON.stringify(event) === "" ? "id" : "";
  };

  test.each(recipes.map((page) => [page.name, page] as const))("to %s", async (name, page) => {
    const source = toSource(name, SourceFile.parse(JSON.parse(page.block("source") ?? "{}")));
    const good: unknown = JSON.parse(deliveryOf(page));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 4, arbitrary: spoilt(good).map(({ json }) => json) }, hostileJson),
        async (json) => {
          const body = Buffer.from(json);
          const mapped = await boundedAsync(() =>
            map(source, { body, header: () => undefined }, "delivery-1"),
          );
          expect(lackOf(mapped, body)).toBe("");
        },
      ),
      runs(25),
    );
  });

  test("with one hostile piece where a license belongs is refused, by name", async () => {
    const source = toSource("desk", SourceFile.parse({ profile: "bearer", secret: "s" }));
    // A number may be the name of a plan
    const pieces = HOSTILE.filter((piece) => !/^-?[19]/.test(piece));
    await fc.assert(
      fc.asyncProperty(spoilt([PLAN_A], pieces), async ({ json }) => {
        const license = `{"skuId":"${E3}","excludedPlans":${json}}`;
        const text = JSON.stringify(aBody({ licensesToAssign: [] })).replace("[]", `[${license}]`);
        const mapped = await map(source, { body: Buffer.from(text), header: () => undefined }, undefined);
        expect(mapped.kind).not.toBe("request");
        expect(naming("problems" in mapped ? mapped.problems : [], ["licensesToAssign"])).not.toEqual([]);
      }),
      runs(50),
    );
  });
});

describe("an event with a ticket", () => {
  const event = {
    specversion: "1.0",
    id: "event-1",
    subject: "request-1",
    data: {
      outcome: "refused",
      requestId: "request-1",
      userId: "ana@contoso.com",
      licensesToAssign: [{ skuId: E3 }],
      licensesToRemove: [E5, { sku: "POWER_BI" }],
      category: "no-seats",
      owner: "partner admin",
      meaning: "No seats",
      remedy: "Buy seats",
      ticket: { system: "zendesk", id: "47/11", source: "desk" },
    },
  };

  const aDesk = () => {
    const clock = { ...fakeClock(), random: () => 0 };
    const file = {
      profile: "zendesk",
      secret: "s",
      callbackSecret: "c",
      callbackUrl: "https://d.example/{ticketId}",
    };
    const secrets = { of: () => Promise.resolve(["whsec_c2VjcmV0IG9mIGEgZGVzaywgYXMgdGVzdHMgaGF2ZSBpdA=="]) };
    const poison: PoisonMessage[] = [];
    const journal = logJournal();
    const patiently = makePatiently(clock, { holdBudgetMs: 1000, backoffBaseMs: 100 });
    const notify = makeNotify({
      clock,
      sources: new Map([["desk", toSource("desk", SourceFile.parse(file))]]),
      off: {
        isOff: () => Promise.resolve(false),
        turnOn: () => Promise.resolve(),
        turnOff: () => Promise.resolve(),
        list: () => Promise.resolve([]),
      },
      ledger: aLedger().ledger,
      patiently,
      scheduleSeconds: [5],
      post: makePost({
        clock,
        secrets,
        evaluate,
        send: ({ url, headers }) => {
          // As a client does it: throws for what cannot be a header
          expect([...new Headers(headers)].length).toBeGreaterThan(0);
          expect(url.href.startsWith("https://d.example/")).toBe(true);
          return Promise.resolve({ status: 200, text: "" });
        },
      }),
      settle: makeSettle({
        patiently,
        sendPoison: (message) => Promise.resolve(void poison.push(message)),
        sendOutcome: () => Promise.reject(new Error("not asked for")),
      }),
      schedule: () => Promise.reject(new Error("is not to come again")),
    });
    return { notify, poison, journal };
  };

  test("with one hostile piece is told or becomes one poison message that names it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          spoilt(event).map(({ json }) => json),
          hostileJson,
        ),
        async (json) => {
          const { notify, poison, journal } = aDesk();
          const delivery = aDelivery({ messageId: "event-1", body: Buffer.from(json) });
          await boundedAsync(() => notify.tell(delivery, journal.log));
          const ends = journal.events().filter((name) => name.startsWith("callback."));
          expect(ends).toHaveLength(1);
          expect(poison).toHaveLength(ends[0] === "callback.givenUp" ? 1 : 0);
          const whys = poison.map(({ properties }) => String(properties["Description"]));
          expect(
            whys.filter(
              (why) =>
                !/^it is no event with a ticket: (?:the body|\/\S+) .+/.test(why) &&
                !/^ticket [^]*: there is no tickets\//.test(why),
            ),
          ).toEqual([]);
          await notify.capture(delivery, journal.log);
        },
      ),
      runs(150),
    );
  });

  test.each([
    ["id", { ...event, id: "line\nbreak" }, "/id"],
    ["id beyond ASCII", { ...event, id: "ü" }, "/id"],
    [
      "ticket",
      { ...event, data: { ...event.data, ticket: { ...event.data.ticket, id: "\ud800" } } },
      "/data/ticket/id",
    ],
  ])("whose %s cannot stand in an address or a header is not tried", async (_name, body, pointer) => {
    const { notify, poison, journal } = aDesk();
    await notify.tell(aDelivery({ body: Buffer.from(JSON.stringify(body)) }), journal.log);
    expect(poison.map(({ properties }) => properties["Description"])).toEqual([
      expect.stringContaining(`: ${pointer} must `),
    ]);
  });
});

describe("a message with what the host tells of it", () => {
  const metadata = {
    messageId: "m1",
    sessionId: "c/0",
    contentType: "application/json",
    deliveryCount: 3,
    applicationProperties: {
      poisonId: "request-1",
      kind: "update",
      run: 1,
      category: "no-seats",
      owner: "operator",
      meaning: "No seats",
      remedy: "Buy seats",
      status: 400,
      code: 60_012,
      description: "None left",
      attempts: 1,
      msRequestId: "a",
      msCorrelationId: "b",
      msCv: "c",
      msServerId: "d",
      originalMessageId: "m0",
      deliveryCount: 2,
      capturedAt: AT,
      deadLetterReason: "R",
      deadLetterErrorDescription: "D",
    },
  };

  /** What is wrong with what is to be filed. */
  const faultsOf = (message: unknown, told: unknown): readonly string[] => {
    const { id, run, refusal, original, body } = bounded(() => fromPoison(message, told, AT));
    const again = toPoison(refusal, fromTrigger(body, told), { id, run });
    const faults = {
      id: !/^~?[A-Za-z0-9._:-]{1,100}$/.test(id) || id === "." || id === "..",
      refusal: !Refusal.safeParse(refusal).success || !/^[a-z0-9-]+$/.test(refusal.category),
      numbers: !Number.isSafeInteger(run) || !Number.isSafeInteger(original.deliveryCount),
      text: Object.values(again.properties).some((value) => !String(value).isWellFormed()),
    };
    return Object.entries(faults).flatMap(([name, isFault]) => (isFault ? [name] : []));
  };

  test("is filed as poison, whatever that is", () => {
    fc.assert(
      fc.property(hostileJson, spoilt(metadata), (message, { json }) => {
        expect(faultsOf(Buffer.from(message), JSON.parse(json))).toEqual([]);
        expect(faultsOf(JSON.parse(message), JSON.parse(message))).toEqual([]);
      }),
      runs(150),
    );
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(faultsOf(anything, anything)).toEqual([]);
      }),
    );
    expect(faultsOf("{}", { applicationProperties: { poisonId: ".." } })).toEqual([]);
  });

  test("is an operation only with the id of one", () => {
    const good = { operationId: "05e9a617-0261-4cee-bb44-138d3ef5d965" };
    expect(fromOperation(Buffer.from(JSON.stringify(good)))).toBe(good.operationId);
    fc.assert(
      fc.property(
        fc.oneof(
          spoilt(good).map(({ json }) => json),
          hostileJson,
        ),
        (json) => {
          expect(bounded(() => fromOperation(Buffer.from(json)))).toBeUndefined();
          expect(fromOperation(JSON.parse(json))).toBeUndefined();
        },
      ),
    );
  });
});

describe("an answer of Partner Center", () => {
  const sku = {
    id: E3,
    name: "Microsoft 365 E3",
    skuPartNumber: "SPE_E3",
    licenseGroupId: "group1",
    targetType: "User",
  };
  const plan = { id: PLAN_A, serviceName: "A", displayName: "A", capabilityStatus: "Enabled" };
  const user = { id: CUSTOMER, userPrincipalName: "ana@contoso.com", usageLocation: "DE" };
  const goods = [
    { code: 60_012, description: "x", error: { code: "1", message: "y" } },
    { licenseWarnings: [{ code: 1, message: "m", servicePlans: ["A"] }] },
    { items: [{ productSku: sku, servicePlans: [plan], availableUnits: 5, ...user }] },
    user,
  ];
  const json = fc.oneof(...goods.map((good) => spoilt(good).map((one) => one.json)), hostileJson);

  test("says something or cannot be read", async () => {
    const subject = { customerId: aRequest().customerId, userId: "ana@contoso.com" };
    const reader = { token: "t", requestId: aRequest().requestId };
    await fc.assert(
      fc.asyncProperty(json, fc.constantFrom(200, 400, 429, 500), async (text, status) => {
        const body = Buffer.from(text);
        const send: Send = () =>
          Promise.resolve({ kind: "response", status, header: () => undefined, body, whole: true });
        const client = makeClient(send, () => 0);
        const said = bounded(() => readAnswerBody(body));
        expect(said.description?.isWellFormed()).not.toBe(false);
        const found = await boundedAsync(() =>
          Promise.all([
            client.heldLicenses(subject, reader),
            client.subscribedSkus(subject.customerId, reader),
            client.user(subject, reader),
            client.users(subject.customerId, reader, undefined),
          ]),
        );
        for (const { kind } of found) expect(["found", "notFound"]).toContain(kind);
        // What is found is asked for by its id
        const [, , ana] = found;
        expect(encodeURIComponent(ana.kind === "found" ? ana.value.id : "")).not.toContain("/");
        expect((await findFirstCustomer(send, client, "t", undefined)).kind).not.toBe("");
      }),
      runs(150),
    );
  });
});

describe("an answer of Microsoft Entra", () => {
  const tokens = { access_token: "a", refresh_token: "r", expires_in: "3600", token_type: "Bearer" };
  const refusal = { error: "invalid_grant", error_codes: [50_076], error_description: "AADSTS50076: x" };

  test("is a grant, or is not to be had now", () => {
    const json = fc.oneof(spoilt(tokens), spoilt(refusal)).map((one) => one.json);
    fc.assert(
      fc.property(fc.oneof(json, hostileJson), fc.constantFrom(200, 400, 503), (text, status) => {
        const grant = bounded(() => readGrant(status, JSON.parse(text), 0));
        expect(["tokens", "refused", "pending", "notNow"]).toContain(grant.kind);
        const seconds = grant.kind === "tokens" ? grant.expiresInSeconds : 0;
        expect(new Date(Date.parse(AT) + seconds * 1000).toISOString()).not.toBe("");
      }),
      runs(150),
    );
  });

  test("that is a token is good or has problems", () => {
    const claims = {
      aud: "https://api.partnercenter.microsoft.com",
      amr: ["mfa"],
      exp: 1,
      scp: "x",
      iss: "y",
    };
    fc.assert(
      fc.property(
        fc.oneof(
          spoilt(claims).map(({ json }) => json),
          hostileJson,
        ),
        (json) => {
          const token = `h.${Buffer.from(json).toString("base64url")}.s`;
          expect(bounded(() => readPartnerToken(token)).value).toBe(token);
        },
      ),
    );
  });
});

describe("a row of the ledger", () => {
  const WORDS = /^$|restore it or remove it/;
  const entry = acceptRequest(undefined, aRequest(), AT, "http");
  const toRow = (json: string) => ({
    partitionKey: "p",
    rowKey: "r",
    etag: "e",
    ...toChunks("json", Buffer.from(json)),
  });

  test("is what was written or says that it is not", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          spoilt(entry).map(({ json }) => json),
          hostileJson,
        ),
        (json) => {
          expect(complaintOf(() => fromEntryRow(toRow(json)), LedgerError)).toMatch(WORDS);
          expect(complaintOf(() => fromStepRow(toRow(json)), LedgerError)).toMatch(WORDS);
        },
      ),
    );
  });
});

describe("settings", () => {
  const good = {
    AzureWebJobsStorage: "UseDevelopmentStorage=true",
    ServiceBusConnection: "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=x;SharedAccessKey=y;",
    KEY_VAULT_URL: "https://vault-1.vault.azure.net",
  };
  const names = [
    ...Object.keys(good),
    "LANES_PER_CUSTOMER",
    "TICKETS_FOLDER",
    "CALLBACK_SCHEDULE_SECONDS",
    "__proto__",
  ];

  test("are taken, or named", () => {
    const value = fc.oneof(fc.string(), fc.constantFrom(...HOSTILE, "\ud800", "https://[", "a\u0000b"));
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, text) => {
        const env = Object.fromEntries([...Object.entries(good), [name, text]]);
        const complaint = complaintOf(() => readSettings(env), SettingsError);
        expect(complaint === "" || complaint.includes(name)).toBe(true);
      }),
    );
  });
});

describe("a file of a source", () => {
  test("is taken, or named", async () => {
    const folder = await mkdtemp(join(tmpdir(), "license-relay-hostile-"));
    const good = {
      profile: "jira-webhook",
      system: "jira",
      secret: "s",
      toleranceSeconds: 300,
      signingKeyOrigins: [],
      fields: { userId: "customfield_1", licensesToAssign: "customfield_2" },
      map: { userId: "a.b" },
      tables: { tenants: { contoso: CUSTOMER }, skus: { E3 } },
      callbackUrl: "https://desk.example.com/{ticketId}",
      callbackHosts: ["desk.example.com"],
      callbackSecret: "c",
    };
    const json = fc.oneof({ weight: 3, arbitrary: spoilt(good).map((one) => one.json) }, hostileJson);
    await fc.assert(
      fc.asyncProperty(json, async (text) => {
        await writeFile(join(folder, "desk.json"), text);
        const complaint = complaintOf(() => loadSources(folder), SourcesError);
        expect(complaint).toMatch(/^$|\/desk\.json:\d+ /);
      }),
      runs(80),
    );
  });
});

describe("the sources of the functions", () => {
  const root = new URL("../../", import.meta.url);
  const files = ["shared", "functions"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
  );
  const codeOf = (file: string): string =>
    readFileSync(new URL(file, root), "utf8").replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, "");

  /** Who may parse without readForeign(), and why. */
  const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
    ["shared/request/readForeign.ts", "it is the place itself"],
    ["shared/request/parseJson.ts", "JSON alone, caught; readForeign() stands on it"],
    ["shared/ticket/mapping/json.ts", "JSON alone; whoever calls it catches"],
    ["shared/ticket/mapping/mapper.ts", "what our own thread says; throws into a catch"],
    ["shared/http/api/openApi.ts", "a schema of our own, at the start"],
  ]);

  test("parse foreign data with readForeign() alone", () => {
    const parsing = files.filter((file) =>
      /(?<!\b(?:Date|URL|changes))\.(?:parse|safeParse|parseAsync|safeParseAsync)\(/.test(codeOf(file)),
    );
    expect(parsing.toSorted()).toEqual([...EXCEPTIONS.keys()].toSorted());
  });

  test("bound texts and lists with atLeast() and atMost() alone", () => {
    const NUMBERS = /z\s*\.(?:coerce\s*\.)?(?:int|number)\([^)]*\)(?:\s*\.\w+\([^)]*\))*/g;
    const bounding = files.filter((file) =>
      /(?<!Math)\.(?:min|max|length|nonempty)\(/.test(codeOf(file).replaceAll(NUMBERS, "")),
    );
    expect(bounding).toEqual([]);
  });
});
