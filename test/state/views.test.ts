import { artefactsOf, openStateStore, requestsOf } from '../../nodes/shared/state';
import { tickingEnvironment } from '../support/storeEnvironment';

describe('what is read of a document', () => {
	it('can be changed by nobody, since the next reading gives it again', async () => {
		const store = await openStateStore({ path: ':memory:', ...tickingEnvironment() });
		const { run } = await store.startRun({
			...{ runKey: 'k', title: 't', startedFrom: 'editor', workflowId: 'w' },
		});
		const work = {
			...{ id: 'a', kind: 'concept', title: 'Roofs', slot: 1, round: 0, status: 'new', why: '' },
			...{
				locked: false,
				stale: false,
				contentHash: 'h',
				content: { crew: ['one'] },
				madeFrom: [],
				by: 'Write',
			},
		};
		await store.write(run.runId, [
			{
				...{ by: 'Test', asRecordKeeper: true },
				commands: [
					{ op: 'mergeById', field: 'artefacts', items: [work] },
					{ op: 'mergeById', field: 'requested', items: [{ id: 'w/Write#1/1', count: 1, files: [] }] },
				],
			},
		]);
		const document = await store.read(run.runId);
		const [artefact] = artefactsOf(document);
		const [request] = requestsOf(document);
		await store.close();

		expect(artefact).toMatchObject({ content: { crew: ['one'] } });
		expect(() => Object(artefact?.content.crew).push('two')).toThrow('not extensible');
		expect(() => Object.assign(Object(artefact), { title: 'Mine' })).toThrow('read only');
		expect(() => request?.files.push('f')).toThrow('not extensible');
	});
});
