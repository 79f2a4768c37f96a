import { PipelineError } from '../errors';
import {
	ARTEFACTS,
	artefactsOf,
	contentHashOf,
	decisionSchema,
	reviewsOf,
	type Artefact,
	type Command,
	type Decision,
	type Json,
	type Review,
	type StateDocument,
	type StateStore,
	type WriteRequest,
} from '../state';
import { answersOf, type Answers } from './openReview';

/** What a reviewer says of one piece, as it was shown to them. */
export interface PieceChoice {
	artefactId: string;
	contentHash: string;
	action: Decision['action'];
	note?: string;
	/** How far a redirect's note reaches: this piece, or everything from now on. */
	scope?: 'artefact' | 'run';
	/** Fields that the reviewer changed. */
	edits?: Readonly<Record<string, Json>>;
}

export interface Deciding {
	review: Review;
	choices: readonly PieceChoice[];
	reviewer: string;
	reviewerVerified: Decision['reviewerVerified'];
	/** Send what is decided, although some is not. */
	sendsUndecided: boolean;
	/** ISO 8601, UTC. */
	at: string;
	/** The gate's name. */
	by: string;
}

export interface Decided {
	/** What stands after this, whoever decided it. */
	answers: Answers;
	/** Pieces that this reviewer chose for and somebody else, or the run, came before. */
	beaten: ReadonlyArray<{ artefactId: string; decision: Decision | null }>;
	/** Pieces that are not as they were shown any more: nothing was decided about them. */
	changed: readonly string[];
	/** Everything is decided, or was sent: the run can go on. */
	isComplete: boolean;
}

/**
 * Writes a reviewer's decisions: each piece is decided once, the first decision wins. A piece that changed since it was shown
 * is not decided. Approving locks, a redirect's note becomes a directive, edits are a new version by the reviewer.
 */
export async function decide(store: StateStore, runId: string, deciding: Deciding): Promise<Decided> {
	const { review, choices } = deciding;
	const document = await store.read(runId);
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const known = answersOf(document, review);
	const asked = new Set(review.pieces.map(({ artefactId }) => artefactId));
	const open = choices.filter(({ artefactId }) => asked.has(artefactId) && !known.has(artefactId));
	const changed = open.filter((choice) => isOutdated(choice, artefacts.get(choice.artefactId)));
	const valid = open.filter((choice) => !changed.includes(choice));
	const stale = await staleAfter(store, runId, artefacts, valid);
	const requests = valid.flatMap((choice): WriteRequest[] => {
		const artefact = artefacts.get(choice.artefactId);
		return artefact === undefined ? [] : [toRequest(document, artefact, choice, stale, deciding)];
	});
	const results = await store.write(runId, requests);
	const refused = results.find((result) => !result.ok && result.failure.code !== 'conflict');
	if (refused?.ok === false) throw new PipelineError(refused.failure.code, refused.failure.message);

	const notTaken = [
		...changed.map(({ artefactId }) => artefactId),
		...valid.flatMap(({ artefactId }, index) => (results[index]?.ok === false ? [artefactId] : [])),
	];
	const decided = answersOf(await store.read(runId), review);
	// What was decided about other content than there is now must not leave as if nothing had been said.
	const mayLeave = deciding.sendsUndecided && notTaken.every((artefactId) => decided.has(artefactId));
	const isComplete = mayLeave || review.pieces.every(({ artefactId }) => decided.has(artefactId));
	const answers = isComplete ? await send(store, runId, deciding, decided) : decided;
	return {
		answers,
		beaten: choices.flatMap((choice) => {
			const { artefactId } = choice;
			const decision = answers.get(artefactId);
			const result = results[valid.indexOf(choice)];
			const isOurs = result?.ok === true && !result.replayed;
			const stands = isOurs || saysTheSame(decision, choice, deciding.reviewer);
			return decision === undefined || stands ? [] : [{ artefactId, decision }];
		}),
		changed: notTaken,
		isComplete,
	};
}

/** The button may be pressed twice: then the recorded decision is the reviewer's own. */
function saysTheSame(
	decision: Decision | null | undefined,
	{ action, note = '' }: PieceChoice,
	reviewer: string,
): boolean {
	return decision?.reviewer === reviewer && decision.action === action && (decision.note ?? '') === note;
}

/** Whether a choice is about something else than there is: other content, or work that has been approved elsewhere since. */
function isOutdated({ contentHash, action, edits }: PieceChoice, artefact: Artefact | undefined): boolean {
	if (artefact?.contentHash !== contentHash) return true;
	return artefact.locked && action !== 'reopen' && (action !== 'approve' || edits !== undefined);
}

/**
 * What was made from work that is open again, under the piece whose decision says so: two decisions of one write must not
 * change the same piece, so a piece that is decided on here says it of itself.
 */
async function staleAfter(
	store: StateStore,
	runId: string,
	artefacts: ReadonlyMap<string, Artefact>,
	choices: readonly PieceChoice[],
): Promise<Map<string, string[]>> {
	const isChanged = ({ action, artefactId }: PieceChoice): boolean =>
		action !== 'approve' || artefacts.get(artefactId)?.locked !== true;
	const changed = new Set(choices.filter(isChanged).map(({ artefactId }) => artefactId));
	const saidBy = new Map<string, string>();
	for (const { artefactId } of choices.filter(({ action }) => action === 'reopen')) {
		const { stale } = await store.impact(runId, artefactId);
		for (const id of stale) saidBy.set(id, changed.has(id) ? id : (saidBy.get(id) ?? artefactId));
	}
	const stale = new Map<string, string[]>();
	for (const [id, by] of saidBy) stale.set(by, [...(stale.get(by) ?? []), id]);
	return stale;
}

