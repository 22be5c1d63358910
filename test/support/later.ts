/** Does something a moment later, as over a network: whoever forgets to wait does not see it. */
export const later = async <T>(task: () => T): Promise<T> => {
  await new Promise((resolve) => setImmediate(resolve));
  return task();
};
