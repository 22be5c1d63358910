/** The number of an option, such as 17 of --seed. @throws {Error} that names the option and what it takes */
export const wholeNumber = (option: string, text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${option} must be a whole number such as 17, not "${text}"`);
  return Number(text);
};
