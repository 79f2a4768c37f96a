/** Reads what a request asks for, loosely: a stand-in must not break when the wording of a prompt changes. */
import { CLEAN_MARK, GRITTY_REWORK, NOIR_CONCEPTS, isNoirChase } from './noir.mjs';
import { readBrief, treatmentsFor } from './treatments.mjs';

/** @typedef {import('./noir.mjs').ScriptedConcept} ScriptedConcept */

/**
 * @typedef {object} Prompt
 * @property {string} text What the user's side says, without the standing orders and without earlier answers.
 * @property {string} system
 * @property {string} brief
 * @property {import('./treatments.mjs').About} about
 * @property {boolean} isNoir
 * @property {number} count How many pieces are asked for.
 * @property {number} position Which of them, from 1, when they are asked for one by one.
 * @property {string} note What a person or a rule wants changed; empty when nothing.
 */

const NUMBER_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const PIECES = '(?:concepts?|ideas?|options?|artefacts?|pieces?|variants?|storyboards?)';

/** @param {any} body A `generateContent` request. @returns {Prompt} */
export function readPrompt(body) {
	const contents = Array.isArray(body?.contents) ? body.contents : [];
	// The first turn is the question; later ones are an answer and its repair.
	const text = textOf(contents.find((/** @type {any} */ content) => content?.role !== 'model'));
	const intent = readJson(findSection(text, 'intent'));
	const brief =
		findSection(text, 'brief') ||
		(intent ? Object.values(intent).flat().join('. ') : findSection(text, 'input', 'task') || text);
	return {
		text,
		system: textOf(body?.systemInstruction),
		brief,
		about: intent?.title && !findSection(text, 'brief') ? aboutIntent(intent) : readBrief(brief),
		isNoir: isNoirChase(brief),
		count: findCount(text),
		position: Number(new RegExp(`${PIECES} (\\d+) of \\d+`, 'i').exec(text)?.[1] ?? 0),
		note: findSection(text, 'notes?', 'directives?', 'change', 'feedback', 'fix').replace(/<[^>]*>/g, ' '),
	};
}

/** @param {Record<string, any>} intent @returns {import('./treatments.mjs').About} */
function aboutIntent({ title, mustHave }) {
	const details = (Array.isArray(mustHave) ? mustHave : []).map(String).filter((detail) => detail !== title);
	return {
		subject: String(title),
		Subject: String(title),
		details: details.length > 0 ? details : ['what matters'],
	};
}

/** @param {any} content @returns {string} */
function textOf(content) {
	if (typeof content === 'string') return content;
	const parts = Array.isArray(content?.parts) ? content.parts : [];
	return parts.map((/** @type {any} */ part) => (typeof part?.text === 'string' ? part.text : '')).join('\n');
}

/**
 * The text under one of the names, between marker lines, as a tag, a JSON member, or a heading with what follows it.
 * @param {string} text @param {...string} names Regular expressions.
 */
export function findSection(text, ...names) {
	const name = `(?:${names.join('|')})`;
	const found =
		new RegExp(
			`\\[\\[BEGIN (${name}(?: \\d+)? [\\w-]+)\\]\\]\\n([\\s\\S]*?)\\n\\[\\[END \\1\\]\\]`,
			'i',
		).exec(text)?.[2] ??
		new RegExp(`<(${name})\\b[^>]*>([\\s\\S]*?)</\\1>`, 'i').exec(text)?.[2] ??
		new RegExp(`"${name}"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(text)?.[1] ??
		new RegExp(
			`(?:^|\\n)[#*\\s]*(?:the )?${name}[^:\\n]{0,40}:[ \\t]*\\n?([\\s\\S]+?)(?:\\n\\s*\\n|\\n#|$)`,
			'i',
		).exec(text)?.[1];
	return found?.trim() ?? '';
}

/** @param {string} text */
function findCount(text) {
	const match = new RegExp(
		`\\b(\\d{1,3}|${NUMBER_WORDS.join('|')})\\s+(?:\\p{L}+\\s+){0,3}?${PIECES}\\b`,
		'iu',
	).exec(text);
	if (!match?.[1]) return 1;
	const word = NUMBER_WORDS.indexOf(match[1].toLowerCase());
	return Math.max(1, word >= 0 ? word : Number(match[1]));
}

/**
 * The concepts that answer the prompt: others than those that it names, and never the clean one twice.
 * @param {Prompt} prompt @param {number} count @returns {ScriptedConcept[]}
 */
export function conceptsFor(prompt, count) {
	const { text } = prompt;
	const pool = prompt.isNoir ? NOIR_CONCEPTS : treatmentsFor(prompt.about);
	const named = (/** @type {ScriptedConcept} */ concept) => text.includes(concept.title);
	const isFirstRound = !pool.some(named) && !named(GRITTY_REWORK);
	if (isFirstRound && prompt.position > 0) return [nth(pool, prompt.position - 1)];
	const isClean = (/** @type {ScriptedConcept} */ concept) => concept.logline.includes(CLEAN_MARK);
	const fresh = pool.filter((concept) => !named(concept) && (isFirstRound || !isClean(concept)));
	const wantsGrit = !named(GRITTY_REWORK) && pool.some((concept) => isClean(concept) && named(concept));
	const offered = wantsGrit ? [GRITTY_REWORK, ...fresh] : fresh;
	return Array.from({ length: count }, (_, index) => nth(offered.length > 0 ? offered : pool, index));
}

/** Beyond the end it begins anew, with another title. @param {readonly ScriptedConcept[]} concepts @param {number} index */
function nth(concepts, index) {
	const concept = /** @type {ScriptedConcept} */ (concepts[index % concepts.length]);
	const take = Math.floor(index / concepts.length) + 1;
	return take === 1 ? concept : { ...concept, title: `${concept.title}, Take ${take}` };
}

/**
 * The concept that the prompt gives, changed as its note asks; undefined when it gives none.
 * @param {Prompt} prompt @returns {Record<string, unknown> | undefined}
 */
export function revisionFor(prompt) {
	const concept = readJson(findSection(prompt.text, 'concept', 'work'));
	if (!concept) return undefined;
	if (JSON.stringify(concept).includes(CLEAN_MARK)) return { ...GRITTY_REWORK };
	const note = prompt.note
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/[.!]+$/, '')
		.slice(0, 160);
	const frames = Array.isArray(concept.keyFrames) ? concept.keyFrames : [];
	return {
		...concept,
		visualApproach:
			`${concept.visualApproach ?? ''} ${note ? `Changed as asked: ${note}.` : 'Pushed further.'}`.trim(),
		keyFrames: [
			...frames.slice(0, -1),
			note ? `New last frame, as asked: ${note}` : 'A new, harder last frame',
		],
	};
}

/** @param {string} text @returns {Record<string, any> | undefined} */
function readJson(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
