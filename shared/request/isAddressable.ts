/** "." and ".." vanish from the path of an address, with the segment before: https://url.spec.whatwg.org/#double-dot-path-segment */
export const isDotSegment = (text: string): boolean => text === "." || text === "..";

/** Whether a text can be a segment of an address and leave the others as they are. */
export const isAddressable = (text: string): boolean =>
  text !== "" && text.isWellFormed() && !isDotSegment(text);
