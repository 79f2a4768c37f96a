/** The Shared State Store's operations, through n8n's engine. */
import type { IDataObject, INode } from 'n8n-workflow';
import { runWorkflow, useEngine } from '../support/engine';
import { flow, start, stateStore } from '../support/flow';

const begin = (more: IDataObject = {}) => stateStore('Begin', 'run', 'start', { brief: 'A chase', ...more });
const write = (name: string, field: string, value: string, more: IDataObject = {}) =>
	stateStore(name, 'state', 'write', { field, value, ...more });
const merge = (name: string, field: string, how: string, value: string, more: IDataObject = {}) =>
	stateStore(name, 'state', 'merge', { field, how, value, ...more });
const read = () => stateStore('Read', 'state', 'read');
const line = (...nodes: INode[]) =>
	flow([start(), ...nodes], ['Start', ...nodes.map(({ name }) => name)].join(' > '));

describe('Shared State Store', () => {
	const engine = useEngine();
	const ledger = async (runId: unknown) => (await engine.store()).ledger(String(runId));
	const getRun = async (runId: unknown) => (await engine.store()).getRun(String(runId));

	it('Start begins a run once for a key, shows its row, and knows own fields', async () => {
		const fields = { rows: [{ name: 'budget', type: 'number', rule: 'increment' }] };
		const json = line(
			begin({ runKey: 'spring', ownFields: fields }),
			merge('Add', 'budget', 'increment', '40'),
			read(),
		);
		const first = await runWorkflow(json);
		const second = await runWorkflow(json);

		expect(first.out('Begin')).toMatchObject([
			{ title: 'A chase', status: 'open', why: '', runKey: 'spring', brief: 'A chase', round: 0 },
		]);
		expect(second.out('Begin')[0]?.runId).toBe(first.out('Begin')[0]?.runId);
		expect(first.out('Read')).toMatchObject([{ brief: 'A chase', budget: 40 }]);
		expect(second.out('Read')).toMatchObject([{ budget: 40 }]);
	});

	it.each([
		['stop', undefined],
		['keep', 'A chase'],
		['newVersion', 'A garden'],
		['startAnother', 'A garden'],
	])(
		"Start with another brief under a known key and 'If the Brief Changed' %s",
		async (ifBriefChanged, brief) => {
			const runKey = `changed ${ifBriefChanged}`;
			const first = await runWorkflow(line(begin({ runKey })));
			const second = await runWorkflow(line(begin({ runKey, brief: 'A garden', ifBriefChanged }), read()));

			if (brief === undefined) {
				expect(second.error).toMatchObject({ message: expect.stringMatching(/A chase.*A garden/) });
				return;
			}
			expect(second.out('Read')).toMatchObject([{ brief }]);
			expect(second.out('Begin')[0]?.brief).toBe(brief);
			expect(second.out('Begin')[0]?.runId === first.out('Begin')[0]?.runId).toBe(
				ifBriefChanged !== 'startAnother',
			);
		},
	);

	it('Get and Get Many show runs, newest first, by words and status', async () => {
		const one = await runWorkflow(line(begin({ runKey: 'needle one' }), stateStore('Get', 'run', 'get')));
		await runWorkflow(line(begin({ runKey: 'needle two' }), stateStore('Stop', 'run', 'stop')));
		const many = (more: IDataObject) =>
			runWorkflow(line(stateStore('Many', 'run', 'getAll', { search: 'needle', ...more })));

		expect(one.out('Get')).toMatchObject([{ title: 'A chase', status: 'open', version: 1, costUsd: 0 }]);
		expect(
			(await many({}))
				.out('Many')
				.map(({ runKey }) => runKey)
				.sort(),
		).toEqual(['needle one', 'needle two']);
		expect((await many({ status: 'stopped' })).out('Many').map(({ runKey }) => runKey)).toEqual([
			'needle two',
		]);
		expect((await many({ limit: 1 })).out('Many')).toHaveLength(1);
		expect((await many({ search: 'haystack' })).out('Many')).toEqual([]);
	});

	it('Hand to Person says in the record who acts, why and what next, and passes the items on', async () => {
		const json = line(
			begin(),
			stateStore('Person', 'run', 'handToPerson', {
				who: 'Ana',
				reason: 'Two of three passed',
				nextStep: 'Choose one',
			}),
		);
		const ran = await runWorkflow(json, { resumeToken: 'hands over' });
		const again = await runWorkflow(json, { resumeToken: 'hands over' });

		expect(ran.out('Person')).toMatchObject([
			{ handedTo: 'Ana', why: 'Two of three passed', nextStep: 'Choose one', title: 'A chase' },
		]);
		expect(await getRun(ran.out('Person')[0]?.runId)).toMatchObject({
			status: 'escalated',
			statusNote: 'With Ana: Two of three passed. Next: Choose one.',
		});
		expect(again.error).toBeUndefined();
		expect(
			(await ledger(ran.out('Person')[0]?.runId)).filter(({ event }) => event === 'handed over'),
		).toHaveLength(1);
	});

	it('Write saves text, numbers and JSON as they are meant, and the newest counts', async () => {
		const ran = await runWorkflow(
			line(
				begin(),
				write('A', 'note', 'Rain on the lens'),
				write('B', 'shots', '{"count": 3}'),
				write('C', 'note', 'Dry'),
				read(),
			),
		);
		expect(ran.out('Read')).toMatchObject([{ note: 'Dry', shots: { count: 3 } }]);
		expect(ran.out('C')[0]?.version).toBe(4);
	});

	it('Write keeps what looks like a number as text where the field is declared as text', async () => {
		const fields = { rows: [{ name: 'year', type: 'string', rule: 'set' }] };
		const ran = await runWorkflow(line(begin({ ownFields: fields }), write('A', 'year', '2027'), read()));

		expect(ran.error).toBeUndefined();
		expect(ran.out('Read')).toMatchObject([{ year: '2027' }]);
	});

	it('the same Write or Merge again changes nothing, says replayed, and says so above the output', async () => {
		const json = line(
			begin(),
			write('A', 'note', 'x'),
			merge('Add', 'budget', 'increment', '40'),
			merge('List', 'ideas', 'append', '["a"]'),
		);
		const first = await runWorkflow(json, { resumeToken: 'again' });
		const { version } = await getRun(first.out('A')[0]?.runId);
		const second = await runWorkflow(json, { resumeToken: 'again' });

		expect(['A', 'Add', 'List'].map((name) => second.out(name)[0]?.replayed)).toEqual([true, true, true]);
		expect(await getRun(first.out('A')[0]?.runId)).toMatchObject({ version });
		expect(JSON.stringify(second.run.data.resultData.runData.Add?.[0]?.hints ?? [])).toMatch(/record/i);
	});

	it("a higher 'Take' repeats a merge on purpose", async () => {
		const json = (take: number) => line(begin(), merge('Add', 'budget', 'increment', '40', { take }), read());
		await runWorkflow(json(1), { resumeToken: 'take' });
		expect((await runWorkflow(json(2), { resumeToken: 'take' })).out('Read')).toMatchObject([{ budget: 80 }]);
	});

	it('Merge adds to lists, adds up and merges by id', async () => {
		const ran = await runWorkflow(
			line(
				begin(),
				merge('A', 'ideas', 'append', '["a", "b"]'),
				merge('B', 'ideas', 'append', 'c'),
				merge('C', 'shots', 'mergeById', '[{"id": 1, "lens": "35"}, {"id": 2}]'),
				merge('D', 'shots', 'mergeById', '{"id": 1, "light": "practical"}'),
				read(),
			),
		);
		expect(ran.out('Read')).toMatchObject([
			{ ideas: ['a', 'b', 'c'], shots: [{ id: '1', lens: '35', light: 'practical' }, { id: '2' }] },
		]);
	});

	it('a write over what somebody else changed since is refused and says who wrote what', async () => {
		const ran = await runWorkflow(
			line(
				begin(),
				write('First', 'note', 'one'),
				write('Second', 'note', 'two'),
				write('Late', 'note', 'three', { expectedVersion: '2' }),
			),
		);
		expect(ran.error).toMatchObject({
			message: expect.stringMatching(/'note' first: Second wrote version 3/),
			description: expect.stringContaining('Read the state again'),
		});
	});

	it("refuses a 'Saved Version' that is no version rather than writing over everything", async () => {
		const ran = await runWorkflow(
			line(
				begin(),
				write('First', 'note', 'one'),
				write('Late', 'note', 'two', { expectedVersion: 'latest' }),
			),
		);
		expect(ran.error).toMatchObject({ message: expect.stringContaining("'Saved Version'") });
	});

	it.each([
		['the wrong type', write('A', 'budget', 'much'), /'budget' should be a number, but the text 'much' came/],
		['the wrong way of writing', merge('A', 'budget', 'append', '[1]'), /'budget' is written by 'set'/],
		['a record', merge('A', 'verdicts', 'append', '{}'), /'verdicts' is kept by Greenlight/],
		[
			'a verdict on a piece',
			merge('A', 'artefacts', 'mergeById', '{"id": "x", "status": "passed"}'),
			/'artefacts.status' is kept/,
		],
		[
			'a lock',
			merge('A', 'artefacts', 'mergeById', '{"id": "x", "locked": true}'),
			/'artefacts.locked' is kept/,
		],
		['no name', write('A', ' ', 'x'), /'Field' is empty/],
		['an entry without an id', merge('A', 'shots', 'mergeById', '{}'), /'id'/],
		['no number to add', merge('A', 'sum', 'increment', 'much'), /number to add/],
	])('a write of %s is refused with a sentence and changes nothing', async (_name, step, sentence) => {
		const fields = { rows: [{ name: 'budget', type: 'number', rule: 'set' }] };
		const ran = await runWorkflow(line(begin({ ownFields: fields }), step));
		expect(ran.error).toMatchObject({ message: expect.stringMatching(sentence) });
		expect(await getRun(ran.out('Begin')[0]?.runId)).toMatchObject({ version: 1 });
	});

	it("goes on with the reason on the item where n8n's On Error says so", async () => {
		const ran = await runWorkflow(
			line(begin(), { ...write('A', ' ', 'x'), onError: 'continueRegularOutput' }),
		);
		expect(ran.error).toBeUndefined();
		expect(ran.out('A')).toMatchObject([{ failure: { code: 'input_missing' } }]);
	});

	it('Read gives some fields, or all as they were at a version or checkpoint', async () => {
		const ran = await runWorkflow(
			line(
				begin(),
				write('A', 'note', 'one'),
				stateStore('Save', 'checkpoint', 'save', { checkpointName: 'first' }),
				write('B', 'note', 'two'),
				stateStore('Some', 'state', 'read', { fieldNames: 'note' }),
				stateStore('Named', 'state', 'read', { at: 'first' }),
				stateStore('Numbered', 'state', 'read', { at: '1' }),
			),
		);
		expect(Object.keys(ran.out('Some')[0] ?? {})).toEqual(['runId', 'version', 'note']);
		expect(ran.out('Named')).toMatchObject([{ version: 2, note: 'one' }]);
		expect(ran.out('Numbered')[0]).not.toHaveProperty('note');
	});

	const goBackTo = (to: string) =>
		line(
			begin(),
			write('A', 'note', 'one'),
			stateStore('Save', 'checkpoint', 'save', { checkpointName: 'first' }),
			write('B', 'note', 'two'),
			stateStore('Back', 'checkpoint', 'rollBack', { to }),
			write('C', 'after', 'three'),
			read(),
		);

	it('Roll Back makes a new version with the earlier content', async () => {
		const ran = await runWorkflow(goBackTo('first'));
		expect(ran.out('Back')[0]?.version).toBe(4);
		expect(ran.out('Read')).toMatchObject([{ note: 'one', after: 'three', version: 5 }]);
	});

	it('Roll Back happens once: the same execution again undoes nothing that came after', async () => {
		await runWorkflow(goBackTo('2'), { resumeToken: 'goes back' });
		const again = await runWorkflow(goBackTo('2'), { resumeToken: 'goes back' });
		expect(again.out('Read')).toMatchObject([{ note: 'one', after: 'three', version: 5 }]);
	});

	it('Save happens once: the same execution again does not move the checkpoint', async () => {
		await runWorkflow(goBackTo('first'), { resumeToken: 'saves' });
		const again = await runWorkflow(goBackTo('first'), { resumeToken: 'saves' });
		const history = await (await engine.store()).history(String(again.out('Read')[0]?.runId));
		expect(
			history.filter(({ checkpoints }) => checkpoints.includes('first')).map(({ version }) => version),
		).toEqual([2]);
	});

	it('says which versions there are when a checkpoint or version is unknown', async () => {
		const back = (to: string) =>
			runWorkflow(line(begin(), stateStore('Back', 'checkpoint', 'rollBack', { to })));
		expect((await back('nowhere')).error).toMatchObject({ message: expect.stringContaining("'nowhere'") });
		expect((await back('99')).error).toMatchObject({ message: expect.stringContaining('1 to 1') });
		expect((await back(' ')).error).toMatchObject({
			message: expect.stringContaining("'Go Back To' is empty"),
		});
	});

	it('History and Ledger list who did what, in order', async () => {
		const ran = await runWorkflow(
			line(
				begin(),
				write('A', 'note', 'one'),
				stateStore('Save', 'checkpoint', 'save', { checkpointName: 'first' }),
				stateStore('History', 'history', 'getAll'),
			),
		);
		expect(ran.out('History')).toMatchObject([
			{ version: 1, by: 'start', fields: ['brief'] },
			{ version: 2, by: 'A', fields: ['note'], checkpoints: ['first'] },
		]);
		const events = await runWorkflow(line(stateStore('Ledger', 'ledger', 'getAll')), {
			input: [{ runId: String(ran.out('Begin')[0]?.runId) }],
		});
		expect(
			events
				.out('Ledger')
				.map(({ seq, event }) => [seq, event])
				.slice(0, 2),
		).toEqual([
			[1, 'start'],
			[2, 'checkpoint'],
		]);
	});

	it.each(['get', 'handToPerson', 'stop'])(
		'Run: %s stops with a sentence that says what to add where there is no run',
		async (operation) => {
			const ran = await runWorkflow(line(stateStore('A', 'run', operation)));
			expect(ran.error).toMatchObject({
				message: expect.stringContaining('No run'),
				description: expect.stringContaining("'Run: Start'"),
			});
		},
	);

	it('lets failed items through, but for the operations that are about what failed', async () => {
		const failure = {
			code: 'timeout',
			layer: 'capability',
			message: 'Late.',
			hint: 'Again.',
			retryable: true,
		};
		const started = await runWorkflow(line(begin()));
		const input = [{ runId: String(started.out('Begin')[0]?.runId), why: 'Late.', failure }];
		const ran = await runWorkflow(
			line(write('A', 'note', 'one'), stateStore('Person', 'run', 'handToPerson')),
			{ input },
		);

		expect(ran.out('A')).toEqual(input);
		expect(ran.out('Person')).toMatchObject([{ why: 'Late.' }]);
	});
});
