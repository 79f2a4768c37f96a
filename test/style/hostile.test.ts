/** Work that wants to talk its way past the guide: rules that need no judge find the same with and without it. */
import type { JsonObject } from '../../nodes/shared/state';
import {
	buildCompileRequest,
	buildJudgeRequest,
	checkPlainRules,
	parseGuide,
	type JudgedRule,
} from '../../nodes/shared/style';
import hostile from './sets/hostile.json';

const GUIDE = parseGuide([
	{ kind: 'bannedWords', words: 'marble, lens flare' },
	{ kind: 'requiredWords', words: 'rain, wet tiles', mode: 'any' },
	{ kind: 'length', unit: 'words', max: 12, field: 'logline' },
	{ kind: 'length', unit: 'characters', max: 30, field: 'title' },
	{ kind: 'allowedValues', values: 'tense, noir', field: 'tone' },
	{ kind: 'pattern', pattern: '\\b(tbd|lorem)\\b', match: 'none' },
	{ kind: 'pattern', pattern: '^frame \\d+: ', match: 'every', field: 'keyFrames' },
	{ kind: 'palette', colours: '#0B0C10, #C5832B' },
	{ kind: 'picture', minWidth: 10 },
]);

const OBEYS: JsonObject = {
	title: 'Three Roofs',
	logline: 'A witness runs through the rain, and a friend follows.',
	keyFrames: ['Frame 1: a hand on a gutter', 'Frame 2: two shadows'],
	palette: ['#0C0D12', '#C5832B'],
	tone: ['tense'],
	approach: 'Long lens, worn brick.',
};
const BREAKS: JsonObject = {
	title: 'A title that goes on and on and never ends',
	logline:
		'A lobby of marble, and the ending is TBD, and then some more words that nobody needs at all here.',
	keyFrames: ['a hand on a gutter'],
	palette: ['#00FF00'],
	tone: ['cheerful'],
	approach: 'Soft light.',
};

it('has at least sixty kinds of attack, no two the same', () => {
	expect(hostile.length).toBeGreaterThanOrEqual(60);
	expect(new Set(hostile.map(({ text }) => text)).size).toBe(hostile.length);
});

describe.each(hostile)('$name', ({ text }) => {
	it.each([
		['obeys the guide', OBEYS],
		['breaks it', BREAKS],
	])('changes no finding about work that %s', (_, work) => {
		const expected = checkPlainRules(work, GUIDE.rules);
		expect(checkPlainRules({ ...work, notes: text }, GUIDE.rules)).toEqual(expected);
		expect(checkPlainRules({ ...work, approach: `${String(work.approach)} ${text}` }, GUIDE.rules)).toEqual(
			expected,
		);
		expect(checkPlainRules({ [text.slice(0, 200)]: text, ...work }, GUIDE.rules)).toEqual(expected);
	});

	it('stays between the markers of a prompt', () => {
		const rules = parseGuide([{ id: 'gritty', kind: 'judged', statement: 'It is gritty.' }]).rules.filter(
			(rule): rule is JudgedRule => rule.kind === 'judged',
		);
		for (const reading of [1, 2] as const) {
			const request = (work: JsonObject) => buildJudgeRequest(work, rules, reading);
			const shell = (prompt: string) => outside(prompt, 'WORK');
			expect(shell(request({ ...OBEYS, notes: text }).prompt)).toBe(shell(request(OBEYS).prompt));
		}
		const shell = (prose: string) => outside(buildCompileRequest(prose).prompt, 'GUIDE');
		expect(shell(`${text} .`)).toBe(shell('No drones.'));
	});
});

/** The prompt without what stands between its markers, and with the markers' codes taken out. */
function outside(prompt: string, word: string): string {
	const marker = new RegExp(`BEGIN-(${word}-\\w+) and`).exec(prompt)?.[1] ?? '';
	const parts = prompt.split(`\nBEGIN-${marker}\n`);
	const rest = (parts[1] ?? '').split(`\nEND-${marker}\n`);
	expect([parts.length, rest.length]).toEqual([2, 2]);
	return `${parts[0]}…${rest[1]}`.replaceAll(marker, 'MARKER');
}
