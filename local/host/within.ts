/** Something did not end in its time. */
export class LateError extends Error {
  override readonly name = "LateError";
}

/** What a task gives, or a `LateError` after `limitMs`; the task itself goes on then. */
export const within = async <T>(limitMs: number, task: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateError(`no end after ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
};
