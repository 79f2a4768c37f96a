import type { StateStore } from '../../../nodes/shared/state';
import { artefact, verdict } from '../../support/samples';
import { KEEPER, field, type Stage } from '../stage';

export function recordsClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('lets only record keepers write records, and say what was judged', async () => {
		const runId = await startRun();
		const refused = { ok: false, failure: { code: 'record_protected' } };

		expect(
			await write(runId, { commands: [{ op: 'append', field: 'verdicts', values: [verdict('a')] }] }),
		).toMatchObject(refused);
		expect(await write(runId, { commands: [{ op: 'increment', field: 'attempts', by: -1 }] })).toMatchObject(
			refused,
		);
		expect(
			await write(runId, {
				commands: [{ op: 'mergeById', field: 'artefacts', items: [{ id: 'a', status: 'approved' }] }],
			}),
		).toMatchObject(refused);
		expect(await write(runId, { commands: [{ op: 'lock', artefactId: 'a' }] })).toMatchObject(refused);
	});

	it('changes nothing of a locked artefact, whoever writes', async () => {
		const runId = await startRun();
		await write(runId, {
			...KEEPER,
			commands: [
				{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
				{ op: 'lock', artefactId: 'a' },
			],
		});

		expect(
			await write(runId, {
				...KEEPER,
				commands: [{ op: 'mergeById', field: 'artefacts', items: [{ id: 'a', title: 'Mine' }] }],
			}),
		).toMatchObject({ ok: false, failure: { code: 'locked' } });
		expect(await write(runId, { ...KEEPER, commands: [{ op: 'lock', artefactId: 'none' }] })).toMatchObject({
			ok: false,
		});
	});

	it("keeps a run's own record fields from everybody but record keepers, too", async () => {
		const runId = await startRun();
		const commands = [{ op: 'append', field: 'takes', values: ['one'] }] as const;
		const declare = [field('takes', 'append', {}, 'record')];

		expect(await write(runId, { declare, commands })).toMatchObject({
			ok: false,
			failure: { code: 'record_protected' },
			details: { field: 'takes' },
		});
		expect(await write(runId, { declare, commands, ...KEEPER })).toMatchObject({ ok: true });
		expect((await store.read(runId)).fields.takes).toEqual(['one']);
	});

	it('lets counted records only grow, whoever writes', async () => {
		const runId = await startRun();

		expect(
			await write(runId, { ...KEEPER, commands: [{ op: 'increment', field: 'attempts', by: -1 }] }),
		).toMatchObject({ ok: false, failure: { code: 'type_mismatch' }, details: { expected: 'at least 0' } });
	});
}
