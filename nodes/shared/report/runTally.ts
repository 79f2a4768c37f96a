/** What one run's ledger says, entry by entry. Holds a few words for each piece of the run, and nothing of other runs. */
import type { Failure, FailureCode } from '../errors';
import type { LedgerPiece, RecordedLedgerEntry } from '../state';

/** Whether a piece of work was right: nobody looked at it (`unchecked`), or whoever did could not tell (`notKnown`). */
export type Judgement = 'right' | 'wrong' | 'notKnown' | 'unchecked';

/** One piece of work through all its versions. */
export interface Line {
	/** The step that made its first version, or should have. */
	node: string;
	kind: 'makes' | 'others';
	first: Judgement;
	/** `right` or `unchecked` count as right in the end. */
	inTheEnd: Judgement;
	/** What it took beyond the first try. */
	tookPerson: boolean;
	tookRouter: boolean;
}

/** One piece that one step checked. */
export interface Check {
	node: string;
	first: boolean;
	inTheEnd: boolean;
}

export interface StepCalls {
	calls: number;
	repeated: number;
	failed: number;
	costUsd: number;
	unpriced: number;
	laterRoundsUsd: number;
}

interface Version {
	artefactId: string;
	round: number;
}

interface OpenLine {
	node: string;
	kind: Line['kind'];
	/** How the first try went: `nothing` came of it, it needed a repeated call, or it was made. */
	firstTry: 'made' | 'repeated' | 'nothing';
	versions: Version[];
}

/** What checks said of an artefact: of each step on the content that was checked first, and the latest of all. */
interface Said {
	firstHash: string | undefined;
	ofFirst: Map<string, string>;
	latest: Map<string, string>;
}

interface Decided {
	action: string;
	isEdited: boolean;
	/** What the checks said by then. */
	checked: Judgement;
}

interface Question {
	asked: number;
	hasFailed: boolean;
	isAnswered: boolean;
	calls: number;
}

export interface OpenReview {
	openedAt: string;
	sentAt?: string;
	continuedAt?: string;
}

/** A step asks its own questions by pass and item; what a router sent back is asked under the work's name. */
const OWN_QUESTION = /^\d+\/\d+$/;
/** Said of the piece itself, and not of a step that looked at it. */
const PIECE_FAILURES: ReadonlySet<FailureCode> = new Set(['lost_on_the_way', 'near_duplicate']);
const UPSTREAM: ReadonlySet<FailureCode> = new Set(['upstream_failed', 'upstream_unavailable']);

export class RunTally {
	readonly calls = new Map<string, StepCalls>();
	readonly reviews = new Map<string, OpenReview>();
	readonly decisions = new Map<string, Decided>();
	readonly escalations = new Map<FailureCode, { failure: Failure; count: number }>();
	sentBackByRouter = 0;
	sentBackByPerson = 0;
	/** A step that is not Greenlight's failed. */
	hasUpstreamFailure = false;
	private readonly lines: OpenLine[] = [];
	private readonly lineOf = new Map<string, OpenLine>();
	private readonly questions = new Map<string, Question>();
	private readonly said = new Map<string, Said>();
	private readonly failedPieces = new Set<string>();
	private readonly sentBack = new Set<string>();
	private readonly checked = new Map<string, { node: string; outcomes: [first: string, last: string] }>();
	private readonly failed = new Map<string, { failure: Failure; byStep: number; byRouter: number }>();

	add(entry: RecordedLedgerEntry): void {
		switch (entry.event) {
			case 'call':
			case 'failure':
				return this.addCall(entry);
			case 'work':
				return this.addWork(entry);
			case 'verdict':
				return this.addVerdict(entry);
			case 'decision':
				return this.addDecision(entry);
			case 'sent back':
				return this.addSentBack(entry);
			case 'escalated':
				return count(this.escalations, entry.failure);
			case 'review':
			case 'review sent':
			case 'continued':
				return this.addReview(entry);
		}
	}

