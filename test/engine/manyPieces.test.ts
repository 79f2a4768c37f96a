/** The Style Validator with many pieces in one call: in chunks, with places and verdicts of their own. */
import type { IDataObject } from 'n8n-workflow';
import { artefactsOf } from '../../nodes/shared/state';
import { runWorkflow, useEngine } from '../support/engine';
import { banned, flow, rules, start, validator } from '../support/flow';

describe('many pieces in one call', () => {
	const engine = useEngine();
	const read = async (runId: unknown) => (await engine.store()).read(String(runId));
	const checkWith = (parameters: IDataObject, input: IDataObject[]) =>
		runWorkflow(flow([start(), validator('Check', { judgedBy: 'nobody', ...parameters })], 'Start > Check'), {
			input,
		});

	it('works 250 pieces with a handful of versions, each with its verdict and its place', async () => {
		const input = Array.from({ length: 250 }, (_, index) => ({
			id: `c${index}`,
			title: `T ${index}`,
			logline: index % 50 === 7 ? 'spotless' : `w${index}`,
		}));
		const ran = await checkWith(rules(banned('spotless')), input);
		const out = ran.out('Check');
		expect(out.map(({ title }) => title)).toEqual(input.map(({ title }) => title));
		expect(out.filter(({ status }) => status === 'failed').map(({ slot }) => slot)).toEqual([
			8, 58, 108, 158, 208,
		]);
		const runId = String(out[0]?.runId);
		const document = await read(runId);
		expect(document.fields.verdicts).toHaveLength(250);
		expect(document.fields.requested).toMatchObject([{ count: 250 }]);
		expect((await (await engine.store()).history(runId)).length).toBeLessThan(12);
	});

	it('gives the same work twice in one call one artefact and one verdict', async () => {
		const same = { title: 'A', logline: 'w1' };
		const ran = await checkWith(rules(banned('spotless')), [same, { title: 'B' }, same]);
		const out = ran.out('Check');
		expect(out.map(({ artefactId }) => artefactId)).toEqual([
			out[0]?.artefactId,
			out[1]?.artefactId,
			out[0]?.artefactId,
		]);
		expect(out.map(({ replayed }) => replayed)).toEqual([undefined, undefined, true]);
		expect((await read(out[0]?.runId)).fields.verdicts).toHaveLength(2);
	});

	it('gives the work of two executions at once places of its own', async () => {
		const first = await checkWith(rules(banned('spotless')), [{ id: 'x', logline: 'one' }]);
		const runId = String(first.out('Check')[0]?.runId);
		const input = (name: string) =>
			Array.from({ length: 30 }, (_, index) => ({
				runId,
				id: `${name}${index}`,
				logline: `${name} ${index}`,
			}));
		await Promise.all(['a', 'b', 'c'].map((name) => checkWith(rules(banned('spotless')), input(name))));
		const document = await read(runId);
		const slots = artefactsOf(document).map(({ slot }) => slot);
		expect(slots.sort((one, other) => one - other)).toEqual(
			Array.from({ length: 91 }, (_, index) => index + 1),
		);
		expect(document.fields.requested).toMatchObject([{ count: 91 }]);
	});

	it('lets one faulty piece fail and checks the others', async () => {
		const ran = await checkWith(rules(banned('spotless')), [
			{ id: 'a', logline: 'one' },
			{ id: 'a', logline: 'two' },
			{},
			{ id: 'b', logline: 'three' },
		]);
		expect(ran.out('Check').map(({ status, failure }) => [status, Object(failure).code])).toEqual([
			['passed', undefined],
			['failed', 'input_refused'],
			['failed', 'input_missing'],
			['passed', undefined],
		]);
	});

	it('refuses a change of approved work among others, and takes the rest', async () => {
		const ran = await checkWith(
			rules(banned('spotless')),
			['a', 'b', 'c'].map((id) => ({ id, logline: `${id} one` })),
		);
		const out = ran.out('Check');
		const runId = String(out[0]?.runId);
		const store = await engine.store();
		await store.write(runId, [
			{
				by: 'Test',
				asRecordKeeper: true,
				commands: [{ op: 'lock', artefactId: String(out[1]?.artefactId) }],
			},
		]);
		const again = await checkWith(
			rules(banned('spotless')),
			out.map(({ artefactId, logline }) => ({ runId, artefactId, logline: `${String(logline)} spotless` })),
		);
		expect(again.out('Check').map(({ status, failure }) => [status, Object(failure).code])).toEqual([
			['failed', undefined],
			['failed', 'locked'],
			['failed', undefined],
		]);
		expect(artefactsOf(await read(runId)).map(({ content }) => content.logline)).toEqual([
			'a one spotless',
			'b one',
			'c one spotless',
		]);
	});
});
