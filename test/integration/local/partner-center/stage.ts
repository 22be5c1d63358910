import { Agent, request } from "undici";
import { z } from "zod";

import { customers, users } from "../../../../local/partner-center/seed.ts";
import {
  startPartnerCenter,
  type PartnerCenter,
  type PartnerCenterOptions,
} from "../../../../local/partner-center/startPartnerCenter.ts";
import { createToken } from "../../../../local/partner-center/token.ts";

interface Asked {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null leaves the header away. */
  readonly token?: string | null;
  readonly signal?: AbortSignal;
}

interface Told {
  readonly status: number;
  readonly reason: string;
  readonly header: (name: string) => string | undefined;
  readonly bytes: Buffer;
  /** Undefined when the body is no JSON. */
  readonly json: unknown;
  readonly code: unknown;
}

export interface Stage extends AsyncDisposable {
  readonly partnerCenter: PartnerCenter;
  ask(path: string, asked?: Asked): Promise<Told>;
  /** Updates the licenses of Contoso's Ana, unless another user is named. */
  update(
    body: unknown,
    asked?: Asked & { readonly user?: string; readonly customer?: string },
  ): Promise<Told>;
  /** The licenses of Contoso's Ana, unless another user is named: SKU id → plan names that are off. */
  held(user?: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Seats of Contoso that are taken. */
  consumed(skuId: string): number | undefined;
}

const Licenses = z.object({
  items: z.array(
    z.object({
      productSku: z.object({ id: z.string() }),
      servicePlans: z.array(z.object({ serviceName: z.string(), capabilityStatus: z.string() })),
    }),
  ),
});
const WithCode = z.object({ code: z.unknown() });

const readJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
};

/** How to wait for a condition. */
export const PATIENCE = { interval: 5, timeout: 10_000 } as const;

/** A local Partner Center on a free port, and a client with kept-alive connections. */
export const openStage = async (options: Partial<PartnerCenterOptions> = {}): Promise<Stage> => {
  const partnerCenter = await startPartnerCenter({ port: 0, ...options });
  const agent = new Agent({ connections: 8 });

  const ask: Stage["ask"] = async (path, asked = {}) => {
    const { method = "GET", body, headers = {}, token = createToken(), signal } = asked;
    const response = await request(`${partnerCenter.url}${path}`, {
      dispatcher: agent,
      method,
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    const json = readJson(bytes);
    return {
      status: response.statusCode,
      reason: response.statusText,
      header: (name) => {
        const value = response.headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
      bytes,
      json,
      code: WithCode.safeParse(json).data?.code,
    };
  };

  const userPath = (user: string, customer: string = customers.contoso): string =>
    `/v1/customers/${customer}/users/${encodeURIComponent(user)}`;

  return {
    partnerCenter,
    ask,
    update: (body, { user = users.contoso.ana, customer, ...asked } = {}) =>
      ask(`${userPath(user, customer)}/licenseupdates`, { method: "POST", body, ...asked }),
    held: async (user = users.contoso.ana) => {
      const { json } = await ask(`${userPath(user)}/licenses?licenseGroupIds=Group1&licenseGroupIds=Group2`);
      return new Map(
        Licenses.parse(json).items.map(({ productSku, servicePlans }) => [
          productSku.id,
          servicePlans
            .filter(({ capabilityStatus }) => capabilityStatus === "Disabled")
            .map(({ serviceName }) => serviceName),
        ]),
      );
    },
    consumed: (skuId) =>
      partnerCenter.world.customers.get(customers.contoso)?.subscriptions.get(skuId)?.consumedUnits,
    [Symbol.asyncDispose]: async () => {
      await agent.destroy();
      await partnerCenter.close();
    },
  };
};

/** The body of an update that assigns SKUs with all their plans. */
export const assigning = (...skuIds: readonly string[]) => ({
  licensesToAssign: skuIds.map((skuId) => ({ skuId, excludedPlans: null })),
  licensesToRemove: null,
});

export const removing = (...skuIds: readonly string[]) => ({
  licensesToAssign: null,
  licensesToRemove: skuIds,
});
