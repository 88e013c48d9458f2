/** Waiting times between attempts to connect. */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly firstMs = 1000,
    private readonly lastMs = 30_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** Doubles with every attempt, +-25 % so that a wall of tiles does not return as one. */
  nextMs(): number {
    const plain = Math.min(this.lastMs, this.firstMs * 2 ** this.attempts);
    this.attempts += 1;
    return plain * (0.75 + this.random() * 0.5);
  }

  reset(): void {
    this.attempts = 0;
  }
}
