import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { caseNames, CASES_FOLDER, folderProblems } from "../support/cases/folders.ts";
import { caseKinds } from "../support/cases/kinds.ts";
import { record } from "../support/cases/record.ts";
import { secretIn } from "../support/cases/secretIn.ts";
import { ticketCases } from "../support/cases/ticket.ts";

let root: string;
let written: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "license-relay-cases-"));
  written = "";
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const run = (args: readonly string[], stdin = ""): Promise<number> =>
  record(args, {
    root,
    write: (text) => {
      written += text;
    },
    stdin: Readable.from([Buffer.from(stdin)]),
    now: () => new Date("2026-01-15T10:00:00.500Z"),
  });
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));
const aFile = (name: string, text: string): string => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};

const SOURCE = { profile: "zendesk", secret: "ticket-secret" };

test("every folder of test/cases is of a kind that is run", () => {
  const kinds = caseKinds.map(({ name }) => name).toSorted();
  expect(readdirSync(CASES_FOLDER).toSorted()).toEqual(kinds);
});

describe("record()", () => {
  test("adds a ticket, signed as its sender would", async () => {
    const source = aFile("source.json", JSON.stringify(SOURCE));
    const payload = '{"userId": "ana@contoso.com"}';
    expect(await run(["ticket", "no-customer", "-", "--source", source], payload)).toBe(0);
    expect(readFileSync(join(root, "ticket/no-customer/in.body.json"), "utf8")).toBe(payload);
    expect(read("ticket/no-customer/in.json")).toEqual({
      source: SOURCE,
      sign: true,
      receivedAt: "2026-01-15T10:00:00Z",
    });
    expect(read("ticket/no-customer/out.json")).toMatchObject({
      signature: { kind: "verified" },
      asks: { kind: "invalid", problems: [{ pointer: "/customerId" }, { pointer: "" }] },
    });
    expect(written).toContain('"pointer": "/customerId"');
    expect(folderProblems(root, ticketCases, "no-customer")).toEqual([]);
  });

  test("keeps the headers of a ticket that came signed", async () => {
    const source = aFile("source.json", JSON.stringify({ ...SOURCE, profile: "bearer" }));
    const args = ["ticket", "signed", "-", "--source", source];
    expect(await run([...args, "--header", "Authorization: Bearer a: b", "--secret", "a: b"], "{}")).toBe(0);
    expect(read("ticket/signed/in.json")).toMatchObject({ headers: { authorization: "Bearer a: b" } });
    expect(read("ticket/signed/out.json")).toMatchObject({ signature: { kind: "verified" } });
  });

  test("adds an answer of Partner Center, with a body and without", async () => {
    expect(await run(["partner-center", "gone", "--status", "404"])).toBe(0);
    expect(read("partner-center/gone/in.json")).toEqual({ status: 404 });
    const args = ["partner-center", "busy", "-", "--status", "503", "--header", "Retry-After: 30"];
    expect(await run(args, "<html>")).toBe(0);
    expect(readdirSync(join(root, "partner-center/busy"))).toContain("in.body.txt");
    expect(read("partner-center/busy/out.json")).toMatchObject({ verdict: { retryAfterMs: 30_000 } });
  });

  test("adds a file of a user, byte for byte", async () => {
    const text = "\uFEFFrequestId;customerId\r\n";
    expect(await run(["file", "excel", aFile("Users.CSV", text)])).toBe(0);
    expect(readFileSync(join(root, "file/excel/in.csv"), "utf8")).toBe(text);
    expect(read("file/excel/out.json")).toMatchObject({ exitCode: 2 });
  });

  test("writes out.json anew, of one case or of all of a kind", async () => {
    await run(["partner-center", "one", "--status", "404"]);
    await run(["partner-center", "two", "--status", "404"]);
    for (const target of ["partner-center/one", "partner-center"]) {
      writeFileSync(join(root, "partner-center/one/out.json"), "{}");
      expect(await run(["--accept", target])).toBe(0);
      expect(read("partner-center/one/out.json")).toMatchObject({ verdict: { kind: "refused" } });
    }
  });

  test("leaves out.json as it is when something is wrong with the folder", async () => {
    await run(["partner-center", "one", "--status", "404"]);
    writeFileSync(join(root, "partner-center/one/out.json"), "{}");
    aFile("partner-center/one/in.body.txt", "client_secret=abc");
    expect(await run(["--accept", "partner-center/one"])).toBe(2);
    expect(written).toContain('"in.body.txt" has something in it that looks like the value of a secret');
    expect(read("partner-center/one/out.json")).toEqual({});
  });

  test("lists the cases", async () => {
    await run(["partner-center", "one", "--status", "404"]);
    written = "";
    expect(await run(["--list"])).toBe(0);
    expect(written).toBe("partner-center/one\n");
  });

  test.each([
    [["tickets", "x"], 'There is no kind "tickets": ticket, partner-center, file'],
    [["ticket", "No Name"], '"No Name" is no name for a case'],
    [["ticket", "x"], "Give --source"],
    [["ticket", "x", "--source", "no-such-file"], "Give the file with the payload"],
    [["ticket", "x", "-", "--source", "no-such-file"], 'Cannot read "no-such-file"'],
    [["ticket", "x", "--page", "mantis"], "There is no page docs/tickets/mantis.md"],
    [["ticket", "x", "--page", "zendesk", "--received", "today"], "This makes no case"],
    [["partner-center", "x"], "Give --status"],
    [["partner-center", "x", "--status", "4"], "This makes no case"],
    [["partner-center", "x", "--status", "400", "--header", "Retry-After"], 'is not "Name: value"'],
    [["file", "x", import.meta.filename], "it must be in.csv, in.json or in.jsonl"],
    [["file", "x"], "Give the file"],
    [["file", "x", "a", "b"], 'What is "b"?'],
    [["--accept", "file/x"], "There is no case file/x"],
    [["--accept", "ticket/a/b"], '"ticket/a/b" is neither a kind nor a case'],
    [["--accept", "ticket/.."], '"ticket/.." is neither a kind nor a case'],
    [["--accept", "ticket/"], '"ticket/" is neither a kind nor a case'],
    [["--accept", "file"], 'There is no case of the kind "file" yet'],
    [["--unknown"], "--unknown"],
  ])("says what is wrong with %j, and leaves nothing behind", async (args, words) => {
    expect(await run(args)).toBe(2);
    expect(written).toContain(words);
    expect(caseKinds.flatMap((kind) => caseNames(root, kind))).toEqual([]);
  });

  test("replaces no case that is there", async () => {
    await run(["partner-center", "one", "--status", "404"]);
    expect(await run(["partner-center", "one", "--status", "500"])).toBe(2);
    expect(written).toContain("There is a case partner-center/one already");
    expect(read("partner-center/one/in.json")).toEqual({ status: 404 });
  });

  test("keeps nothing that looks like a token", async () => {
    const token = ["eyJhbGciOiJub25lIn0", "eyJzdWIiOiJrIn0x", "c2lnbmF0dXJl"].join(".");
    expect(await run(["partner-center", "x", "-", "--status", "400"], `{"token":"${token}"}`)).toBe(2);
    expect(written).toContain("looks like a token");
    expect(caseKinds.flatMap((kind) => caseNames(root, kind))).toEqual([]);
  });
});

