import type { BrokerConfig } from "./config.ts";

/** An entity as far as forwarding goes. */
interface Step {
  readonly path: string;
  readonly to: readonly string[];
}

const stepsOf = ({ queues, topics }: BrokerConfig): Step[] => [
  ...queues.map(({ name, forwardTo, forwardDeadLetteredTo }) => ({
    path: name,
    to: [forwardTo, forwardDeadLetteredTo].filter((target) => target !== undefined),
  })),
  ...topics.map(({ name, subscriptions }) => ({
    path: name,
    to: subscriptions.flatMap(({ forwardTo, forwardDeadLetteredTo }) =>
      [forwardTo, forwardDeadLetteredTo].filter((target) => target !== undefined),
    ),
  })),
];

const findRepeated = (names: readonly string[]): string[] => {
  const lower = names.map((name) => name.toLowerCase());
  return names.filter((_, index) => lower.indexOf(lower[index] ?? "") !== index);
};

const leadsTo = (from: string, goal: string, steps: ReadonlyMap<string, Step>, seen: Set<string>): boolean =>
  (steps.get(from)?.to ?? []).some((target) => {
    const next = target.toLowerCase();
    if (next === goal) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return leadsTo(next, goal, steps, seen);
  });

/** What no schema sees: names given twice, and messages forwarded to nowhere or in a circle. */
export const findEntityProblems = (config: BrokerConfig): string[] => {
  const list = stepsOf(config);
  const steps = new Map(list.map((step) => [step.path.toLowerCase(), step]));
  const subscriptions = config.topics.flatMap(({ name, subscriptions: all }) =>
    findRepeated(all.map((subscription) => `${name}/Subscriptions/${subscription.name}`)),
  );
  return [
    ...[...findRepeated(list.map(({ path }) => path)), ...subscriptions].map(
      (path) => `"${path}" is there more than once; names differ by more than case`,
    ),
    ...list.flatMap(({ path, to }) =>
      to
        .filter((target) => !steps.has(target.toLowerCase()))
        .map((target) => `"${path}" forwards to "${target}", which is no queue or topic`),
    ),
    ...list
      .filter(({ path }) => leadsTo(path.toLowerCase(), path.toLowerCase(), steps, new Set()))
      .map(({ path }) => `"${path}" forwards its messages back to itself`),
  ];
};
