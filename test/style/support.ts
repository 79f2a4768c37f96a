import type { JsonObject } from '../../nodes/shared/state';
import {
	checkArtefact,
	parseGuide,
	type AskJudge,
	type CheckResult,
	type JudgeRequest,
	type Ruling,
} from '../../nodes/shared/style';

/** A judge that rules by `rule` for each rule it is asked about, and the requests that it got. */
export function makeJudge(
	rule: (ruleId: string, reading: number) => Partial<Ruling> | undefined,
	costUsd: number | null = 0.01,
): { ask: AskJudge; requests: JudgeRequest[] } {
	const requests: JudgeRequest[] = [];
	const ask: AskJudge = (request) => {
		requests.push(request);
		const rulings = askedIds(request).flatMap((ruleId): Ruling[] => {
			const ruling = rule(ruleId, requests.length);
			if (ruling === undefined) return [];
			return [{ ruleId, evidence: 'rain on steel', fix: '', holds: true, confidence: 0.9, ...ruling }];
		});
		return Promise.resolve({ value: { rulings }, costUsd });
	};
	return { ask, requests };
}

/** The ids of the rules in a request, in the order in which they are asked. */
export function askedIds({ prompt }: JudgeRequest): string[] {
	return [...prompt.matchAll(/^\{"ruleId":"([^"]+)"/gmu)].map((match) => match[1] ?? '');
}

export function check(content: JsonObject, guide: unknown, judge?: AskJudge): Promise<CheckResult> {
	return checkArtefact({
		artefact: { id: 'concept-1', contentHash: 'hash-1', content },
		guide: parseGuide(guide),
		judge,
		judgeModel: judge === undefined ? null : 'stand-in',
	});
}