/** Closes the review. What is not decided by now stays so: the run goes on without a decision about it. */
async function send(
	store: StateStore,
	runId: string,
	{ review, at, by }: Deciding,
	decided: Answers,
): Promise<Answers> {
	const undecided = review.pieces.filter(({ artefactId }) => !decided.has(artefactId));
	await store.write(runId, [
		...undecided.map(({ artefactId }) => ({
			by,
			commands: [],
			commandId: commandIdOf(review, artefactId),
			outcome: null,
		})),
		{
			by,
			asRecordKeeper: true,
			commandId: `sent:${review.id}`,
			commands: [{ op: 'mergeById' as const, field: 'reviews', items: [{ id: review.id, sentAt: at }] }],
			status: { status: 'open' as const },
			ledger: [
				{
					layer: 'recovery' as const,
					event: 'review sent',
					note:
						undecided.length === 0
							? 'Everything is decided.'
							: `Sent with ${undecided.length} without a decision.`,
					by,
					node: review.node,
					round: review.round,
					review: review.id,
				},
			],
		},
	]);
	const document = await store.read(runId);
	const sent = reviewsOf(document).find(({ id }) => id === review.id);
	return answersOf(document, sent ?? review);
}

/** One name for everything that may become of a piece in a review, so that only one thing does. */
function commandIdOf(review: Review, artefactId: string): string {
	return `decision:${review.id}/${artefactId}`;
}

function toRequest(
	document: StateDocument,
	artefact: Artefact,
	choice: PieceChoice,
	stale: ReadonlyMap<string, readonly string[]>,
	{ review, reviewer, reviewerVerified, at, by }: Deciding,
): WriteRequest {
	const { action, note, scope = 'artefact' } = choice;
	const content = { ...artefact.content, ...choice.edits };
	const contentHash = contentHashOf(content, artefact.media);
	const isEdited = contentHash !== artefact.contentHash;
	const decision: Decision = decisionSchema.parse({
		artefactId: artefact.id,
		contentHash,
		action,
		...(note === undefined || note === '' ? {} : { note }),
		...(action === 'redirect' ? { scope } : {}),
		...(isEdited ? { edits: { ...choice.edits } } : {}),
		reviewer,
		reviewerVerified,
		decidedAt: at,
		round: review.round,
		review: review.id,
	});
	const entry: Json = JSON.parse(JSON.stringify(decision));
	return {
		by: `${reviewer} at ${by}`,
		asRecordKeeper: true,
		commandId: commandIdOf(review, artefact.id),
		expectedVersion: document.version,
		outcome: entry,
		commands: [
			...toCommands(artefact, decision, isEdited ? content : undefined, stale.get(artefact.id) ?? []),
			{ op: 'append', field: 'decisions', values: [entry] },
		],
		ledger: [
			{
				layer: 'handoff',
				event: 'decision',
				note: sentenceOf(decision, artefact.title),
				by: reviewer,
				node: review.node,
				artefactId: artefact.id,
				contentHash: artefact.contentHash,
				round: review.round,
				outcome: action,
				isEdited,
				review: review.id,
			},
		],
	};
}

const STATUS_AFTER = {
	approve: 'approved',
	reject: 'rejected',
	redirect: 'redirected',
	reopen: 'redirected',
} as const satisfies Record<Decision['action'], Artefact['status']>;

function toCommands(
	artefact: Artefact,
	decision: Decision,
	content: Artefact['content'] | undefined,
	stale: readonly string[],
): Command[] {
	const { action, note = '', reviewer, round } = decision;
	if (action === 'approve' && artefact.locked) return [];
	const title = content?.title;
	const directive = {
		id: `${decision.review}/${artefact.id}`,
		text: note,
		scope: decision.scope ?? 'artefact',
		artefactId: artefact.id,
		reviewer,
		round,
	};
	return [
		...(artefact.locked ? [{ op: 'unlock' as const, artefactId: artefact.id }] : []),
		{
			op: 'mergeById',
			field: ARTEFACTS,
			items: [
				{
					id: artefact.id,
					...(content === undefined ? {} : { content }),
					...(typeof title === 'string' && title !== '' ? { title } : {}),
					status: STATUS_AFTER[action],
					why: sentenceOf(decision, 'It'),
					locked: action === 'approve',
				},
				...stale.map((id) => ({ id, stale: true })),
			],
		},
		...(action === 'redirect' || action === 'reopen'
			? [{ op: 'append' as const, field: 'directives', values: [directive] }]
			: []),
	];
}

/** What a decision says, for a person: "'Rooftop' was approved by Maya." */
function sentenceOf({ action, reviewer, note }: Decision, title: string): string {
	const what = {
		approve: 'was approved',
		reject: 'was rejected',
		redirect: 'is to be changed',
		reopen: 'was reopened',
	}[action];
	return `${title} ${what} by ${reviewer}${note === undefined ? '.' : `: ${note}`}`;
}
