import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { OldRoundNotice, ReviewFrame, ReviewNotice } from '../../shared/review';
import type { Review, Run, StateDocument, StateStore } from '../../shared/state';
import type { ReviewData } from './reviewData';

/** A request for a review that is there and may be looked at. */
export interface GateRequest {
	store: StateStore;
	data: ReviewData;
	/** What the step was given, as it leaves when nobody decides. */
	parked: INodeExecutionData[];
	/** A file of a piece, as `<piece>-<file>`. */
	media: string | undefined;
}

/** The review that a link is for, or what to say in its place. */
export async function openRequest(
	context: IWebhookFunctions,
): Promise<GateRequest | { notice: ReviewNotice }> {
	const { openStoreOfWebhook, parkedItems } = await import('../../shared/host');
	const { answerBy, answersOf, isLinkOver, modelsOf } = await import('../../shared/review');
	const { artefactsOf, reviewsOf } = await import('../../shared/state');
	const parked = parkedItems(context);
	// What nobody is asked about may name another run, or one that is not there.
	const isAsked = ({ json }: INodeExecutionData): boolean =>
		json.timedOut === true && json.failure === undefined;
	const runId = String(parked.find(isAsked)?.json.runId ?? '');
	const store = await openStoreOfWebhook(context);
	const query = Object(context.getQueryData());
	// n8n reads that an execution waits before it reads what for, and then hands over what a later step was given.
	if (runId === '') return { notice: { kind: 'justGone' } };
	const run = await store.getRun(runId);
	const document = await store.read(runId);
	const node = `${context.getWorkflow().id ?? 'unsaved'}/${context.getNode().name}`;
	const own = reviewsOf(document).filter((review) => review.node === node);
	const review = own.findLast(({ executionId }) => executionId === context.getExecutionId());
	if (review === undefined) return { notice: { kind: 'notValid' } };
	const frame = frameOf(context, review, run.title);
	// n8n checked the link; one without a nonce comes from the editor, for the review that waits now.
	const nonce = query.nonce ?? review.nonce;
	const answers = answersOf(document, review);
	const isDecided = review.pieces.every(({ artefactId }) => answers.has(artefactId));
	const now = Date.now();
	const isLate = isLinkOver(query.until, now);
	const refused = await refusalOf(
		context,
		{ document, own, review, nonce, isDecided, isLate, frame, run },
		now,
	);
	if (refused !== undefined) return { notice: refused };
	const media = typeof query.media === 'string' ? query.media : undefined;
	const asked = new Set(review.pieces.map(({ artefactId }) => artefactId));
	const shown = artefactsOf(document).filter(({ id }) => asked.has(id));
	const { linkWithin } = await import('./links');
	return {
		store,
		parked,
		media,
		data: {
			run,
			document,
			review,
			answers,
			frame,
			reviewer: optionOf(context, 'reviewer'),
			answerBy: answerBy(review, query.until),
			models: media === undefined ? await modelsOf(store, runId, shown) : [],
			mediaLink: (piece, file) => linkWithin(context, { nonce: review.nonce, media: `${piece}-${file}` }),
		},
	};
}

interface Visit {
	run: Run;
	document: StateDocument;
	/** All reviews of this gate in the run. */
	own: readonly Review[];
	/** The one that waits now, and whether everything is decided in it. */
	review: Review;
	isDecided: boolean;
	/** That of the link. */
	nonce: unknown;
	/** Whether the link itself has run out. */
	isLate: boolean;
	frame: ReviewFrame;
}

async function refusalOf(
	context: IWebhookFunctions,
	visit: Visit,
	now: number,
): Promise<ReviewNotice | undefined> {
	const { run, document, own, review, isDecided, nonce, isLate, frame } = visit;
	const asked = own.find((each) => each.nonce === nonce);
	if (asked === undefined) return { kind: 'notValid' };
	if (run.status === 'stopped') return { kind: 'stopped', frame };
	// What was decided in time counts, as long as the run still waits for it.
	const isClosed = isOver(review, now) && !isDecided;
	if (asked !== review) {
		const next = !isClosed && !isLate && mayLeadOn(asked, review, now) ? review : undefined;
		return oldRound(context, document, asked, frame, next);
	}
	const { deadline } = review;
	if (isClosed && deadline !== undefined)
		return { kind: 'expired', frame, deadline, hasSent: isPost(context) };
	return isLate ? { kind: 'linkOver', frame, hasSent: isPost(context) } : undefined;
}

function isPost(context: IWebhookFunctions): boolean {
	return context.getRequestObject().method === 'POST';
}

/** Whether the review's time is over. */
export function isOver({ deadline }: Review, now: number): boolean {
	return deadline !== undefined && Date.parse(deadline) <= now;
}

/**
 * Whether the link of an earlier review may lead to the one that waits now: n8n checked its signature, this gate gave its nonce
 * out in this very execution, and its own time is not over.
 */
function mayLeadOn(earlier: Review, review: Review, now: number): boolean {
	const isOfThisExecution =
		earlier.executionId === review.executionId && earlier.instance === review.instance;
	return isOfThisExecution && !isOver(earlier, now);
}

/** What a link of an earlier review is answered with, or a form of one. */
export async function oldRound(
	context: IWebhookFunctions,
	document: StateDocument,
	earlier: Review,
	frame: ReviewFrame,
	next: Review | undefined,
): Promise<OldRoundNotice> {
	const { reviewNumber } = await import('../../shared/review');
	const { linkWithin } = await import('./links');
	return {
		kind: 'oldRound',
		frame,
		number: reviewNumber(document, earlier),
		hasSent: isPost(context),
		...(next === undefined ? {} : { next: linkWithin(context, { nonce: next.nonce }) }),
	};
}

function frameOf(context: IWebhookFunctions, review: Review, runTitle: string): ReviewFrame {
	const logo = optionOf(context, 'logo');
	return {
		title: review.title,
		runTitle,
		accent: optionOf(context, 'accent'),
		...(logo === '' ? {} : { logo }),
		timeZone: context.getTimezone(),
	};
}

/** How the page looks. An expression that fails leaves it plain: nobody could decide otherwise. */
function optionOf(context: IWebhookFunctions, name: 'accent' | 'logo' | 'reviewer'): string {
	try {
		return String(context.getNodeParameter(`options.${name}`, '') ?? '').trim();
	} catch {
		return '';
	}
}
