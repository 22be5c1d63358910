import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { loadSources, SourcesError } from "../../shared/ticket/source/loadSources.ts";
import { recipes, writeRecipeSources } from "../support/recipes.ts";

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "tickets-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};
const load = (text: string) => loadSources(folderWith({ "desk.json": text }));
const problemOf = (text: string): string => {
  try {
    load(text);
    return "";
  } catch (error) {
    return error instanceof SourcesError ? error.message : `not a SourcesError: ${String(error)}`;
  }
};

describe("loadSources()", () => {
  test("finds none in a folder that is not there", () => {
    expect(loadSources(join(tmpdir(), "no-such-folder")).size).toBe(0);
  });

  test("reads the source of every recipe", async () => {
    const sources = loadSources(await writeRecipeSources());
    expect([...sources.keys()].toSorted()).toEqual(recipes.map(({ name }) => name).toSorted());
  });

  test.each([
    ['{\n  "profile": "zendesk",\n  "secret": ""\n}', /desk\.json:3 secret must be the name of a secret/],
    ['{\n  "profile": "zendesk"\n}', /desk\.json:1 secret is missing/],
    ['{\n  "profile": "zendesk",\n  "secret": "s",\n  "colour": 1\n}', /desk\.json:4 colour is not a field/],
    [
      '{\n  "profile": "zendesk",\n  "secret": "s",\n  "map": {\n    "userId": "a ? "\n  }\n}',
      /desk\.json:5 map\.userId is not JSONata: .*Unexpected end of expression/,
    ],
    [
      '{\n  "profile": "mantis",\n  "secret": "s"\n}',
      /desk\.json:2 profile must be one of standard-webhooks, zendesk/,
    ],
    [
      '{\n  "profile": "zendesk",\n  "secret": "s",\n  "tables": {\n    "skus": {\n      "E3": "E3"\n    }\n  }\n}',
      /desk\.json:6 tables\.skus\.E3 must be the id of a product SKU/,
    ],
    ['{\n  "profile": "zendesk"\n  "secret": "s"\n}', /desk\.json:3 is not JSON here/],
    ["", /desk\.json:1 is/],
    ["[]", /desk\.json:1/],
    ["\n\n[]", /desk\.json:3/],
    [
      '{\n  "profile": "zendesk",\n  "secret": "s",\n  "secretHeader": "x"\n}',
      /desk\.json:4 secretHeader has no meaning here/,
    ],
    ['{\n  "profile": "connectwise",\n  "secret": "s"\n}', /fields must name the field userId/],
    [
      '{\n  "profile": "zendesk",\n  "secret": "s",\n  "callbackUrl": "https://desk.example.com"\n}',
      /callbackSecret is missing/,
    ],
    [
      '{\n  "profile": "zendesk",\n  "secret": "s",\n  "rejectOnTicket": true\n}',
      /desk\.json:4 rejectOnTicket needs callbackUrl/,
    ],
    [
      '{\n  "profile": "zendesk",\n  "secret": "s",\n  "callbackUrl": "ftp://desk"\n}',
      /desk\.json:4 callbackUrl must be a web address/,
    ],
    [
      '{\n  "profile": "zendesk",\n  "secret": "s",\n  "fetchSigningKey": true\n}',
      /desk\.json:4 fetchSigningKey is for the profile connectwise/,
    ],
  ])("points at the line: %j", (text, problem) => {
    expect(problemOf(text)).toMatch(problem);
  });

  test("takes a file as large as it may be, and none that is larger", () => {
    const source = '{ "profile": "zendesk", "secret": "s" }';
    expect(load(source.padEnd(256 * 1024)).size).toBe(1);
    expect(problemOf(source.padEnd(256 * 1024 + 1))).toContain("desk.json is larger than 256 KiB");
  });

  test("passes over a byte-order mark and files that are no JSON", () => {
    const source = '\uFEFF{ "profile": "zendesk", "secret": "s" }';
    const sources = loadSources(folderWith({ "desk.json": source, "README.md": "{" }));
    expect([...sources.keys()]).toEqual(["desk"]);
  });

  test("names the problems of all files at once", () => {
    const folder = folderWith({ "a.json": "{", "b.json": "{}", "Not A Name.json": "{}" });
    expect(() => loadSources(folder)).toThrow(/Not A Name\.json has a name.*a\.json:1 .*b\.json:1 profile/s);
  });
});