	/** Every piece of work that a step made or should have made. */
	pieces(): Line[] {
		return [
			...this.lines.map(({ node, kind, firstTry, versions }) => {
				const [first] = versions;
				const last = versions.at(-1);
				return {
					node,
					kind,
					first:
						firstTry === 'made' && first !== undefined
							? this.judge(first.artefactId, false)
							: ('wrong' as const),
					inTheEnd: last === undefined ? ('wrong' as const) : this.judge(last.artefactId, true),
					tookPerson: versions.some(({ artefactId }) => this.tookPerson(artefactId)),
					tookRouter:
						firstTry === 'nothing' ||
						versions.length > 1 ||
						versions.some(({ artefactId }) => this.sentBack.has(artefactId)),
				};
			}),
			...this.neverCame(),
		];
	}

	checks(): Check[] {
		return [...this.checked.values()].map(({ node, outcomes: [first, last] }) => ({
			node,
			first: isClear(first),
			inTheEnd: isClear(last),
		}));
	}

	/** Each failure once: as often as steps recorded it, or as often as it arrived at routers, whichever is more. */
	failures(): Array<{ failure: Failure; count: number }> {
		return [...this.failed.values()].map(({ failure, byStep, byRouter }) => ({
			failure,
			count: Math.max(byStep, byRouter),
		}));
	}

	private addCall(entry: RecordedLedgerEntry): void {
		const { event, node = '', slot, round = 0, failure, artefactId, calls, asked } = entry;
		// A router records failures that arrived: they were not its own, and cost nothing there.
		const isOwn = calls !== undefined;
		if (failure !== undefined) {
			const key = JSON.stringify([round, failure.code, failure.message]);
			const known = this.failed.get(key) ?? { failure, byStep: 0, byRouter: 0 };
			this.failed.set(key, known);
			if (isOwn) known.byStep++;
			else known.byRouter++;
			if (artefactId !== undefined && PIECE_FAILURES.has(failure.code)) this.failedPieces.add(artefactId);
			if (UPSTREAM.has(failure.code)) this.hasUpstreamFailure = true;
		}
		if (!isOwn) return;
		const sums = this.calls.get(node) ?? noCalls();
		this.calls.set(node, sums);
		sums.calls += calls;
		sums.repeated += Math.max(0, calls - 1);
		sums.failed += event === 'failure' ? 1 : 0;
		sums.costUsd += entry.costUsd ?? 0;
		sums.unpriced += entry.costUsd === null ? 1 : 0;
		sums.laterRoundsUsd += round > 0 ? (entry.costUsd ?? 0) : 0;
		if (asked === undefined || slot === undefined) return;
		const key = questionKey(node, slot, round);
		const question = this.questions.get(key) ?? { asked, hasFailed: false, isAnswered: false, calls: 0 };
		this.questions.set(key, question);
		question.calls += calls;
		if (event === 'call') question.isAnswered = true;
		else question.hasFailed = true;
	}

	private addWork({ node = '', slot = '', round = 0, outcome, pieces = [] }: RecordedLedgerEntry): void {
		// Only changed on the way by another step: the checks say what they think of it.
		if (outcome === 'changed') return;
		const kind = outcome === 'registered' ? 'others' : 'makes';
		const question = this.questions.get(questionKey(node, slot, round));
		const isOwn = OWN_QUESTION.test(slot);
		// An intent is a field of the state, and no piece of work with a name of its own.
		const made: readonly LedgerPiece[] =
			pieces.length > 0 ? pieces : [{ artefactId: `${node} ${slot}`, slot: 0 }];
		for (const { artefactId, replaces } of made) {
			const known =
				this.lineOf.get(artefactId) ??
				(isOwn || replaces === undefined ? undefined : this.lineOf.get(replaces));
			const line: OpenLine = known ?? {
				node,
				kind,
				firstTry: firstTryOf(question, isOwn || kind === 'others'),
				versions: [],
			};
			if (known === undefined) this.lines.push(line);
			this.lineOf.set(artefactId, line);
			if (!line.versions.some((version) => version.artefactId === artefactId))
				line.versions.push({ artefactId, round });
		}
	}

	private addVerdict({ node = '', artefactId, contentHash, outcome = '' }: RecordedLedgerEntry): void {
		if (artefactId === undefined) return;
		const said: Said = this.said.get(artefactId) ?? {
			firstHash: contentHash,
			ofFirst: new Map(),
			latest: new Map(),
		};
		this.said.set(artefactId, said);
		said.latest.set(node, outcome);
		if (contentHash === said.firstHash) said.ofFirst.set(node, outcome);
		const key = JSON.stringify([node, artefactId, contentHash]);
		const [first] = this.checked.get(key)?.outcomes ?? [outcome];
		this.checked.set(key, { node, outcomes: [first, outcome] });
	}

