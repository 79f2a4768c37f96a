import type { IDataObject, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { isPipelineError, PipelineError } from '../../shared/errors';
import type { FoundRun } from '../../shared/host';
import { forOperation, imageModelField } from '../../shared/host/descriptions';
import type { Artefact } from '../../shared/state';
import type { Operation } from './router';

export const description: INodeProperties[] = forOperation('concept', 'sketch', [
	imageModelField,
	{
		displayName: 'Shape',
		name: 'shape',
		type: 'options',
		options: [
			{
				name: 'As the Intent Says',
				value: 'auto',
				description: "The shape that the intent's format asks for, else 16:9",
			},
			{ name: 'Cinema (21:9)', value: '21:9' },
			{ name: 'Classic (4:3)', value: '4:3' },
			{ name: 'Phone (9:16)', value: '9:16' },
			{ name: 'Photo (3:2)', value: '3:2' },
			{ name: 'Photo, Upright (2:3)', value: '2:3' },
			{ name: 'Post (5:4)', value: '5:4' },
			{ name: 'Post, Upright (4:5)', value: '4:5' },
			{ name: 'Square (1:1)', value: '1:1' },
			{ name: 'Strip (4:1)', value: '4:1' },
			{ name: 'Strip, Long (8:1)', value: '8:1' },
			{ name: 'Strip, Upright (1:4)', value: '1:4' },
			{ name: 'Strip, Upright and Long (1:8)', value: '1:8' },
			{ name: 'Upright (3:4)', value: '3:4' },
			{ name: 'Wide (16:9)', value: '16:9' },
		],
		default: 'auto',
		description: 'Width to height',
	},
	{
		displayName: 'Size',
		name: 'size',
		type: 'options',
		options: [
			{ name: '1K', value: '1K', description: 'Enough to decide on' },
			{ name: '2K', value: '2K', description: 'For a presentation; costs about half as much again' },
			{ name: '4K', value: '4K', description: 'Large; costs more than twice as much and takes longer' },
		],
		default: '1K',
		description: 'How many pixels the longer side has, about',
	},
	{
		displayName: 'Look',
		name: 'look',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Rough pencil storyboard frame with one spot colour',
		description: 'How the stills should look. Empty: as the concept describes its look.',
	},
]);

/** A picture takes longer than text, a large one much longer. At half price it may take as long as anything does there. */
const DEADLINE_MS = 300_000;

/**
 * Draws one still for a piece of work. It becomes part of the work: its content hash covers it, so what is said of the work
 * is said of both. What came back from the router to be checked only, and has a still, keeps it.
 */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { openQuestion } = await import('./question');
	const { saveStill, stillBefore, withStill } = await import('./still');
	const { registerWork, runTitle, stepsBefore } = await import('../../shared/host');
	const { contextOfRound, isSketch, sketchRequest } = await import('../../shared/concept');
	const { ASPECT_RATIOS, DEFAULT_DEADLINE_MS, PICTURE_SIZES, picturesAsAnswers } =
		await import('../../shared/model');
	const found = await scope.find(itemIndex, item.json, {
		title: runTitle(undefined, context.getWorkflow().name),
	});
	const { runId } = found.run;
	const work = await registerWork(context, scope, { runId, round: found.round }, item, {
		idField: 'id',
		slot: itemIndex + 1,
		steps: stepsBefore(context),
	});
	const drawnBefore = work.media?.find(isSketch);
	if (drawnBefore !== undefined && (work.locked || isKept(work, item, found))) {
		const same = { ...item, pairedItem: { item: itemIndex } };
		const known = work.locked ? { ...same, json: await toKnown(work, item, found) } : same;
		return [await withStill(context, scope, runId, known, drawnBefore)];
	}
	if (work.locked) throw isApproved(work.title);

	const question = await openQuestion(context, scope, item, itemIndex, {
		artefactId: work.id,
		modelField: 'imageModel',
	});
	const { asker } = question;
	const told = contextOfRound(question.document, found.round, question.after);
	const { thinking, tier } = asker.options;
	const request = sketchRequest({
		work: work.content,
		intent: told.intent,
		directives: told.directives,
		reasons: item.json.next === 'check' ? [] : (question.order?.reasons ?? []),
		look: String(context.getNodeParameter('look', itemIndex, '') ?? ''),
		before: await stillBefore(scope, question, work),
		shape: choose('Shape', ['auto', ...ASPECT_RATIOS], context.getNodeParameter('shape', itemIndex, 'auto')),
		size: choose('Size', PICTURE_SIZES, context.getNodeParameter('size', itemIndex, '1K')),
		model: asker.model,
		// Limits that are meant for text would cut a picture off.
		options: { thinking, tier },
	});
	const answer = await question
		.ask(request, {
			...asker.deps,
			deadlineMs: asker.deps.deadlineMs ?? (tier === 'flex' ? DEFAULT_DEADLINE_MS.flex : DEADLINE_MS),
			openClient: async () =>
				picturesAsAnswers(await asker.deps.openClient(), (file) => scope.store.keepMedia(runId, file)),
		})
		.catch((error: unknown) => {
			throw isPipelineError(error) ? keepingWork(error) : error;
		});
	return saveStill(context, { scope, question, item, itemIndex, key: question.keyOf(request) }, work, answer);
};

/** It is to be checked once more, or came back in a later round without being made anew: other steps take `next` away. */
function isKept(work: Artefact, { json }: INodeExecutionData, { round }: FoundRun): boolean {
	return json.next === 'check' || (json.next === undefined && round > work.round);
}

/** An approved piece, as it is: an execution that is played again comes by here once more. */
async function toKnown(
	work: Artefact,
	item: INodeExecutionData,
	{ run, round }: FoundRun,
): Promise<IDataObject> {
	const { passThrough, plain } = await import('../../shared/host');
	const { itemOf } = await import('../../shared/state');
	const json = itemOf(run.runId, work, round, { replayed: true });
	return plain({ ...json, ...passThrough(item.json, Object.keys(work.content)) });
}

/** Fails with `input_refused` for a value that an expression made up. */
function choose<T extends string>(label: string, choices: readonly T[], value: unknown): T {
	const chosen = choices.find((choice) => choice === value);
	if (chosen !== undefined) return chosen;
	throw new PipelineError(
		'input_refused',
		`'${label}' is '${String(value).slice(0, 40)}'; it can be ${choices.join(', ')}.`,
	);
}

/** The concept is as good as it was: the router has the still drawn once more, and does not have the concept written anew. */
function keepingWork(error: PipelineError): PipelineError {
	const { code, message, hint, retryable, retryAfterMs, details, cause } = error;
	return new PipelineError(code, message, {
		hint,
		retryable,
		details,
		cause,
		keepsWork: true,
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
	});
}

function isApproved(title: string): PipelineError {
	return new PipelineError('locked', `'${title}' is approved, and a still would change it.`, {
		hint: "Put 'Concept: Sketch' before the Human Gate, so that the still is approved with the concept.",
	});
}
