type Flat<T> = { [Key in keyof T]: T[Key] };

/** Fields that can be undefined as fields that can be absent; the others as they are. */
type Present<T> = Flat<
  { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
    [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
  }
>;

/**
 * The fields without those that are undefined; null, 0, "" and false stay. Every value is computed first, so what may
 * only be computed when something is there stays a condition.
 *
 * @example const delivery: Delivery = { body, ...present({ messageId, contentType }) };
 */
export function present<const T extends object>(fields: T): Present<T>;
// A signature of its own: the compiler cannot follow what the filter does to the type
export function present(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
