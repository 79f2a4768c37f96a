/**
 * What every backend of the state store promises, by theme in `clauses/`. A backend's own test hands in a way to open it and
 * runs this unmodified.
 */
import type { StateStore } from '../../nodes/shared/state';
import { copiesClauses } from './clauses/copies';
import { fieldsClauses } from './clauses/fields';
import { namesClauses } from './clauses/names';
import { openingsClauses } from './clauses/openings';
import { processesClauses } from './clauses/processes';
import { readingsClauses } from './clauses/readings';
import { recordsClauses } from './clauses/records';
import { rollbackClauses } from './clauses/rollback';
import { runsClauses } from './clauses/runs';
import { spendClauses } from './clauses/spend';
import { stepsClauses } from './clauses/steps';
import { transferClauses } from './clauses/transfer';
import { versionsClauses } from './clauses/versions';
import { writesClauses } from './clauses/writes';
import { describeMedia } from './media.conformance';
import { START, only, type Stage } from './stage';

export interface StoreUnderTest {
	name: string;
	/** A new, empty place for a store; `open` opens it, as often as asked. */
	createPlace(): Promise<{
		open: () => Promise<StateStore>;
		remove: () => Promise<void>;
		/** Does to the bytes of a kept file what a broken disk does: others in their place, or none. */
		replaceMedia?: (runId: string, hash: string, bytes: Uint8Array | undefined) => Promise<void>;
	}>;
	/** False where a place lives only as long as its one store. */
	reopens: boolean;
}

export function describeStateStore(subject: StoreUnderTest): void {
	describeMedia(subject);
	describe(`state store on ${subject.name}`, () => {
		let place: Awaited<ReturnType<StoreUnderTest['createPlace']>>;
		let store: StateStore;

		beforeEach(async () => {
			place = await subject.createPlace();
			store = await place.open();
		});
		afterEach(async () => {
			await store.close();
			await place.remove();
		});

		const stage: Stage = {
			get store() {
				return store;
			},
			open: () => place.open(),
			async reopen() {
				await store.close();
				store = await place.open();
				return store;
			},
			startRun: async (brief) =>
				(await store.startRun(brief === undefined ? START : { ...START, brief })).run.runId,
			write: async (runId, request) =>
				only(await store.write(runId, [{ commands: [], by: 'Test', ...request }])),
		};

		describe('runs', () => runsClauses(stage));
		describe('fields', () => fieldsClauses(stage));
		describe('versions', () => versionsClauses(stage));
		describe('writes', () => writesClauses(stage));
		describe('readings', () => readingsClauses(stage));
		describe('names', () => namesClauses(stage));
		describe('processes', () => processesClauses(stage));
		describe('records and locks', () => recordsClauses(stage));
		describe('checkpoints and rollback', () => rollbackClauses(stage));
		describe('compare, fork and impact', () => copiesClauses(stage));
		describe('export, verification and deletion', () => transferClauses(stage));
		describe('steps and ledger', () => stepsClauses(stage));
		describe('spend cap', () => spendClauses(stage));
		if (subject.reopens) describe('opening again', () => openingsClauses(stage));
	});
}
