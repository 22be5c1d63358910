import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const help = `Throws arbitrary deliveries at the webhooks of ticketing systems, over HTTP, at the functions in a process of their own.

  npm run fuzz                          100,000 deliveries
  npm run fuzz -- --deliveries 1000000  so many

Fails when one is answered with a 5xx or not at all, or when memory grows.`;

const { values } = parseArgs({
  options: { deliveries: { type: "string", default: "100000" }, help: { type: "boolean" } },
});

if (values.help === true) console.log(help);
else {
  const { status } = spawnSync("vitest", ["run", "test/e2e/ticketFuzz.test.ts"], {
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, FUZZ_DELIVERIES: values.deliveries },
  });
  process.exitCode = status ?? 1;
}
