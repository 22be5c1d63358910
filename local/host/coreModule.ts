import Module from "node:module";

import { createLog, type Log, type LogEntry } from "./hostLog.ts";
import type { RpcInvocationRequest, RpcInvocationResponse } from "./rpcData.ts";

/** The package that exists only inside a worker. */
const CORE_MODULE = "@azure/functions-core";
/** The version of the Node worker that is copied here. */
const WORKER_VERSION = "3.9.0";
const HOST_VERSION = "4.1037.0";

const hookNames = ["preInvocation", "postInvocation", "appStart", "appTerminate", "log"] as const;
type HookName = (typeof hookNames)[number];
type HookContext = Record<string, unknown>;
type HookCallback = (context: HookContext) => unknown;
type FunctionCallback = (...args: unknown[]) => unknown;

/** A trigger, input or output of a function; what else is in it depends on its type. */
export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly [option: string]: unknown;
}

interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  /** The URL of the file that registered it. */
  readonly file: string;
}

export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly request: RpcInvocationRequest;
  readonly metadata: FunctionMetadata;
  state: "preInvocationHooks" | "postInvocationHooks" | "invocation" | undefined;
  readonly log: (level: string, category: string, message: string) => void;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<RpcInvocationResponse>;
}

/** What the library gives the worker at its import. */
interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

/** What the functions told the worker. There is one in a process, as the library asks for the core module once. */
export interface Core {
  readonly functions: readonly RegisteredFunction[];
  readonly model: ProgrammingModel | undefined;
  /** Registrations are taken while a file loads, and count as this file's. */
  loadingFile: string | undefined;
  /** Where `log` of the core module goes. */
  log: Log;
  /** Calls the hooks of this name one after the other. */
  runHooks(name: HookName, context: HookContext): Promise<void>;
  /** Lets log hooks change the level and the message of an entry. */
  applyLogHooks(entry: LogEntry): LogEntry;
}

class Disposable {
  readonly #onDispose: () => void;
  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }
  dispose(): void {
    this.#onDispose();
  }
}

// The library passes errors on that bear this mark, and wraps others
const systemError = (error: Error): Error => Object.assign(error, { isAzureFunctionsSystemError: true });

const isHookName = (name: string): name is HookName => hookNames.some((known) => known === name);

const createCore = (): { core: Core; coreModule: object } => {
  let functions: readonly RegisteredFunction[] = [];
  let model: ProgrammingModel | undefined;
  const hooks = new Map<HookName, HookCallback[]>(hookNames.map((name) => [name, []]));
  const hooksOf = (name: HookName): HookCallback[] => hooks.get(name) ?? [];

  const core: Core = {
    get functions() {
      return functions;
    },
    get model() {
      return model;
    },
    loadingFile: undefined,
    log: createLog(() => undefined),
    runHooks: async (name, context) => {
      for (const hook of hooksOf(name)) await hook(context);
    },
    applyLogHooks: (entry) => {
      const hookContext: HookContext = { hookData: {}, ...entry };
      for (const hook of hooksOf("log")) hook(hookContext);
      const { level, message } = hookContext;
      return { ...entry, level: String(level), message: String(message) };
    },
  };

  const coreModule = {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    setProgrammingModel: (given: ProgrammingModel): void => {
      model = given;
    },
    getProgrammingModel: () => model,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback): Disposable => {
      const { loadingFile: file } = core;
      if (file === undefined)
        throw systemError(new Error("A function can only be registered during app startup."));
      if (functions.some((known) => known.metadata.name === metadata.name))
        throw systemError(new Error(`A function with id "${metadata.name}" has already been registered.`));
      const added = { metadata, callback, file };
      functions = [...functions, added];
      return new Disposable(() => {
        functions = functions.filter((one) => one !== added);
      });
    },
    registerHook: (name: string, callback: HookCallback): Disposable => {
      if (!isHookName(name)) throw systemError(new RangeError(`Unrecognized hook "${name}"`));
      hooksOf(name).push(callback);
      return new Disposable(() => {
        hooks.set(
          name,
          hooksOf(name).filter((one) => one !== callback),
        );
      });
    },
    log: (level: string, category: string, message: string): void => core.log(level, category, message),
  };
  return { core, coreModule };
};

let installed: Core | undefined;

/**
 * Supplies "@azure/functions-core" to everything that requires it, as the Node worker does. Must come before the
 * first import of "@azure/functions": the library asks once and goes into test mode when there is none.
 */
export const installCoreModule = (): Core => {
  if (installed !== undefined) return installed;
  const { core, coreModule } = createCore();
  const require: unknown = Reflect.get(Module.prototype, "require");
  if (typeof require !== "function")
    throw new Error(`Cannot supply "${CORE_MODULE}": this Node has no require`);
  const patched = new Proxy(require, {
    apply: (target, thisArg: unknown, args: unknown[]): unknown =>
      args[0] === CORE_MODULE ? coreModule : Reflect.apply(target, thisArg, args),
  });
  Reflect.set(Module.prototype, "require", patched);
  installed = core;
  return core;
};
