/** The functions that an operator uses; in Azure they have a key of their own, named operator. */
const OPERATOR_FUNCTIONS: ReadonlySet<string> = new Set([
  "listPoison",
  "readPoison",
  "replayPoison",
  "discardPoison",
  "restorePoison",
  "notePoison",
  "readOperation",
  "listOperations",
  "cancelOperation",
  "checkTicket",
  "readTokenGate",
  "openTokenGate",
]);

export interface LocalKeys {
  readonly functionKey: string;
  readonly operatorKey: string;
}

/** The settings of the keys → their defaults. */
export const defaultKeys = { LOCAL_FUNCTION_KEY: "local", LOCAL_OPERATOR_KEY: "local-operator" } as const;

/** The keys of the settings, or their defaults. */
export const readKeys = (env: Readonly<Record<string, string | undefined>>): LocalKeys => ({
  functionKey: env["LOCAL_FUNCTION_KEY"] || defaultKeys.LOCAL_FUNCTION_KEY,
  operatorKey: env["LOCAL_OPERATOR_KEY"] || defaultKeys.LOCAL_OPERATOR_KEY,
});

/** The keys that open a function: an operator's key opens all of them. */
export const keysFor =
  ({ functionKey, operatorKey }: LocalKeys) =>
  (functionName: string): readonly string[] =>
    OPERATOR_FUNCTIONS.has(functionName) ? [operatorKey] : [functionKey, operatorKey];
