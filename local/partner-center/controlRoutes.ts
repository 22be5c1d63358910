import { z } from "zod";

import { FaultRule } from "./faults.ts";
import type { Operations } from "./operations.ts";
import { SettingsChange } from "./settings.ts";
import type { World } from "./world.ts";
import { toWorldView } from "./worldView.ts";

/** Paths under it steer the local Partner Center; the real one has nothing there. */
export const CONTROL_PREFIX = "/local/";

const SeatsChange = z.strictObject({
  customerId: z.string(),
  skuId: z.string(),
  activeUnits: z.int().nonnegative(),
});

export interface Controlled {
  readonly operations: Operations;
  readonly world: World;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: object;
}

type Control = (controlled: Controlled, body: unknown) => object | void;

const controls: Readonly<Record<string, Control>> = {
  "GET /local/journal": ({ operations }) => operations.journal(),
  "GET /local/calls": ({ operations }) => operations.calls(),
  "GET /local/world": ({ world }) => toWorldView(world),
  "POST /local/faults": ({ operations }, body) => operations.addFault(FaultRule.parse(body)),
  "DELETE /local/faults": ({ operations }) => operations.clearFaults(),
  "POST /local/tokens/revoke": ({ operations }) => operations.revokeTokens(),
  "POST /local/seats": ({ operations }, body) => {
    const { customerId, skuId, activeUnits } = SeatsChange.parse(body);
    operations.setSeats(customerId, skuId, activeUnits);
  },
  "PATCH /local/settings": ({ operations }, body) => operations.updateSettings(SettingsChange.parse(body)),
  "POST /local/reset": ({ operations }) => operations.reset(),
};

const failed = (status: number, error: string): ControlAnswer => ({ status, body: { error } });

/** One call under the prefix. Never throws. */
export const answerControl = (
  method: string,
  path: string,
  body: string,
  controlled: Controlled,
): ControlAnswer => {
  const control = controls[`${method} ${path}`];
  if (control === undefined)
    return failed(404, `Cannot ${method} ${path}: there is ${Object.keys(controls).join(", ")}`);
  try {
    return { status: 200, body: control(controlled, body === "" ? {} : JSON.parse(body)) ?? {} };
  } catch (error) {
    if (error instanceof z.ZodError) return failed(400, z.prettifyError(error));
    return failed(400, error instanceof Error ? error.message : String(error));
  }
};
