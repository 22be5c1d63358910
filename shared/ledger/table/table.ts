import {
  TableClient,
  type ListTableEntitiesOptions,
  type TableEntity,
  type TransactionAction,
} from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";

import { isLoopback } from "../../loopback.ts";
import { LedgerError, missOf, toLedgerError, type Miss } from "./errors.ts";

/** How to reach the storage account: as the settings say. */
export type LedgerConnection =
  | { readonly kind: "connectionString"; readonly connectionString: string }
  | { readonly kind: "identity"; readonly url: URL; readonly credential: TokenCredential };

/** An entity as the service gives it: nothing in it is to be trusted. */
export type Row = Readonly<Record<string, unknown>> & {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly etag: string;
};

export interface Query {
  readonly filter: string;
  readonly select?: readonly string[];
  /** Rows a page, at most 1000. */
  readonly pageSize: number;
}

/** One table; every call has a deadline, and the table is made when it is first used. */
export interface Table {
  /** @throws {LedgerError} */
  get(partitionKey: string, rowKey: string): Promise<Row | undefined>;
  /** Pages of the rows that fit, in the order of their keys. @throws {LedgerError} */
  pages(query: Query): AsyncGenerator<readonly Row[], void, undefined>;
  put(entity: TableEntity): Promise<void>;
  /** Replaces a row that is there; one that was removed stays removed. */
  replace(entity: TableEntity): Promise<void>;
  /** Writes when the row is as it was read, or is not there when no etag is given. */
  putIf(entity: TableEntity, etag: string | undefined): Promise<"conflict" | "done">;
  /** Removes a row; one that is not there is fine. */
  remove(partitionKey: string, rowKey: string): Promise<void>;
  /** All or none, within one partition. */
  commit(actions: readonly TransactionAction[]): Promise<"conflict" | "done">;
}

/** How long one call may take, tries of the SDK included, in milliseconds. */
const PATIENCE_MS = 10_000;
const retryOptions = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000 };

const tableUrl = (connectionString: string): URL | undefined => {
  const endpoint = /(?:^|;)TableEndpoint=([^;]+)/i.exec(connectionString)?.[1];
  if (endpoint !== undefined && URL.canParse(endpoint)) return new URL(endpoint);
  return /UseDevelopmentStorage=true/i.test(connectionString) ? new URL("http://127.0.0.1:10002") : undefined;
};

const connect = (connection: LedgerConnection, name: string): TableClient => {
  const url = connection.kind === "identity" ? connection.url : tableUrl(connection.connectionString);
  const options = { retryOptions, allowInsecureConnection: url !== undefined && isLoopback(url) };
  return connection.kind === "identity"
    ? new TableClient(connection.url.href.replace(/\/$/, ""), name, connection.credential, options)
    : TableClient.fromConnectionString(connection.connectionString, name, options);
};

const nextPage = async (pages: AsyncIterator<readonly Row[]>): Promise<readonly Row[] | undefined> => {
  const page = await pages.next();
  return page.done === true ? undefined : page.value;
};

/** A table through the SDK. Opens no connection yet. */
export const makeTable = (connection: LedgerConnection, name: string): Table => {
  const client = connect(connection, name);
  let created: Promise<void> | undefined;

  const create = async (): Promise<void> => {
    try {
      await client.createTable({ abortSignal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
      if (missOf(error) !== "conflict") throw error;
    }
  };

  /** One making for all who wait; a failed one is tried anew by the next. */
  const ready = async (): Promise<void> => {
    created ??= create();
    try {
      await created;
    } catch (error) {
      created = undefined;
      throw error;
    }
  };

  const run = async <T>(call: (abortSignal: AbortSignal) => Promise<T>): Promise<T | Miss> => {
    try {
      await ready();
      return await call(AbortSignal.timeout(PATIENCE_MS));
    } catch (error) {
      const miss = missOf(error);
      if (miss === undefined) throw toLedgerError(error);
      // Somebody removed the table: it is made again by the next call
      if (miss === "missing" && error instanceof Error && error.message.includes("TableNotFound"))
        created = undefined;
      return miss;
    }
  };

  const settle = async (
    call: (abortSignal: AbortSignal) => Promise<unknown>,
  ): Promise<"conflict" | "done"> =>
    typeof (await run(async (signal) => [await call(signal)])) === "string" ? "conflict" : "done";

  return {
    async get(partitionKey, rowKey) {
      const found = await run((abortSignal) => client.getEntity<Row>(partitionKey, rowKey, { abortSignal }));
      return typeof found === "string" ? undefined : found;
    },
    async *pages({ filter, select, pageSize }) {
      const queryOptions: ListTableEntitiesOptions["queryOptions"] = {
        filter,
        ...(select === undefined ? {} : { select: ["PartitionKey", "RowKey", ...select] }),
      };
      const abort = new AbortController();
      const found = client
        .listEntities<Row>({ queryOptions, abortSignal: abort.signal })
        .byPage({ maxPageSize: pageSize });
      for (;;) {
        const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
        try {
          const page = await run(() => nextPage(found));
          if (page === undefined || typeof page === "string") return;
          yield page;
        } finally {
          clearTimeout(timer);
        }
      }
    },
    async put(entity) {
      const done = await settle((abortSignal) => client.upsertEntity(entity, "Replace", { abortSignal }));
      // Nothing stands against it but a table that is being deleted
      if (done === "conflict") throw new LedgerError("failed", `table "${name}" is being deleted`);
    },
    async replace(entity) {
      await settle((abortSignal) => client.updateEntity(entity, "Replace", { abortSignal, etag: "*" }));
    },
    putIf: (entity, etag) =>
      settle((abortSignal) =>
        etag === undefined
          ? client.createEntity(entity, { abortSignal })
          : client.updateEntity(entity, "Replace", { abortSignal, etag }),
      ),
    async remove(partitionKey, rowKey) {
      await run((abortSignal) => client.deleteEntity(partitionKey, rowKey, { abortSignal }));
    },
    commit: (actions) => settle((abortSignal) => client.submitTransaction([...actions], { abortSignal })),
  };
};
