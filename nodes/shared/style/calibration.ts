/** How good the gate is: past verdicts beside what people decided about the same work. Pure. */
import {
	artefactsOf,
	decisionsOf,
	verdictFor,
	type Decision,
	type StateDocument,
	type Verdict,
} from '../state';
import { kappa, sayShare, wilson, type Share } from '../statistics';
import { GUIDE_KIND } from './guideInState';

/** Fewer decisions than this say nothing about a threshold. */
export const MIN_DECISIONS = 20;
/** So many of each: a threshold that only ever saw approvals cannot be judged. */
export const MIN_OF_EACH = 5;

/** One piece that a validator and a person both judged, as the person saw it. */
export interface DecidedPiece {
	outcome: Verdict['outcome'];
	score: number;
	/** Whether a hard rule was broken or undecided: then no threshold matters. */
	isHard: boolean;
	guideVersion: string;
	/** Whether the person approved it. */
	approved: boolean;
}

export interface Calibration {
	/** Pieces that a validator and a person both judged. */
	pieces: number;
	/** Of those, on which the validator was not sure: it left them to people, and is neither right nor wrong. */
	unsure: number;
	/** Work that people decided on and no validator had checked, or that they changed before they approved it. */
	notCompared: number;
	/** Of the pieces with pass or fail: approved and passed, or turned down and failed. */
	agreement: Share;
	/** Of what passed, what people turned down. */
	falsePasses: Share;
	/** Of what failed, what people approved. */
	falseFails: Share;
	/** Of what failed, what people turned down too. */
	precision: Share;
	/** Of what people turned down, what had failed. */
	recall: Share;
	kappa: number | null;
	/** A better threshold for this guide, or null. */
	suggestedThreshold: number | null;
	/** Agreement if that threshold had been in use. */
	agreementThen: Share | null;
	/** Why there is a suggestion, or none. One sentence. */
	why: string;
	/** The guide's rules, where all verdicts are about the same. */
	guideVersion: string | null;
}

/** What people decided in a run, beside the verdicts on the same content. Of each content the last word counts. */
export function pairDecisions(document: StateDocument): { pieces: DecidedPiece[]; notCompared: number } {
	const kinds = new Map(artefactsOf(document).map(({ id, kind }) => [id, kind]));
	const last = new Map<string, Decision>();
	for (const decision of decisionsOf(document)) {
		if (kinds.get(decision.artefactId) === GUIDE_KIND) continue;
		last.set(JSON.stringify([decision.artefactId, decision.contentHash]), decision);
	}
	const pieces: DecidedPiece[] = [];
	let notCompared = 0;
	for (const { artefactId, contentHash, action, edits } of last.values()) {
		const verdict = edits === undefined ? verdictFor(document, { id: artefactId, contentHash }) : undefined;
		if (verdict === undefined) {
			notCompared += 1;
			continue;
		}
		const { outcome, score, issues, guideVersion } = verdict;
		pieces.push({
			outcome,
			score,
			isHard: issues.some(({ severity }) => severity === 'hard'),
			guideVersion,
			approved: action === 'approve',
		});
	}
	return { pieces, notCompared };
}

export function calibrate(pieces: readonly DecidedPiece[], notCompared = 0): Calibration {
	const decided = pieces.filter(({ outcome }) => outcome !== 'unsure');
	const passed = decided.filter(({ outcome }) => outcome === 'pass');
	const failed = decided.filter(({ outcome }) => outcome === 'fail');
	const turnedDown = decided.filter(({ approved }) => !approved);
	const goodPasses = passed.filter(({ approved }) => approved).length;
	const goodFails = failed.filter(({ approved }) => !approved).length;
	const versions = new Set(pieces.map(({ guideVersion }) => guideVersion));
	const agreement = wilson(goodPasses + goodFails, decided.length);
	return {
		pieces: pieces.length,
		unsure: pieces.length - decided.length,
		notCompared,
		agreement,
		falsePasses: wilson(passed.length - goodPasses, passed.length),
		falseFails: wilson(failed.length - goodFails, failed.length),
		precision: wilson(goodFails, failed.length),
		recall: wilson(goodFails, turnedDown.length),
		kappa: kappa({
			bothYes: goodPasses,
			bothNo: goodFails,
			onlyFirst: passed.length - goodPasses,
			onlySecond: failed.length - goodFails,
		}),
		...suggest(decided, versions.size),
		guideVersion: versions.size === 1 ? ([...versions][0] ?? null) : null,
	};
}

type Suggestion = Pick<Calibration, 'suggestedThreshold' | 'agreementThen' | 'why'>;

/** The threshold that would have agreed with people most often, the stricter one of equals. */
function suggest(decided: readonly DecidedPiece[], versions: number): Suggestion {
	const none = (why: string): Suggestion => ({ suggestedThreshold: null, agreementThen: null, why });
	const approved = decided.filter((piece) => piece.approved).length;
	const turnedDown = decided.length - approved;
	if (decided.length < MIN_DECISIONS || approved < MIN_OF_EACH || turnedDown < MIN_OF_EACH) {
		return none(
			`Too few decisions for a suggestion: ${decided.length}, of which ${approved} approved and ${turnedDown} turned down. It takes ${MIN_DECISIONS}, with at least ${MIN_OF_EACH} of each.`,
		);
	}
	if (versions > 1) {
		return none(
			'The verdicts are about different rules, and one threshold would not fit them. Look at one guide at a time.',
		);
	}
	const isRight = ({ outcome, approved: isGood }: DecidedPiece): boolean => (outcome === 'pass') === isGood;
	const isRightAt = (threshold: number) => (piece: DecidedPiece) =>
		isRight(piece.isHard ? piece : { ...piece, outcome: piece.score >= threshold ? 'pass' : 'fail' });
	const now = decided.filter(isRight).length;
	const thresholds = new Set(decided.map(({ score }) => Math.floor(score * 100) / 100));
	const [best] = [...thresholds]
		.map((score) => ({ score, right: decided.filter(isRightAt(score)).length }))
		.sort((one, other) => other.right - one.right || other.score - one.score);
	if (best === undefined || best.right <= now) {
		return none('No other threshold would have agreed with people more often.');
	}
	const then = wilson(best.right, decided.length);
	const threshold = best.score;
	const isClear = then.low > now / decided.length;
	return {
		suggestedThreshold: threshold,
		agreementThen: then,
		why: `With ${threshold} it would have agreed with people on ${best.right} of ${decided.length} pieces, and not ${now}.${
			isClear ? '' : ' The difference is small enough to be chance.'
		}`,
	};
}

/** What a person needs to know, in two or three sentences. */
export function sayCalibration(result: Calibration): string {
	const { pieces, unsure, agreement, falsePasses, why } = result;
	if (pieces === 0)
		return 'No work was both checked by a Style Validator and decided on by a person. Nothing to compare.';
	const said =
		agreement.share === null
			? 'Of none of them the validator was sure'
			: `The validator agreed with people on ${sayShare(agreement)}; of what passed, people turned down ${sayShare(falsePasses)}`;
	return `${pieces} pieces compared${unsure === 0 ? '' : `, ${unsure} of them left to people as unsure`}. ${said}. ${why}`;
}
