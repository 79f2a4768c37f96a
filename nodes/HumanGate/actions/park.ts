import { randomBytes, randomUUID } from 'node:crypto';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ArrivedItems, HeldItem, RunScope } from '../../shared/host';
import type { HashedPasscode } from '../../shared/review';
import type { Review, Step } from '../../shared/state';

/** n8n looks at its clock once a minute. */
const SHORTEST_WAIT_MS = 120_000;
/** n8n's own word for "until somebody answers". */
const WITHOUT_END = new Date('3000-01-01T00:00:00.000Z');

/**
 * Records what arrived and, when nothing more will come, asks a person and puts the execution to wait. Until then everything
 * is held. What was asked and answered before leaves at once, as it was answered.
 */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { openRunScope, recordArrivals, runTitle, toNodeError } = await import('../../shared/host');
	const { failureOf } = await import('../../shared/recovery');
	const { PipelineError } = await import('../../shared/errors');
	try {
		const scope = await openRunScope(context);
		const deadline = await deadlineOf(context, Date.now());
		const linkDays = await linkDaysOf(context);
		const { rounds, strays } = await recordArrivals(context, scope, [0], {
			failureOf,
			begin: { title: runTitle(undefined, context.getWorkflow().name) },
			asItCame: true,
		});
		const [round, ...others] = rounds;
		if (others.length > 0) {
			throw new PipelineError(
				'run_ambiguous',
				'One Human Gate can ask about one round of one run at a time.',
				{
					hint: 'Use Loop Over Items with Execute Sub-workflow, so that each run has an execution of its own.',
				},
			);
		}
		if (round === undefined) return [strays, [], [], []];
		return await askOrAnswer(context, scope, round, strays, { deadline, linkDays });
	} catch (error) {
		throw toNodeError(context, error, 0);
	}
}

async function askOrAnswer(
	context: IExecuteFunctions,
	scope: RunScope,
	round: ArrivedItems,
	strays: INodeExecutionData[],
	{ deadline, linkDays }: { deadline: Date | undefined; linkDays: number },
): Promise<INodeExecutionData[][]> {
	const { counted, instanceId, isMoreToCome, isRow, leftBefore, replaceInput, signedLink, tell } =
		await import('../../shared/host');
	const { MAX_PIECES, linkParameters, openReview } = await import('../../shared/review');
	const { composeOutputs, composeParked, failedItems } = await import('./outputs');
	const { artefactsOf } = await import('../../shared/state');
	const { runId } = round.found.run;
	const document = await scope.store.read(runId);
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const isWork = ({ artefactId = '', failure }: HeldItem): boolean => {
		const artefact = artefacts.get(artefactId);
		return failure === undefined && artefact !== undefined && artefact.status !== 'replaced';
	};
	const isToHold = isMoreToCome(context) === true;
	const toAsk = isToHold ? [] : toAskAbout(round, isRow);
	const failed = [...new Set([...round.here, ...toAsk])].filter((held) => !isWork(held));
	const rest = [...strays, ...(await failedItems(context, round.here, failed))];
	if (isToHold) {
		tell(context, `Holding ${counted(round.here.filter(isWork).length, 'item')} until the rest has arrived`);
		return [rest, [], [], []];
	}
	const works = toAsk.filter(isWork);
	if (works.length === 0) return [rest, [], [], []];
	const hashes = new Map(
		works.map(({ artefactId = '' }) => [artefactId, artefacts.get(artefactId)?.contentHash ?? '']),
	);
	const pieces = [...hashes].map(([artefactId, contentHash]) => ({ artefactId, contentHash }));
	if (pieces.length > MAX_PIECES) {
		const { PipelineError } = await import('../../shared/errors');
		throw new PipelineError(
			'input_refused',
			`${pieces.length} pieces came to this Human Gate, and a review page takes up to ${MAX_PIECES}.`,
			{
				hint: `Put Loop Over Items before it, with a Batch Size of ${MAX_PIECES} or less, and lead what leaves the gate back to the loop.`,
			},
		);
	}
	const left = leftBefore(context);

	const opened = await openReview(scope.store, runId, {
		node: scope.node,
		nodeId: context.getNode().id,
		executionId: context.getExecutionId(),
		instance: instanceId(context),
		nonce: randomUUID(),
		title: textOf(context, 'title') || 'Review',
		round: round.found.round,
		openedAt: new Date().toISOString(),
		...(deadline === undefined ? {} : { deadline: deadline.toISOString() }),
		linkDays,
		pieces,
		cameBack: pieces.every(({ artefactId, contentHash }) =>
			left.pieces.some(
				(piece) =>
					piece.round === round.found.round &&
					piece.artefactId === artefactId &&
					piece.contentHash === contentHash,
			),
		),
		...(await passcodeOf(context)),
		by: scope.nodeName,
	});
	const parked = await composeParked(context, document, round, works);
	if (opened.kind === 'answered') {
		const outputs = await composeOutputs(scope.store, runId, [...parked, ...rest], opened.answers);
		tell(context, 'This was asked and answered before, so nobody is asked again.');
		return outputs;
	}
	// Where n8n has them, so that each leaves with its own lineage also when time is up; those of earlier passes come last.
	replaceInput(
		context,
		[...parked, ...rest].sort((a, b) => placeOf(a) - placeOf(b)),
	);
	// The editor has no other way to a link that n8n accepts.
	const link = signedLink(context, linkParameters(opened.review, Date.now()));
	context.setMetadata({ resumeUrl: link });
	await tellReviewer(context, scope, round, opened.review, link);
	tell(context, `Waiting for a decision on ${counted(pieces.length, 'piece')}.`);
	await context.putExecutionToWait(deadline ?? WITHOUT_END);
	return [[], [], [], []];
}

