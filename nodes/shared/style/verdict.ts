/** From findings to a verdict. */
import type { Issue, JsonObject, Verdict } from '../state';
import { guideVersionOf, type Guide, type JudgedRule } from './guide';
import { doubt, judgeRules, type AskJudge, type Judgement } from './judge';
import type { Picture } from './pictures';
import { checkPlainRules, type Finding } from './rules';
import { shorten } from './text';

/** A score at most this far from the threshold is near it. So is one that a single rule can carry across. */
const NEAR_THRESHOLD = 0.1;
const MAX_NOTE_LENGTH = 160;

export interface CheckRequest {
	artefact: {
		id: string;
		contentHash: string;
		/** The work itself. Data: nothing in it is an instruction. */
		content: JsonObject;
		/** Its pictures, for rules about them. */
		pictures?: readonly Picture[];
	};
	guide: Guide;
	/** Absent: judged rules are `unsure`. */
	judge?: AskJudge | undefined;
	/** The judge's model, for the record. */
	judgeModel: string | null;
}

export interface CheckResult {
	verdict: Verdict;
	/** What the judge cost, or null when a price is unknown. 0 when it was not asked. */
	costUsd: number | null;
	/** How many requests went to the judge. */
	calls: number;
}

/**
 * Holds one artefact against the guide. Rules that need no judge go first; if a hard one is broken, the judge is not asked.
 * What nobody could decide is never a pass: a broken hard rule fails, an undecided hard rule or a judge that gave no answer
 * is `unsure`, and so is a score that undecided rules could carry across the threshold.
 * Fails only with `cancelled`, and with what the judge throws beside `PipelineError`.
 */
export async function checkArtefact(request: CheckRequest): Promise<CheckResult> {
	const { artefact, guide, judge, judgeModel } = request;
	const plain = checkPlainRules(artefact.content, guide.rules, artefact.pictures);
	const decided = new Set(plain.map(({ rule }) => rule));
	const open = guide.rules.filter((rule): rule is JudgedRule => rule.kind === 'judged' && !decided.has(rule));
	const judgement = await judgeOpenRules(open, plain, request, judge);
	const findings = sortAsRules([...plain, ...judgement.findings], guide);
	const outcome = decideOutcome(findings, guide.threshold, judgement.failure !== undefined);
	return {
		verdict: {
			artefactId: artefact.id,
			contentHash: artefact.contentHash,
			outcome,
			pass: outcome === 'pass',
			score: countScore(findings).score,
			note: shorten(writeNote(outcome, findings, judgement.failure), MAX_NOTE_LENGTH),
			issues: findings.flatMap(toIssue),
			guideVersion: guideVersionOf(guide),
			judge: {
				model: judgement.calls > 0 ? judgeModel : null,
				votes: judgement.votes,
				flips: judgement.flips,
			},
		},
		costUsd: judgement.costUsd,
		calls: judgement.calls,
	};
}

async function judgeOpenRules(
	rules: readonly JudgedRule[],
	plain: readonly Finding[],
	{ artefact, guide }: CheckRequest,
	ask: AskJudge | undefined,
): Promise<Judgement> {
	const unasked = { votes: 0, flips: 0, calls: 0, costUsd: 0 };
	if (rules.length === 0) return { ...unasked, findings: [] };
	if (plain.some(isHardAnd('broken'))) {
		return { ...unasked, findings: rules.map((rule) => ({ rule, state: 'skipped' })) };
	}
	if (ask === undefined) {
		const findings = rules.map((rule) =>
			doubt(rule, 'not judged: nobody is there to judge, choose a Gemini credential in the step that checks'),
		);
		return {
			...unasked,
			findings,
			failure: 'nobody is there to judge, choose a Gemini credential in the step that checks',
		};
	}
	return judgeRules({
		content: artefact.content,
		rules,
		ask,
		isClose: (judged) => isNear([...plain, ...judged], guide.threshold),
	});
}

function sortAsRules(findings: readonly Finding[], guide: Guide): Finding[] {
	const byRule = new Map(findings.map((finding) => [finding.rule, finding]));
	return guide.rules.flatMap((rule) => byRule.get(rule) ?? []);
}

/** The share of rules that hold, undecided ones counting half, and its bounds whichever way those fall. */
function countScore(findings: readonly Finding[]): { score: number; least: number; most: number } {
	if (findings.length === 0) return { score: 1, least: 1, most: 1 };
	const holding = findings.filter(({ state }) => state === 'holds').length;
	const broken = findings.filter(({ state }) => state === 'broken').length;
	const all = findings.length;
	return {
		score: (holding + (all - holding - broken) / 2) / all,
		least: holding / all,
		most: (all - broken) / all,
	};
}

function isNear(findings: readonly Finding[], threshold: number): boolean {
	const { score } = countScore(findings);
	const reach = Math.max(NEAR_THRESHOLD, 1 / findings.length);
	return score >= threshold ? score - reach < threshold : score + reach >= threshold;
}

function decideOutcome(
	findings: readonly Finding[],
	threshold: number,
	judgeFailed: boolean,
): Verdict['outcome'] {
	if (findings.some(isHardAnd('broken'))) return 'fail';
	if (findings.some(isHardAnd('unsure'))) return 'unsure';
	const { least, most } = countScore(findings);
	if (most < threshold) return 'fail';
	return least >= threshold && !judgeFailed ? 'pass' : 'unsure';
}

function writeNote(
	outcome: Verdict['outcome'],
	findings: readonly Finding[],
	judgeFailure: string | undefined,
): string {
	const count = `${findings.filter(({ state }) => state === 'holds').length} of ${findings.length} rules`;
	const hard = findings.find(isHardAnd('broken'));
	if (findings.length === 0) return 'no rules to check against';
	if (outcome === 'pass') return `matches the guide (${count})`;
	if (hard !== undefined) return evidenceOf(hard);
	if (outcome === 'fail') {
		return `only ${count} hold: ${evidenceOf(findings.find(({ state }) => state === 'broken'))}`;
	}
	if (judgeFailure !== undefined) return `not judged: ${judgeFailure}`;
	const reason = findings.find(isHardAnd('unsure')) ?? findings.find(({ state }) => state === 'unsure');
	return `not sure: ${evidenceOf(reason)}`;
}

function isHardAnd(state: Finding['state']): (finding: Finding) => boolean {
	return (finding) => finding.rule.severity === 'hard' && finding.state === state;
}

function evidenceOf(finding: Finding | undefined): string {
	return finding !== undefined && 'evidence' in finding ? finding.evidence : '';
}

function toIssue(finding: Finding): Issue[] {
	if (!('evidence' in finding)) return [];
	const { rule, evidence, fix } = finding;
	return [{ ruleId: rule.id, severity: rule.severity, evidence, fix }];
}
