import { describe, expect, test } from "vitest";

import { readPartnerToken } from "../../shared/token/partnerToken.ts";
import { makeTokenSource } from "../../shared/token/tokenSource.ts";
import { VaultError } from "../../shared/vault/errors.ts";
import { fakeClock } from "../support/fakeClock.ts";
import { logJournal } from "../support/logJournal.ts";

const jwt = (claims: Readonly<Record<string, unknown>>): string =>
  ["{}", JSON.stringify(claims), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");

const good = {
  aud: "https://api.partnercenter.microsoft.com",
  amr: ["pwd", "mfa"],
  scp: "user_impersonation",
};

describe("readPartnerToken()", () => {
  test.each([
    ["a good one", good, []],
    ["the audience as an application id", { ...good, aud: "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd" }, []],
    ["another audience", { ...good, aud: "https://graph.windows.net" }, ["wrong audience"]],
    ["no mfa", { ...good, amr: ["pwd"] }, ["no mfa in amr"]],
    ["app only", { aud: good.aud }, ["not an App+User token"]],
  ])("judges %s", (_name, claims, problems) => {
    expect(readPartnerToken(jwt(claims)).problems.map(({ problem }) => problem)).toEqual(problems);
  });

  test.each([["opaque"], ["a.b.c"], [""]])("says of %j that it is no token, and keeps it usable", (value) => {
    expect(readPartnerToken(value)).toMatchObject({ value, problems: [{ problem: "not a JSON Web Token" }] });
  });
});

const MINUTE_MS = 60_000;

const aSource = () => {
  const clock = fakeClock();
  const journal = logJournal();
  const vault = { reads: 0, answer: (): string | VaultError => "opaque" };
  const source = makeTokenSource({
    now: clock.now,
    read: async () => {
      vault.reads += 1;
      await Promise.resolve();
      const answer = vault.answer();
      if (answer instanceof VaultError) throw answer;
      return answer;
    },
  });
  const lasting = (ms: number, jti = "1"): string => jwt({ ...good, jti, exp: (clock.now() + ms) / 1000 });
  const current = () => source.current(journal.log);
  return { clock, journal, vault, source, lasting, current };
};

const unreachable = new VaultError("unreachable", "Cannot read the secret");

describe("makeTokenSource()", () => {
  test("reads once for all who wait at the same time", async () => {
    const { vault, current } = aSource();
    await Promise.all([current(), current(), current()]);
    expect(vault.reads).toBe(1);
  });

  test("keeps a token until five minutes before its end", async () => {
    const { clock, vault, lasting, current } = aSource();
    const token = lasting(60 * MINUTE_MS);
    vault.answer = () => token;
    await current();
    clock.pass(54 * MINUTE_MS);
    await current();
    expect(vault.reads).toBe(1);
    clock.pass(2 * MINUTE_MS);
    await current();
    expect(vault.reads).toBe(2);
  });

  test("goes on with a token near its end when the vault is out of reach", async () => {
    const { clock, vault, lasting, current } = aSource();
    const token = lasting(60 * MINUTE_MS);
    vault.answer = () => token;
    await current();
    vault.answer = () => unreachable;
    clock.pass(58 * MINUTE_MS);
    expect(await current()).toMatchObject({ kind: "token", token: { value: token } });
    clock.pass(3 * MINUTE_MS);
    expect(await current()).toMatchObject({ kind: "none", code: "unreachable" });
  });

  test("gives no expired token, and finds its successor as soon as it is there", async () => {
    const { clock, vault, lasting, current } = aSource();
    const old = lasting(MINUTE_MS);
    vault.answer = () => old;
    await current();
    clock.pass(2 * MINUTE_MS);
    expect(await current()).toMatchObject({ kind: "none", code: "expired" });
    const fresh = lasting(60 * MINUTE_MS, "2");
    vault.answer = () => fresh;
    clock.pass(1000);
    expect(await current()).toMatchObject({ kind: "token", token: { value: fresh } });
  });

  test("reads again after a refusal, but only when it was the token in use", async () => {
    const { vault, source, lasting, current } = aSource();
    const first = lasting(60 * MINUTE_MS);
    vault.answer = () => first;
    await current();
    const second = lasting(60 * MINUTE_MS, "2");
    vault.answer = () => second;
    source.reject(readPartnerToken(first));
    expect(await current()).toMatchObject({ token: { value: second } });
    source.reject(readPartnerToken(first));
    await current();
    expect(vault.reads).toBe(2);
  });

  test("keeps a token that does not say when it ends for five minutes", async () => {
    const { clock, vault, current } = aSource();
    await current();
    clock.pass(5 * MINUTE_MS - 1);
    await current();
    expect(vault.reads).toBe(1);
    clock.pass(1);
    await current();
    expect(vault.reads).toBe(2);
  });

  test("asks for the successor of a token near its end every ten seconds", async () => {
    const { clock, vault, lasting, current } = aSource();
    const token = lasting(MINUTE_MS);
    vault.answer = () => token;
    await current();
    clock.pass(9999);
    await current();
    expect(vault.reads).toBe(1);
    clock.pass(1);
    await current();
    expect(vault.reads).toBe(2);
  });

  test("says once for each token what is wrong with it, and never the token", async () => {
    const { vault, journal, current, source } = aSource();
    const token = jwt({ aud: "https://graph.windows.net", scp: "x" });
    vault.answer = () => token;
    await current();
    source.reject(readPartnerToken(token));
    await current();
    expect(journal.events()).toEqual(["token.read", "token.unfit"]);
    expect(JSON.stringify(journal.entries)).not.toContain(token);
  });
});
