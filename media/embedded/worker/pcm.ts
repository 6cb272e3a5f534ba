/** The sound we make and record ourselves: 16-bit linear, one channel. */

/** Samples a second. */
export const SAMPLE_RATE = 8000
/** Samples in a tick of the clock, 20 ms. */
export const FRAME = 160