	private addDecision({ artefactId, outcome = '', isEdited = false }: RecordedLedgerEntry): void {
		if (artefactId === undefined) return;
		const said = this.said.get(artefactId);
		const checked = said === undefined ? 'unchecked' : worst(said.latest);
		this.decisions.set(artefactId, { action: outcome, isEdited, checked });
	}

	private addSentBack({ artefactId, outcome }: RecordedLedgerEntry): void {
		const decision = artefactId === undefined ? undefined : this.decisions.get(artefactId);
		if (decision !== undefined && decision.action !== 'approve') this.sentBackByPerson++;
		else this.sentBackByRouter++;
		// To be checked once more is no new try of the work.
		if (artefactId !== undefined && outcome !== 'check') this.sentBack.add(artefactId);
	}

	private addReview({ event, review, at }: RecordedLedgerEntry): void {
		if (review === undefined) return;
		const known = this.reviews.get(review);
		if (event === 'review') this.reviews.set(review, known ?? { openedAt: at });
		else if (known === undefined) return;
		else if (event === 'review sent') known.sentAt ??= at;
		else known.continuedAt ??= at;
	}

	/** A person's latest word, else the checks': at first what they said of what came first, in the end their latest. */
	private judge(artefactId: string, isEnd: boolean): Judgement {
		const decision = this.decisions.get(artefactId);
		if (decision !== undefined)
			return decision.action === 'approve' && (isEnd || !decision.isEdited) ? 'right' : 'wrong';
		if (this.failedPieces.has(artefactId)) return 'wrong';
		const said = this.said.get(artefactId);
		return said === undefined ? 'unchecked' : worst(isEnd ? said.latest : said.ofFirst);
	}

	private tookPerson(artefactId: string): boolean {
		const decision = this.decisions.get(artefactId);
		return decision !== undefined && (decision.action !== 'approve' || decision.isEdited);
	}

	/** Pieces that were asked for in vain, less those that a router had made later. */
	private neverCame(): Line[] {
		const missing = new Map<string, number>();
		for (const [key, { asked, hasFailed, isAnswered }] of this.questions) {
			const [node, slot] = JSON.parse(key);
			if (!OWN_QUESTION.test(slot) || !hasFailed || isAnswered) continue;
			missing.set(node, (missing.get(node) ?? 0) + asked);
		}
		return [...missing].flatMap(([node, asked]) => {
			const later = this.lines.filter((line) => line.node === node && line.firstTry === 'nothing').length;
			return Array.from({ length: Math.max(0, asked - later) }, () => ({
				node,
				kind: 'makes' as const,
				first: 'wrong' as const,
				inTheEnd: 'wrong' as const,
				tookPerson: false,
				tookRouter: false,
			}));
		});
	}
}

function noCalls(): StepCalls {
	return { calls: 0, repeated: 0, failed: 0, costUsd: 0, unpriced: 0, laterRoundsUsd: 0 };
}

function questionKey(node: string, slot: string, round: number): string {
	return JSON.stringify([node, slot, round]);
}

function firstTryOf(question: Question | undefined, isOwn: boolean): OpenLine['firstTry'] {
	if (!isOwn || question?.hasFailed === true) return 'nothing';
	return question !== undefined && question.calls > 1 ? 'repeated' : 'made';
}

/** Of several checks the worst counts, as in the flow itself. */
function worst(outcomes: ReadonlyMap<string, string>): Judgement {
	const all = [...outcomes.values()];
	if (all.includes('fail')) return 'wrong';
	return all.every((outcome) => outcome === 'pass') ? 'right' : 'notKnown';
}

function isClear(outcome: string): boolean {
	return outcome === 'pass' || outcome === 'fail';
}

function count(
	counts: Map<FailureCode, { failure: Failure; count: number }>,
	failure: Failure | undefined,
): void {
	if (failure === undefined) return;
	const known = counts.get(failure.code) ?? { failure, count: 0 };
	counts.set(failure.code, { ...known, count: known.count + 1 });
}
