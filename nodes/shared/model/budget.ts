/** The money of one question on a run with a spend cap: set aside before each call, settled when the question is done. */
import type { Bill } from './bill';

export class Budget {
	/** Of calls without an answer that Gemini may bill all the same. */
	private doubtUsd = 0;

	constructor(
		private heldUsd: number,
		/** Sets more aside, or rejects with `budget_exhausted` or `price_unknown`. */
		private readonly hold: (usd: number | null) => Promise<void>,
	) {}

	/** Makes sure that the next call, which costs at most `mostUsd`, is covered beside what went before. */
	async cover(bill: Bill, mostUsd: number | null): Promise<void> {
		if (mostUsd === null) return this.hold(null);
		const missing = this.keptUsd(bill) + (bill.costUsd ?? 0) + mostUsd - this.heldUsd;
		if (missing <= 0) return;
		await this.hold(missing);
		this.heldUsd += missing;
	}

	/** A call that cost at most `mostUsd` ended so that nobody knows whether it is billed. */
	doubt(mostUsd: number | null): void {
		this.doubtUsd += mostUsd ?? 0;
	}

	/** By how much the run's held money changes when the question is settled with this bill: what is in doubt stays held. */
	settlement(bill: Bill): number {
		return this.keptUsd(bill) - this.heldUsd;
	}

	/** Where an answer has no known price, all that was held may have been spent. */
	private keptUsd({ costUsd }: Bill): number {
		return costUsd === null ? this.heldUsd : Math.min(this.doubtUsd, this.heldUsd);
	}
}
