/** Whether a status is of the class that says success, documented or not. */
export const isOfSuccess = (status: number | undefined): boolean =>
  status !== undefined && status >= 200 && status < 300;
