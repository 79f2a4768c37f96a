import { generateConcepts, type Ask, type Concept, type GenerateInput } from '../../nodes/shared/concept';
import { PipelineError } from '../../nodes/shared/errors';
import { requestHash } from '../../nodes/shared/model';
import { askOnce } from '../../nodes/shared/model';
import { fakeStepStore } from '../model/fakeStepStore';
import { answer, ANSWER_USD, failureOf, fakeDeps } from '../model/fixtures';
import { CONCEPT, INTENT, MODEL } from './fixtures';

const IRON: Concept = {
	...CONCEPT,
	title: 'Iron Sky',
	logline: 'A plane waits for weather that never comes.',
};
const TIDE: Concept = { ...CONCEPT, title: 'Low Tide', logline: 'Footprints lead to a piano on the mud.' };
const INPUT: GenerateInput = {
	...MODEL,
	intent: INTENT,
	count: 2,
	approved: [{ title: 'SALT LIGHT', logline: 'Kept.' }],
};

function asking(...answers: Array<Concept[] | PipelineError>) {
	const scripted = answers.map((each) =>
		each instanceof PipelineError ? each : answer(JSON.stringify({ concepts: each })),
	);
	const { deps, sent } = fakeDeps(scripted, { tries: 1 });
	const store = fakeStepStore();
	const step = { runId: 'r', node: 'wf/n', round: 0, slot: '1', owner: 'p', by: 'Gemini Concept' };
	const ask: Ask = (request) => askOnce(store, { ...step, key: requestHash(request) }, request, deps);
	return { ask, sent };
}

test('what repeats nothing is asked for once', async () => {
	const { ask, sent } = asking([IRON, TIDE]);
	expect(await generateConcepts(ask, INPUT)).toMatchObject({
		value: { concepts: [IRON, TIDE] },
		repeated: [],
		askedAgain: 0,
		replayed: false,
	});
	expect(sent).toHaveLength(1);
});

test('what repeats approved work is asked for once more, with the name of what it repeats; the rest stays', async () => {
	const { ask, sent } = asking([CONCEPT, IRON], [TIDE]);
	const generated = await generateConcepts(ask, INPUT);

	expect(generated).toMatchObject({
		value: { concepts: [TIDE, IRON] },
		repeated: [],
		askedAgain: 1,
		usage: { inputTokens: 2000, outputTokens: 200 },
		replayed: false,
	});
	expect(generated.costUsd).toBeCloseTo(2 * ANSWER_USD, 10);
	expect(sent).toHaveLength(2);
	const prompt = sent[1]?.prompt ?? '';
	expect(prompt).toContain('exactly 1 concept');
	expect(prompt).toMatch(/REPEATED[\s\S]*"title": "Salt Light"[\s\S]*"repeats": "SALT LIGHT"/);
	expect(prompt).toMatch(/APPROVED[\s\S]*Iron Sky/);
	expect(await generateConcepts(ask, INPUT)).toMatchObject({ ...generated, replayed: true });
	expect(sent).toHaveLength(2);
});

test.each<[string, Partial<GenerateInput>, Concept[]]>([
	['work of an earlier round that was not accepted', { approved: [], earlier: [CONCEPT] }, [IRON, CONCEPT]],
	['another one of the same answer', { approved: [] }, [CONCEPT, { ...CONCEPT, title: 'Salt Light!' }]],
])('a repeat of %s is noticed too', async (_, more, concepts) => {
	const { ask, sent } = asking(concepts, [TIDE]);
	const generated = await generateConcepts(ask, { ...INPUT, ...more });
	expect(generated.value.concepts).toEqual([concepts[0], TIDE]);
	expect(sent).toHaveLength(2);
});

test('what still repeats after that is named, and not asked for a third time', async () => {
	const { ask, sent } = asking([IRON, CONCEPT], [{ ...CONCEPT, logline: 'Something else.' }]);
	expect(await generateConcepts(ask, INPUT)).toMatchObject({
		repeated: [{ index: 1, repeats: { title: 'SALT LIGHT' } }],
		askedAgain: 1,
	});
	expect(sent).toHaveLength(2);
});

test('what a failed second request leaves is named, and nothing that was paid is lost', async () => {
	const { ask } = asking([IRON, CONCEPT], new PipelineError('service_unavailable', 'Busy.'));
	expect(await generateConcepts(ask, INPUT)).toMatchObject({
		value: { concepts: [IRON, CONCEPT] },
		repeated: [{ index: 1 }],
	});
});

test('stopping stops', async () => {
	const { ask } = asking([IRON, CONCEPT], new PipelineError('cancelled', 'Stopped.'));
	expect(await failureOf(generateConcepts(ask, INPUT))).toMatchObject({ code: 'cancelled' });
});