/**
 * All of this pass, and what earlier passes hold: each piece once, except for rows of another step that are the same. Those are one
 * piece to decide about, and each of them leaves.
 */
function toAskAbout({ here, before }: ArrivedItems, isRow: (held: HeldItem) => boolean): HeldItem[] {
	const last = new Map([...before, ...here].map((each) => [each.name, each]));
	const isLast = (each: HeldItem): boolean => last.get(each.name) === each;
	const named = new Set(here.filter((each) => !isRow(each)).map(({ name }) => name));
	// What this gate let wait is marked, names its work, and is all of it, when n8n tries the step again.
	const isMarked = ({ item }: HeldItem): boolean => item.json.timedOut === true;
	return [
		...before.filter((each) => isLast(each) || (isRow(each) && !named.has(each.name))),
		...here.filter((each) => isLast(each) || isRow(each) || isMarked(each)),
	];
}

/** Place among the items of this pass. */
function placeOf({ pairedItem }: INodeExecutionData): number {
	const isOfThisPass = typeof pairedItem === 'object' && !('sourceOverwrite' in pairedItem);
	return isOfThisPass && 'item' in pairedItem ? pairedItem.item : Number.MAX_SAFE_INTEGER;
}

/** Starts the workflow that sends the link, once for a review in an execution: another execution has another link. */
async function tellReviewer(
	context: IExecuteFunctions,
	scope: RunScope,
	round: ArrivedItems,
	review: Review,
	link: string,
): Promise<void> {
	const workflowId = textOf(context, 'tellWorkflow');
	if (workflowId === '') return;
	const { toNodeError } = await import('../../shared/host');
	const { resultOf } = await import('./resultOf');
	const { run } = round.found;
	const { result } = await resultOf(context, { run, review }, () =>
		context.getNodeParameter('options.showResult', 0, true),
	);
	const step: Step = {
		key: `told:${review.id}@${review.instance ?? ''}${review.executionId}`,
		kind: 'decision',
		state: 'started',
		node: scope.node,
		round: review.round,
		slot: `told ${review.id}`,
	};
	if (!(await scope.store.claimStep(run.runId, step)).claimed) return;
	const json = {
		link,
		title: review.title,
		run: run.title,
		pieces: review.pieces.length,
		deadline: review.deadline ?? '',
		result: result?.address ?? '',
	};
	try {
		await context.executeWorkflow({ id: workflowId }, [{ json }], undefined, { doNotWaitToFinish: true });
	} catch (error) {
		// Nobody was told, so whoever tries again has to.
		await scope.store.recordStep(run.runId, { ...step, state: 'failed' });
		throw toNodeError(context, error, 0);
	}
}

async function passcodeOf(context: IExecuteFunctions): Promise<{ passcode?: HashedPasscode }> {
	const passcode = textOf(context, 'passcode');
	if (passcode === '') return {};
	const { hashPasscode } = await import('../../shared/review');
	return { passcode: await hashPasscode(passcode, randomBytes(16)) };
}

/** Fails with `input_refused` for a wait that n8n cannot keep. */
async function deadlineOf(context: IExecuteFunctions, now: number): Promise<Date | undefined> {
	const { PipelineError } = await import('../../shared/errors');
	const hours = Number(context.getNodeParameter('waitHours', 0, 0));
	if (hours === 0) return undefined;
	if (Number.isFinite(hours) && hours * 3_600_000 >= SHORTEST_WAIT_MS)
		return new Date(now + hours * 3_600_000);
	throw new PipelineError(
		'input_refused',
		`'Wait at Most' is ${hours} hours; n8n needs at least 0.04 (2 minutes).`,
		{
			hint: 'Raise it, or set it to 0 to wait for as long as it takes.',
		},
	);
}

/** Fails with `input_refused` for what is no number of days. */
async function linkDaysOf(context: IExecuteFunctions): Promise<number> {
	const { PipelineError } = await import('../../shared/errors');
	const days = Number(context.getNodeParameter('options.linkDays', 0, 0));
	if (Number.isFinite(days) && days >= 0) return days;
	throw new PipelineError('input_refused', "'Link Is Good For' is not a number of days.", {
		hint: 'Set it to a number, or to 0 for as long as the run waits.',
	});
}

function textOf(context: IExecuteFunctions, name: string): string {
	const value = context.getNodeParameter(name, 0, '');
	const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'value') : value;
	return String(text ?? '').trim();
}
