/** Seconds of the service as the hours that people type. */
export const toHours = (seconds: number) => String(Math.round((seconds / 3600) * 100) / 100);

/** NaN for what is no time. */
export const fromHours = (text: string) => (text.trim() === "" ? Number.NaN : Math.round(Number(text) * 3600));
