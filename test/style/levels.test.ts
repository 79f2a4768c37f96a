/** Rules with a rubric: levels from the worst to the best, and one that is good enough. */
import { z } from 'zod/v4';
import {
	buildJudgeRequest,
	parseGuide,
	readRulings,
	type JudgedRule,
	type Ruling,
} from '../../nodes/shared/style';

const LEVELS = ['spotless', 'a little worn', 'worn and dirty', 'falling apart'];
const rules = parseGuide([
	{ id: 'grit', kind: 'judged', statement: 'It is gritty.', levels: LEVELS, atLeast: 3 },
	{ id: 'lamp', kind: 'judged', statement: 'One hard lamp.' },
]).rules.filter((rule): rule is JudgedRule => rule.kind === 'judged');
const work = { look: 'rust on every rail' };

function ruleOn(changes: Partial<Ruling>, second: Partial<Ruling> = changes) {
	const ruling = (more: Partial<Ruling>): Ruling => ({
		ruleId: 'grit',
		evidence: '"rust on every rail"',
		fix: '',
		holds: true,
		confidence: 0.9,
		level: 'worn and dirty',
		...more,
	});
	const asked = rules.slice(0, 1);
	return readRulings(work, asked, [
		{ rules: asked, rulings: [ruling(changes)] },
		{ rules: asked, rulings: [ruling(second)] },
	]);
}

describe('a rubric', () => {
	it('is asked for in both orders, from the worst and from the best', () => {
		const [first, second] = ([1, 2] as const).map(
			(reading) => buildJudgeRequest(work, rules, reading).prompt,
		);
		expect(first).toContain(`"levels":${JSON.stringify(LEVELS)},"holdsFrom":"worn and dirty"`);
		expect(first).toContain('from the worst to the best');
		expect(first).toContain('whether it holds or is broken');
		expect(second).toContain(`"levels":${JSON.stringify(LEVELS.toReversed())},"holdsFrom":"worn and dirty"`);
		expect(second).toContain('from the best to the worst');
		expect(second).toContain('whether it is broken or holds');
	});

	it('has a place in the answer before the verdict, only where a rule has levels', () => {
		const formOf = (asked: readonly JudgedRule[]) =>
			JSON.stringify(z.toJSONSchema(buildJudgeRequest(work, asked, 1).schema));
		expect(formOf(rules).indexOf('"level"')).toBeLessThan(formOf(rules).indexOf('"holds"'));
		expect(formOf(rules)).toContain('"level"');
		expect(formOf(rules.slice(1))).not.toContain('"level"');
	});

	it.each<[string, Partial<Ruling>, string]>([
		['a level that is good enough', {}, 'holds'],
		['a better one, in another letter case', { level: 'Falling apart' }, 'holds'],
		['a level that is not', { level: 'spotless', holds: false }, 'broken'],
		['a good level beside "broken"', { holds: false }, 'unsure'],
		['a bad level beside "holds"', { level: 'spotless' }, 'unsure'],
		['a level that nobody asked about', { level: 'sublime' }, 'unsure'],
		['no level', { level: '' }, 'unsure'],
	])('%s: %s is %s', (_, ruling, state) => {
		expect(ruleOn(ruling).findings).toMatchObject([{ state }]);
	});

	it('is unsure where two readings give opposite levels, and counts it', () => {
		expect(ruleOn({}, { level: 'spotless', holds: false })).toMatchObject({
			findings: [{ state: 'unsure' }],
			flips: 1,
		});
	});

	it.each([
		[{ levels: ['one'] }, /'levels' should be a list of 2 to 7 levels/],
		[{ levels: LEVELS, atLeast: 5 }, /'atLeast' should be the number of one of its 4 levels/],
		[{ atLeast: 1 }, /one of its 0 levels/],
	])('refuses %j', (rule, message) => {
		expect(() => parseGuide([{ kind: 'judged', statement: 'x', ...rule }])).toThrow(message);
	});

	it('reads levels as a form has them, and 0 for none', () => {
		expect(
			parseGuide([{ kind: 'judged', statement: 'x', levels: 'a, b\nc', atLeast: 0 }]).rules,
		).toMatchObject([{ levels: ['a, b', 'c'] }]);
	});
});

describe('evidence of a rule that holds', () => {
	const plain = rules.slice(1);
	const read = (evidence: string) =>
		readRulings(work, plain, [
			{ rules: plain, rulings: [{ ruleId: 'lamp', evidence, fix: '', holds: true, confidence: 1 }] },
		]).findings;

	it('has to be there and to be in the work, as that of a broken one', () => {
		expect(read('"rust on every rail"')).toMatchObject([{ state: 'holds' }]);
		expect(read('nothing speaks against it')).toMatchObject([{ state: 'holds' }]);
		expect(read(' … ')).toMatchObject([{ state: 'unsure', evidence: 'the judge gave no evidence' }]);
		expect(read('"one lamp above the door"')).toMatchObject([{ state: 'unsure' }]);
	});
});
