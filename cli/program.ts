import { Command, CommanderError, InvalidArgumentError } from "commander";

import { consent, type ConsentOptions } from "./commands/consent.ts";
import { cancel, operation, operations } from "./commands/operations.ts";
import { gate, reconcile, seats } from "./commands/partnerCenter.ts";
import { groups, note, show, treat, type ShowOptions, type TreatOptions } from "./commands/poison.ts";
import { list, status, type ListOptions } from "./commands/requests.ts";
import { submit, type SubmitOptions } from "./commands/submit.ts";
import { checkTicket, type CheckTicketOptions } from "./commands/tickets.ts";
import { toContext, type Action } from "./context.ts";
import { CliError, EXIT, type ExitCode } from "./errors.ts";
import type { Io } from "./io.ts";

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}`);
  };

const rate = (text: string): number => {
  const value = Number(text);
  if (value >= 0.1 && value <= 1000) return value;
  throw new InvalidArgumentError("It must be a number from 0.1 to 1000");
};

const EXAMPLES = `
Examples:
  license-relay submit changes.csv --wait
  license-relay status ticket-4711
  license-relay poison
  license-relay poison replay --category no-seats --customer <tenant id> --why "seats bought" --wait

Environment: LICENSE_RELAY_URL, LICENSE_RELAY_KEY, LICENSE_RELAY_BY
Exit codes: 0 good · 1 something was refused or left undone · 2 wrong usage or file · 3 not found · 4 no answer or no right · 130 interrupted`;

const CSV_HELP = `
FILE is .json (one request or a list), .jsonl, .csv, or - for JSON from standard input. The whole file is checked before
the first request is sent. Columns of CSV: requestId, customerId, userId, assign, remove (SKU ids or part numbers, separated
by spaces or ;), usageLocation, waitForSeats, ticketSystem, ticketId, requestedBy. A request without requestId gets one made of its content and its place: the
same file sent again asks for nothing twice.`;

const TICKET_HELP = `
FILE is the body as the ticketing system sends it, or - for standard input. With LICENSE_RELAY_TICKET_SECRET set, it is
signed as the ticketing system would; without, the signature is reported as missing and the mapping is checked all the
same.`;

const CONSENT_HELP = `
Runs where you are signed in to Azure (az login) with the right to set secrets. The app's certificate or client secret is
read from the vault (PARTNER_CREDENTIAL_SECRET, partner-app-credential). Nothing is stored that license calls would
refuse.`;

const selecting = (command: Command): Command =>
  command
    .option("--category <category>", "cause, as in the groups")
    .option("--code <number>", "error code of Partner Center", wholeNumber(0, 999_999_999))
    .option("--customer <tenant id>", "customer");

const treating = (command: Command): Command =>
  selecting(command)
    .option("--why <text>", "why, for the record")
    .option("--wait", "follow the operation to its end")
    .option("--yes", "do not ask");

/** The program with its commands; each action is handed to `run`. */
const build = (
  version: string,
  io: Io,
  run: (command: Command, action: Action) => Promise<void>,
): Command => {
  const program = new Command("license-relay")
    .description("Asks for license changes, and sets right what was refused.")
    .version(version)
    .option("--url <url>", "address of the app (LICENSE_RELAY_URL, or http://localhost:7071)")
    .option("--key <key>", "function key, or the operator key (better: LICENSE_RELAY_KEY)")
    .option("--by <name>", "who asks (LICENSE_RELAY_BY, or the name of the user)")
    .option("--json", "print one JSON object a line")
    .option("--csv", "print CSV")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(--help shows what can be given)")
    .configureOutput({ writeOut: io.out.write, writeErr: io.err.write })
    .exitOverride();

  program
    .command("submit <file>")
    .description("send the requests of a file")
    .option("--concurrency <number>", "so many at once", wholeNumber(1, 64), 8)
    .option("--timeout <seconds>", "how long one may take, tries included", wholeNumber(1, 86_400), 120)
    .option("--wait", "follow each to its end, or until it waits for seats")
    .option("--preview", "send nothing; show what would come of each license")
    .addHelpText("after", CSV_HELP)
    .action((file: string, options: SubmitOptions, command: Command) => run(command, submit(file, options)));
  program
    .command("status <id>")
    .description("what became of a request")
    .action((id: string, _options: object, command: Command) => run(command, status(id)));
  program
    .command("list")
    .description("requests, newest first")
    .option("--customer <tenant id>", "of a customer")
    .option("--ticket <system/id>", "of a ticket")
    .option("--status <status>", "accepted, applying, waiting, parked, applied, refused, discarded")
    .option("--category <category>", "refused for this cause")
    .option("--limit <number>", "at most so many", wholeNumber(1, 100_000), 50)
    .action((options: ListOptions, command: Command) => run(command, list(options)));

  program
    .command("seats")
    .description("seats that requests wait for; with --customer also how many are missing")
    .option("--customer <tenant id>", "of a customer")
    .action((options: { customer?: string }, command: Command) => run(command, seats(options)));
  program
    .command("reconcile")
    .description("what tickets of a customer asked for, against what is")
    .requiredOption("--customer <tenant id>", "the customer")
    .option("--differing", "only what is not as wanted")
    .action((options: { customer: string; differing?: boolean }, command: Command) =>
      run(command, reconcile(options)),
    );
  const gateCommand = program
    .command("gate")
    .description("whether calls wait because Partner Center refuses the token")
    .action((_options: object, command: Command) => run(command, gate(false)));
  gateCommand
    .command("open")
    .description("let calls go out again with the token that was refused")
    .action((_options: object, command: Command) => run(command, gate(true)));

  program
    .command("consent")
    .description("sign in as the service account, with MFA; checks the tokens and stores them in Key Vault")
    .option("--tenant <id>", "the partner's own tenant (PARTNER_TENANT_ID)")
    .option("--client-id <id>", "the app (PARTNER_CLIENT_ID)")
    .option("--vault <url>", "the vault (KEY_VAULT_URL)")
    .option("--customer <tenant id>", "customer to try a read with; else the first")
    .addHelpText("after", CONSENT_HELP)
    .action((options: ConsentOptions, command: Command) => run(command, () => consent(options, io)));

  const poison = program
    .command("poison")
    .description("why requests were refused, in groups")
    .option("--discarded", "those in the archive")
    .action((options: { discarded?: boolean }, command: Command) => run(command, groups(options)));
  selecting(poison.command("show [id]").description("one message in full, or the messages of a group"))
    .option("--discarded", "those in the archive")
    .option("--limit <number>", "at most so many", wholeNumber(1, 100_000), 50)
    .action((id: string | undefined, _own: object, command: Command) =>
      run(command, show(id, command.optsWithGlobals<ShowOptions>())),
    );
  treating(poison.command("replay [ids...]").description("send messages again: one first, then the rest"))
    .option("--no-canary", "all at once")
    .option("--rate <number>", "so many a second", rate)
    .option("--force", "also when a newer request was applied")
    .action((ids: string[], options: TreatOptions, command: Command) =>
      run(command, treat("replay", ids, options)),
    );
  treating(poison.command("discard [ids...]").description("archive messages")).action(
    (ids: string[], options: TreatOptions, command: Command) => run(command, treat("discard", ids, options)),
  );
  treating(poison.command("restore [ids...]").description("take messages out of the archive")).action(
    (ids: string[], options: TreatOptions, command: Command) => run(command, treat("restore", ids, options)),
  );
  selecting(
    poison.command("note <text>").description("keep a note on a group; an empty text removes it"),
  ).action((text: string, options: TreatOptions, command: Command) => run(command, note(text, options)));

  program
    .command("ticket")
    .description("webhooks of ticketing systems")
    .command("check <source> <file>")
    .description("what a delivery would come to: signature, clock, mapping; nothing is queued")
    .option("--profile <profile>", "how it is signed; else the name of the source")
    .option("--secret-header <name>", "header of the secret, when the source names one")
    .addHelpText("after", TICKET_HELP)
    .action((source: string, file: string, options: CheckTicketOptions, command: Command) =>
      run(command, checkTicket(source, file, options)),
    );

  program
    .command("operations")
    .description("operations, newest first")
    .option("--limit <number>", "at most so many", wholeNumber(1, 100_000), 20)
    .action((options: { limit: number }, command: Command) => run(command, operations(options)));
  program
    .command("operation <id>")
    .description("how far an operation has come")
    .option("--wait", "follow it to its end")
    .action((id: string, options: { wait?: boolean }, command: Command) =>
      run(command, operation(id, options)),
    );
  program
    .command("cancel <id>")
    .description("let an operation begin nothing more")
    .action((id: string, _options: object, command: Command) => run(command, cancel(id)));
  return program;
};

/** Runs the program with these arguments. Never throws; the number is the exit code. */
export const runProgram = async (argv: readonly string[], version: string, io: Io): Promise<ExitCode> => {
  let code: ExitCode = EXIT.good;
  const program = build(version, io, async (command, action) => {
    code = await action(toContext(command, io));
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
    const isOurs = error instanceof CliError;
    io.err.write(`license-relay: ${error instanceof Error ? error.message : "unknown trouble"}\n`);
    return isOurs ? error.exitCode : EXIT.failed;
  }
};
