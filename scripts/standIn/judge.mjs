/** Rulings of the stand-in's judge: everything holds, except that the clean concept breaks what a guide says about grit. */
import { CLEAN_MARK } from './noir.mjs';

const ABOUT_GRIT =
	/\b(grit|gritty|grime|grimy|dirt|dirty|worn|weathered|polished|glossy|sterile|too clean)\b/i;
const TOO_CLEAN = 'too clean, not gritty';
const MORE_GRIT = 'Put dirt and wear on it: rust, rain, broken light.';

/** @typedef {{ ruleId: string, evidence: string, level?: string, fix: string, holds: boolean, confidence: number }} Ruling */

/**
 * One ruling for each rule that the prompt names. What a rule gets depends on the rule and the work alone, so that a second
 * reading in another order agrees with the first.
 * @param {string} prompt @param {{ alwaysFail: boolean }} options @returns {Ruling[]}
 */
export function rulingsFor(prompt, { alwaysFail }) {
	const work = workIn(prompt);
	const isClean = work.toLowerCase().includes(CLEAN_MARK);
	const rules = rulesIn(prompt.replace(work, ''));
	const hasLevels = rules.some(({ rubric }) => rubric !== undefined);
	return rules.map(({ id, statement, rubric }) => {
		const holds = !alwaysFail && !(isClean && ABOUT_GRIT.test(statement));
		return {
			ruleId: id,
			evidence: holds ? `Throughout: ${firstWords(work, 8)}` : TOO_CLEAN,
			...(hasLevels ? { level: (holds ? rubric?.good : rubric?.bad) ?? '' } : {}),
			fix: holds ? '' : MORE_GRIT,
			holds,
			confidence: 0.92,
		};
	});
}

/** The piece that is judged, between its markers; the whole prompt when there are none. @param {string} prompt */
function workIn(prompt) {
	return (
		/(?:^|\n)BEGIN-(\S+)\n([\s\S]*?)\nEND-\1/.exec(prompt)?.[2] ??
		/<(work|artefact)\b[^>]*>([\s\S]*?)<\/\1>/i.exec(prompt)?.[2] ??
		prompt
	);
}

/**
 * Rules as JSON with an id, or as list entries that begin with one.
 * @param {string} text @returns {Array<{ id: string, statement: string, rubric: { bad: string, good: string } | undefined }>}
 */
function rulesIn(text) {
	const rules = new Map();
	const isWorstFirst = text.includes('from the worst to the best');
	for (const line of text.split('\n')) {
		const id =
			/"(?:ruleId|rule_id|id)"\s*:\s*"([^"]+)"/.exec(line)?.[1] ??
			/^\s*[-*]?\s*\[([\w.-]+)\]/.exec(line)?.[1] ??
			/^\s*(?:rule|id)\s+([\w.-]+)\s*:/i.exec(line)?.[1];
		if (id && !rules.has(id)) rules.set(id, { id, statement: line, rubric: rubricIn(line, isWorstFirst) });
	}
	return [...rules.values()];
}

/** The worst level of a rule that has levels, and the one that is good enough. @param {string} line @param {boolean} isWorstFirst */
function rubricIn(line, isWorstFirst) {
	const [, list = '', good = ''] = /"levels":(\[.*?\]),"holdsFrom":("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
	if (list === '') return undefined;
	return { bad: String(JSON.parse(list).at(isWorstFirst ? 0 : -1)), good: String(JSON.parse(good)) };
}

/** Without double quotes, in which a judge may only copy. @param {string} text @param {number} count */
function firstWords(text, count) {
	const plain = text.replace(/^WORK-\S+ .*$/gm, '').replace(/["“”]/g, '');
	return plain.trim().split(/\s+/).slice(0, count).join(' ');
}
