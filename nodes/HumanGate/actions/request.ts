import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { ReviewFrame, ReviewNotice } from '../../shared/review';
import type { Review, StateStore } from '../../shared/state';
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
	const { openStoreOfWebhook, parkedItems, signedLink } = await import('../../shared/host');
	const { answersOf, isLinkOver } = await import('../../shared/review');
	const { reviewsOf } = await import('../../shared/state');
	const parked = parkedItems(context);
	// What nobody is asked about may name another run, or one that is not there.
	const isAsked = ({ json }: INodeExecutionData): boolean =>
		json.timedOut === true && json.failure === undefined;
	const runId = String(parked.find(isAsked)?.json.runId ?? '');
	const store = await openStoreOfWebhook(context);
	const query = Object(context.getQueryData());
	if (runId === '') return { notice: { kind: 'notValid' } };
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
	const about = {
		isStopped: run.status === 'stopped',
		isLinkOver: isLinkOver(query.until, now),
		isDecided,
		frame,
	};
	const refusal = refusalOf(own, review, nonce, about, now);
	if (refusal !== undefined) return { notice: refusal };
	return {
		store,
		parked,
		media: typeof query.media === 'string' ? query.media : undefined,
		data: {
			run,
			document,
			review,
			answers,
			frame,
			reviewer: optionOf(context, 'reviewer'),
			mediaLink: (piece, file) => {
				const parameters = {
					nonce: review.nonce,
					...(typeof query.until === 'string' ? { until: query.until } : {}),
					media: `${piece}-${file}`,
				};
				return isOwnAddress(query.signature)
					? `?${String(new URLSearchParams({ ...parameters, signature: query.signature }))}`
					: new URL(signedLink(context, parameters)).search;
			},
		},
	};
}

/** n8n's own address of a step that waits has another path than a signed link, and a token that holds for all parameters. */
function isOwnAddress(signature: unknown): signature is string {
	return typeof signature === 'string' && signature.includes('/');
}

function refusalOf(
	own: readonly Review[],
	review: Review,
	nonce: unknown,
	{
		isStopped,
		isLinkOver,
		isDecided,
		frame,
	}: Record<'isStopped' | 'isLinkOver' | 'isDecided', boolean> & {
		frame: ReviewFrame;
	},
	now: number,
): ReviewNotice | undefined {
	if (isStopped) return { kind: 'stopped', frame };
	if (nonce !== review.nonce) {
		const earlier = own.find((each) => each.nonce === nonce);
		return earlier === undefined ? { kind: 'notValid' } : { kind: 'oldRound', frame, round: earlier.round };
	}
	const { deadline } = review;
	// What was decided in time counts, as long as the run still waits for it.
	if (deadline !== undefined && Date.parse(deadline) <= now && !isDecided)
		return { kind: 'expired', frame, deadline };
	return isLinkOver ? { kind: 'linkOver', frame } : undefined;
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
