import { generateConcepts, type Ask } from '../../nodes/shared/concept';
import { askOnce } from '../../nodes/shared/model';
import { fakeStepStore } from '../model/fakeStepStore';
import { answer, fakeDeps } from '../model/fixtures';
import { CONCEPT, INTENT, MODEL } from './fixtures';

test('concepts come back with what was paid and with those that repeat approved work', async () => {
	const other = { ...CONCEPT, title: 'Iron Sky', logline: 'A plane waits for weather that never comes.' };
	const { deps } = fakeDeps([answer(JSON.stringify({ concepts: [other, CONCEPT] }))]);
	const store = fakeStepStore();
	const step = { runId: 'r', key: 'k', node: 'wf/n', round: 0, slot: '1', owner: 'p', by: 'Gemini Concept' };
	const ask: Ask = (request) => askOnce(store, step, request, deps);
	const input = { ...MODEL, intent: INTENT, count: 2, approved: [{ title: 'SALT LIGHT', logline: 'Kept.' }] };
	const generated = await generateConcepts(ask, input);
	expect(generated).toMatchObject({
		value: { concepts: [{ title: 'Iron Sky' }, { title: 'Salt Light' }] },
		repeated: [{ index: 1, repeats: { among: 'existing', index: 0 } }],
		model: 'gemini-3.8-flash',
		replayed: false,
	});
	expect(await generateConcepts(ask, input)).toMatchObject({ ...generated, replayed: true });
});
