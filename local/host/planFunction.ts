import { resolveConnection, type Connection } from "./connection.ts";
import type { Binding, RegisteredFunction } from "./coreModule.ts";
import { toHttpFunction, type HttpFunction } from "./httpTrigger.ts";
import { toServiceBusBinding, type ServiceBusBinding } from "./serviceBusBinding.ts";
import { toTimerFunction, type TimerFunction } from "./startTimerTrigger.ts";

/** A function with a Service Bus trigger, and where its messages are. */
export interface MessageFunction {
  readonly fn: RegisteredFunction;
  readonly binding: ServiceBusBinding;
  readonly connection: Connection;
}

/** A function, by what starts it. */
export type Plan =
  | ({ readonly kind: "http" } & HttpFunction)
  | ({ readonly kind: "message" } & MessageFunction)
  | ({ readonly kind: "timer" } & TimerFunction);

export interface PlanContext {
  readonly routePrefix: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Planner = (fn: RegisteredFunction, name: string, binding: Binding, context: PlanContext) => Plan;

const planners: ReadonlyMap<string, Planner> = new Map<string, Planner>([
  [
    "httptrigger",
    (fn, name, binding, { routePrefix }) => ({
      kind: "http",
      ...toHttpFunction(fn, name, binding, routePrefix),
    }),
  ],
  ["timertrigger", (fn, name, binding) => ({ kind: "timer", ...toTimerFunction(fn, name, binding) })],
  [
    "servicebustrigger",
    (fn, name, binding, { env }) => {
      const read = toServiceBusBinding(fn, name, binding, env);
      return { kind: "message", fn, binding: read, connection: resolveConnection(read.connection, env) };
    },
  ],
]);

/** The trigger's type as the app wrote it. */
export const triggerOf = ({ metadata }: RegisteredFunction): readonly [name: string, binding: Binding] => {
  const found = Object.entries(metadata.bindings).find(([, { type }]) => /trigger$/i.test(type));
  if (found === undefined) throw new Error(`Cannot run "${metadata.name}": it has no trigger; give it one`);
  return found;
};

/** Reads a function's trigger. @throws {Error} that names the function and what cannot be done */
export const planFunction = (fn: RegisteredFunction, context: PlanContext): Plan => {
  const [name, binding] = triggerOf(fn);
  const planner = planners.get(binding.type.toLowerCase());
  if (planner === undefined)
    throw new Error(
      `Cannot run "${fn.metadata.name}": triggers of type "${binding.type}" are not supported here; use func start`,
    );
  return planner(fn, name, binding, context);
};
