/** The calls of the store that paying once needs, in memory, as their contract says. */
import type { LedgerEntry, RecordedStep, Step } from '../../nodes/shared/state/stateStore';
import type { StepStore } from '../../nodes/shared/model';

export interface FakeStepStore extends StepStore {
	steps: Map<string, RecordedStep>;
	ledger: LedgerEntry[];
	/** What happened, in order. */
	log: string[];
}

export function fakeStepStore(): FakeStepStore {
	const steps = new Map<string, RecordedStep>();
	const ledger: LedgerEntry[] = [];
	const log: string[] = [];
	const keep = (runId: string, step: Step): RecordedStep => {
		const recorded = {
			...structuredClone(step),
			startedAt: '2026-11-22T12:00:00Z',
			updatedAt: '2026-11-22T12:00:00Z',
		};
		steps.set(`${runId}/${step.key}`, recorded);
		log.push(step.state);
		return recorded;
	};
	return {
		steps,
		ledger,
		log,
		async findStep(runId, key) {
			await Promise.resolve();
			return structuredClone(steps.get(`${runId}/${key}`));
		},
		async claimStep(runId, step) {
			await Promise.resolve();
			const known = steps.get(`${runId}/${step.key}`);
			if (known && known.state !== 'failed') return { claimed: false, step: structuredClone(known) };
			return { claimed: true, step: keep(runId, step) };
		},
		async hold() {
			await Promise.resolve();
		},
		async recordStep(runId, step, entries = []) {
			await Promise.resolve();
			keep(runId, step);
			ledger.push(...entries);
		},
	};
}
