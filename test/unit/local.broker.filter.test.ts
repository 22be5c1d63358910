import { describe, expect, test } from "vitest";

import { matches, type Filterable } from "../../local/broker/filter/filter.ts";
import { parseSqlFilter } from "../../local/broker/filter/sqlFilter.ts";

const message: Filterable = {
  system: { subject: "applied", messageId: "m'1" },
  application: new Map<string, unknown>([
    ["color", "red"],
    ["size", 2],
    ["big", 2n ** 60n],
    ["done", true],
    ["none", null],
    ["odd name", "x"],
  ]),
};

describe("parseSqlFilter()", () => {
  test.each([
    ["color = 'red'", true],
    ["color = 'Red'", false],
    ["sys.Label = 'applied' AND sys.messageid = 'm''1'", true],
    ["SYS.Subject<>'applied'", false],
    ["user.color != 'blue'", true],
    ["size = 2 and done = TRUE", true],
    ["size = -2.5 or done = false", false],
    ["big = 1152921504606846976", true],
    ["color = 'blue' OR color = 'red' AND size = 3", false],
    ["(color = 'blue' OR color = 'red') AND size = 2", true],
    ["[odd name] = 'x'", true],
    ["\"odd name\" = 'x'", true],
    ["absent <> 'x'", false],
    ["none <> 'x'", false],
    ["1=1", true],
    ["1 = 0", false],
  ])("%s", (expression, expected) => {
    expect(matches(parseSqlFilter(expression), message)).toBe(expected);
  });

  test.each([
    '[odd name] = "x"',
    "color LIKE 'r%'",
    "color = 'red' XOR size = 2",
    "(color = 'red'",
    "color = ",
    "sys.Nothing = 'x'",
    "size > 1",
    "",
  ])("refuses %j", (expression) => {
    expect(() => parseSqlFilter(expression)).toThrow(SyntaxError);
  });
});