describe("secretIn()", () => {
  test.each([
    ["a private key", ["-----BEGIN RSA", "PRIVATE KEY-----"].join(" ")],
    ["a bearer token", "curl -H 'X: Bearer 0123456789abcdef0'"],
    ["an Authorization header", '{"Authorization": "Basic YTpi"}'],
    ["an Authorization header", "Authorization: Bearer abc"],
    ["a shared access signature", "https://a.blob.core.windows.net/b?se=2026-01-01&sig=abc%2Bdefgh"],
    ["the value of a secret, password, key or signature", '{"client_secret": "abc"}'],
    ["the value of a secret, password, key or signature", '{"clientSecret" : "abc"}'],
    ["the value of a secret, password, key or signature", "user=ana&password=abc"],
    ["the value of a secret, password, key or signature", String.raw`{"text":"{\"refresh_token\":\"abc\"}"}`],
    ["the value of a secret, password, key or signature", '{"access_token":"abc"}'],
    ["the value of a secret, password, key or signature", '{"signature":"abc"}'],
    ["the value of a secret, password, key or signature", "AccountName=a;AccountKey=YWJj;"],
    ["the value of a secret, password, key or signature", "Endpoint=sb://a/;SharedAccessKey=YWJj"],
    ["the value of a secret, password, key or signature", '{"sharedAccessKey":"YWJj"}'],
  ])("finds %s in %s", (what, text) => {
    expect(secretIn(text, ["made up"])).toBe(what);
  });

  test.each([
    '{"signature": {"kind": "verified"}}',
    '{"password": "", "secret": null, "access_token": "redacted"}',
    '{"secret": "made up", "headers": {"authorization": "Bearer made up"}}',
    '{"headers": {"x-zendesk-webhook-signature": "MTIz"}}',
    String.raw`{"headers": {"www-authenticate": "Bearer authorization_uri=\"https://a/\""}}`,
    "Authorization: Bearer redacted",
    '{"secretHeader": "X-Desk-Secret"}',
    "The password has expired; the bearer of this ticket asks for a license.",
  ])("finds nothing in %s", (text) => {
    expect(secretIn(text, ["made up"])).toBeUndefined();
  });
});

describe("folderProblems()", () => {
  const folder = (): string => join(root, "ticket", "page-zendesk");
  beforeEach(() => {
    mkdirSync(join(root, "ticket"));
    cpSync(join(CASES_FOLDER, "ticket", "page-zendesk"), folder(), { recursive: true });
  });
  const problems = (name = "page-zendesk") => folderProblems(root, ticketCases, name).join("\n");

  test("finds none in a case that has all", () => {
    expect(problems()).toBe("");
  });

  test("names what is missing, with the command that makes it", () => {
    rmSync(join(folder(), "out.json"));
    rmSync(join(folder(), "in.json"));
    expect(problems()).toContain("it has nothing that comes in: in.json, in.body.*");
    expect(problems()).toContain("npm run record -- --accept ticket/page-zendesk");
  });

  test("names a file that nobody reads", () => {
    writeFileSync(join(folder(), "notes.txt"), "");
    mkdirSync(join(folder(), "in.json.d"));
    expect(problems()).toContain('"notes.txt" is none of its files');
    expect(problems()).toContain('"in.json.d" is none of its files');
  });

  test("wants a name that is easy to type", () => {
    cpSync(folder(), join(root, "ticket", "Page_Zendesk"), { recursive: true });
    expect(problems("Page_Zendesk")).toContain("its name must be words");
  });
});
