import { present } from "../../shared/present.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  /** In place of the usual phrase beside the status. */
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as it is. */
  readonly body?: JsonObject | string;
  /** Partner Center's own code, where the answer has one. */
  readonly code?: number;
}

/** What a check found good, or the answer that says why it is not. */
export type Checked<T> =
  { readonly kind: "good"; readonly value: T } | { readonly kind: "refused"; readonly answer: Answer };

export const good = <T>(value: T): Checked<T> => ({ kind: "good", value });
export const refused = (answer: Answer): Checked<never> => ({ kind: "refused", answer });

/** An error of Partner Center's services. */
export const serviceError = (
  status: number,
  code: number,
  description: string,
  data?: readonly string[],
): Answer => ({
  status,
  code,
  body: { code, description, ...present({ data }), source: "PartnerFD" },
});

/** An error of the gateway in front of them. */
export const gatewayError = (
  status: number,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Answer => ({
  status,
  body: { statusCode: status, message },
  ...present({ headers }),
});

/** An error without a body: a reason phrase only. */
export const bareError = (
  status: number,
  reason: string,
  headers?: Readonly<Record<string, string>>,
): Answer => present({ status, reason, headers });

/** An error as Microsoft Graph has it. */
export const graphError = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});

/**
 * A list, as in https://learn.microsoft.com/partner-center/developer/check-which-licenses-are-assigned-to-a-user
 * @param more what some lists have beside their items
 */
export const collection = (items: readonly JsonObject[], more: JsonObject = {}): Answer => ({
  status: 200,
  body: { totalCount: items.length, items, ...more, attributes: { objectType: "Collection" } },
});

export interface Wording {
  /** Success bodies begin with U+FEFF, as the lengths of bodies in Microsoft's samples suggest. */
  readonly byteOrderMark: boolean;
  /** How the services write a code: Microsoft's page on error codes says text, its samples have numbers. */
  readonly errorCodes: "number" | "text";
}

const BYTE_ORDER_MARK = "\uFEFF";

const withTextCode = (body: JsonObject): JsonObject =>
  typeof body["code"] === "number" ? { ...body, code: String(body["code"]) } : body;

/** The bytes of an answer's body; none when it has no body. */
export const toBytes = ({ status, body }: Answer, { byteOrderMark, errorCodes }: Wording): Buffer => {
  if (body === undefined || typeof body === "string") return Buffer.from(body ?? "");
  const isSuccess = status < 300;
  const json = JSON.stringify(!isSuccess && errorCodes === "text" ? withTextCode(body) : body);
  return Buffer.from(isSuccess && byteOrderMark ? BYTE_ORDER_MARK + json : json);
};

/** The content type that goes with a body. */
export const contentTypeOf = ({ body }: Answer): string =>
  typeof body === "string" ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
