import type { MessageFunction } from "../../local/host/planFunction.ts";
import type { RpcTypedData } from "../../local/host/rpcData.ts";
import {
  LICENSE_OPERATIONS,
  LICENSE_OUTCOMES,
  LICENSE_UPDATES,
  LICENSE_UPDATES_POISON,
  TICKET_CALLBACKS,
} from "../../shared/message/entities.ts";
import type { MessageCase, TriggerCase } from "./fuzzCase.ts";
import { hostileJson, hostileText } from "./hostile.ts";
import { fromJsonTree, toJsonTree } from "./jsonTree.ts";
import { mutateBytes } from "./mutateBytes.ts";
import { mutateJson } from "./mutateJson.ts";
import type { Random } from "./random.ts";
import { validEvent, validProperties, validRequest } from "./valid.ts";

type Sample = (random: Random, tag: string) => unknown;

/** What belongs into an entity; one that is not named here gets some of everything. */
const samples: ReadonlyMap<string, Sample> = new Map<string, Sample>([
  [LICENSE_UPDATES, validRequest],
  [LICENSE_UPDATES_POISON, validRequest],
  [LICENSE_OUTCOMES, validEvent],
  [TICKET_CALLBACKS, validEvent],
  [LICENSE_OPERATIONS, () => ({ operationId: "3f2504e0-4f89-41d3-9a0c-0305e82c3301" })],
]);

const bodyOf = (entity: string, random: Random, tag: string): Buffer => {
  const own = samples.get(entity);
  const sample = own !== undefined && random.chance(0.95) ? own : random.pick([...samples.values()]);
  let tree = toJsonTree(sample(random, tag));
  // One that is good in between: what is bad must not get in its way
  const changes = random.chance(0.05) ? 0 : 1 + random.below(3);
  for (let change = 0; change < changes; change += 1) tree = mutateJson(tree, random);
  const bytes = Buffer.from(fromJsonTree(tree));
  return random.chance(0.2) ? mutateBytes(bytes, random) : bytes;
};

/** Texts of a message that replays and later tries of callbacks use for their own. */
const messageIds = [
  "~11111111-1111-8111-8111-111111111111~0",
  "~11111111-1111-8111-8111-111111111111~0~2",
  "~11111111-1111-8111-8111-111111111111~1",
  "~11111111-1111-8111-8111-111111111111~9999999",
  "4711",
  "{}",
  "null",
  "true",
  '{"length":{"toString":1}}',
];

/** What the Service Bus extension tells of a message; JSON in a text arrives parsed. */
const metadataOf = (random: Random, tag: string): Record<string, RpcTypedData> => {
  const properties = toJsonTree({
    ...validProperties(random, tag),
    ...(random.chance(0.2) ? { extra: 1 } : {}),
  });
  const changed = random.chance(0.8) ? mutateJson(mutateJson(properties, random), random) : properties;
  const all: Record<string, RpcTypedData> = {
    MessageId: { string: tag },
    SessionId: { string: "c0000000-0000-4000-8000-000000000001/0" },
    ContentType: { string: "application/json" },
    DeliveryCount: { json: "1" },
    SequenceNumber: { json: "17" },
    LockToken: { string: "5d4b7e0c-9e57-4b0e-8c5f-3c1d0f6b6a01" },
    EnqueuedTimeUtc: { json: '"2026-01-15T10:00:00"' },
    ApplicationProperties: { json: fromJsonTree(changed) },
  };
  for (let change = random.below(4); change > 0; change -= 1) {
    const name = random.pick(Object.keys(all));
    switch (random.below(4)) {
      case 0:
        delete all[name];
        break;
      case 1:
        all[name] = { json: hostileJson(random) };
        break;
      case 2:
        all[name] = { string: random.pick(messageIds) };
        break;
      default:
        all[name] = { string: hostileText(random) };
    }
  }
  return all;
};

/** A hostile message, handed to its function by the host without a broker in between. */
export const makeTriggerCase = (
  { fn, binding }: MessageFunction,
  random: Random,
  tag: string,
): TriggerCase => ({
  kind: "trigger",
  name: fn.metadata.name,
  body: bodyOf(binding.source.entity, random, tag),
  metadata: metadataOf(random, tag),
});

const ID_MAX = 128;

const primitiveOf = (value: unknown, random: Random): string | number | boolean => {
  if (random.chance(0.2))
    return random.pick([hostileText(random), hostileJson(random).slice(0, 5000), -1, 1.5, true]);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : "";
};

/** A hostile message for the entity that a function listens to, to be sent through the broker. */
export const makeMessageCase = (
  { fn, binding }: MessageFunction,
  random: Random,
  tag: string,
): MessageCase => ({
  kind: "message",
  name: fn.metadata.name,
  body: bodyOf(binding.source.entity, random, tag),
  isText: random.chance(0.1),
  // With its tag in front: the broker drops what has the id of another
  messageId: `${tag}${random.chance(0.2) ? hostileText(random) : ""}`.slice(0, ID_MAX),
  sessionId: random.chance(0.2)
    ? hostileText(random).slice(0, ID_MAX) || tag
    : `c0000000-0000-4000-8000-00000000000${1 + random.below(6)}/${random.below(4)}`,
  contentType: random.chance(0.2) ? hostileText(random) : "application/json",
  subject: random.chance(0.2) ? hostileJson(random) : "",
  properties: Object.fromEntries(
    Object.entries(validProperties(random, tag)).map(([name, value]) => [name, primitiveOf(value, random)]),
  ),
});
