import { randomUUID } from "node:crypto";

import type { Core, CoreInvocationContext, RegisteredFunction } from "./coreModule.ts";
import { describeError, type Log } from "./hostLog.ts";
import type { RpcInvocationRequest, RpcInvocationResponse } from "./rpcData.ts";

/** What a trigger hands over; the rest of the request is made here. */
export type InvocationData = Pick<RpcInvocationRequest, "inputData" | "triggerMetadata">;

/** Runs a function once. Rejects when it fails, after that was logged. */
export type Invoke = (fn: RegisteredFunction, data: InvocationData) => Promise<RpcInvocationResponse>;

const runWithHooks = async (
  core: Core,
  { metadata, callback }: RegisteredFunction,
  coreContext: CoreInvocationContext,
  appHookData: Record<string, unknown>,
): Promise<RpcInvocationResponse> => {
  if (core.model === undefined)
    throw new Error(`Cannot run "${metadata.name}": @azure/functions is not loaded`);
  const model = core.model.getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();
  const shared = { hookData: {}, appHookData, invocationContext: context };

  coreContext.state = "preInvocationHooks";
  const before = { ...shared, inputs, functionCallback: callback };
  await core.runHooks("preInvocation", before);

  coreContext.state = "invocation";
  const after: typeof shared & { inputs: unknown[]; result: unknown; error: unknown } = {
    ...shared,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }

  coreContext.state = "postInvocationHooks";
  await core.runHooks("postInvocation", after);
  coreContext.state = undefined;
  if (after.error !== null && after.error !== undefined) throw toError(after.error);
  return model.getResponse(context, after.result);
};

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Invocations in the order that the Node worker has: arguments, hooks, the function, hooks, the response. */
export const createInvoke = (core: Core, log: Log, appHookData: Record<string, unknown>): Invoke => {
  return async (fn, data) => {
    const invocationId = randomUUID();
    const functionName = fn.metadata.name;
    const context = { functionName, invocationId };
    try {
      return await runWithHooks(
        core,
        fn,
        {
          invocationId,
          request: { invocationId, functionId: fn.metadata.functionId ?? functionName, ...data },
          metadata: fn.metadata,
          state: undefined,
          log: (level, category, message) => log(level, category, message, context),
        },
        appHookData,
      );
    } catch (error) {
      log("error", "system", `Function "${functionName}" failed: ${describeError(error)}`, context);
      if (error instanceof Error) log("debug", "system", error.stack ?? "", context);
      throw error;
    }
  };
};
