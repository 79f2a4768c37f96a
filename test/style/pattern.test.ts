import fc from 'fast-check';
import { checkPlainRules, parseGuide, type Finding } from '../../nodes/shared/style';
import { MAX_PATTERN_STATES, readPattern } from '../../nodes/shared/style/pattern';

function findingOf(text: unknown, pattern: string, match: string): Finding | undefined {
	const content = JSON.parse(JSON.stringify({ text }));
	return checkPlainRules(content, parseGuide([{ kind: 'pattern', pattern, match, field: 'text' }]).rules)[0];
}

/** Patterns from reports of "regular expression denial of service": each takes a backtracking engine for ever. */
const CATASTROPHIC = [
	'(a+)+$',
	'([a-zA-Z]+)*$',
	'(a|aa)+$',
	'(a|a?)+$',
	'(.*a){20}$',
	'^(([a-z])+.)+[A-Z]([a-z])+$',
	'^(\\w+\\s?)*$',
	'(x+x+)+y',
	'^(a?){25}a{25}$',
	'((a*)*)*b',
	'^([a-z0-9_.-]+)+@([a-z0-9_.-]+)+\\.[a-z]{2,}$',
	'(\\d+)*\\.(\\d+)*x',
	'.*.*.*.*.*=.*',
];
const INPUTS = [
	`${'a'.repeat(50_000)}!`,
	'ab '.repeat(17_000),
	`${'x'.repeat(50_000)}`,
	'1'.repeat(50_000),
	'a@'.repeat(25_000),
];

describe('a pattern', () => {
	it.each<[string, string, unknown, Finding['state']]>([
		['^(int|ext)\\. ', 'every', ['INT. ROOF - NIGHT', 'Ext. street'], 'holds'],
		['^(int|ext)\\. ', 'every', ['INT. ROOF', 'A roof'], 'broken'],
		['^(int|ext)\\. ', 'every', [], 'broken'],
		['\\d+ seconds', 'some', 'It lasts 30 Seconds.', 'holds'],
		['\\d+ seconds', 'some', 'It lasts a while.', 'broken'],
		['\\b(tbd|todo|xxx)\\b', 'none', 'The ending is TBD', 'broken'],
		['\\b(tbd|todo|xxx)\\b', 'none', 'The ending is set', 'holds'],
		['(?-i)\\b[A-Z]{4,}\\b', 'none', 'no shouting', 'holds'],
		['(?-i)\\b[A-Z]{4,}\\b', 'none', 'NO SHOUTING', 'broken'],
		['^end$', 'some', ['begin', 'end'], 'holds'],
		['ne\\s?on', 'none', 'ne\u200Bon', 'broken'],
		['\\p{Han}', 'none', '霓虹', 'broken'],
	])('%s (%s) on %j: %s', (pattern, match, text, state) => {
		expect(findingOf(text, pattern, match)).toMatchObject({ state });
	});

	it('says what it found and what to change', () => {
		expect(findingOf('The ending is TBD.', '\\btbd\\b', 'none')).toMatchObject({
			evidence: 'this fits the pattern \\btbd\\b: "The ending is TBD."',
			fix: 'Leave out what fits the pattern \\btbd\\b.',
		});
	});

	it.each(CATASTROPHIC)(
		'never hangs: %s',
		(pattern) => {
			const started = performance.now();
			for (const input of INPUTS) {
				for (const match of ['some', 'every', 'none']) findingOf(input, pattern, match);
			}
			// A backtracking engine would take longer than the universe; the limit is far from both.
			expect(performance.now() - started).toBeLessThan(60_000);
		},
		90_000,
	);

	it('is unsure, and not slow, where the text is too long for a large pattern', () => {
		expect(findingOf('a'.repeat(200_000), '.{1,400}x', 'none')).toMatchObject({
			state: 'unsure',
			evidence: expect.stringContaining('too long'),
		});
	});

	it('takes no more work than its size allows, whatever the pattern', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: fc.constantFrom(...'ab.*+?()|[]{}1,5\\dw^$'), maxLength: 30 }),
				(source) => {
					const read = readPattern(source);
					if ('problem' in read) expect(read.problem).toMatch(/^(a|one) /);
					else expect(() => read.find('ab1 '.repeat(200))).not.toThrow();
				},
			),
			{ numRuns: 500 },
		);
	});

	it.each([
		['(?=a)b', /without 'look ahead' and 'look behind'/],
		['(?<!a)b', /without 'look ahead' and 'look behind'/],
		['(a)\\1', /does not refer back to a group/],
		['[a', /a regular expression \(missing closing\)/],
		['.{1,1000}.{1,1000}', /a smaller one/],
	])('refuses %s with a reason', (pattern, reason) => {
		expect(() => parseGuide([{ kind: 'pattern', pattern }])).toThrow(reason);
		expect(MAX_PATTERN_STATES).toBe(1000);
	});
});
