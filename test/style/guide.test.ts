import { PipelineError } from '../../nodes/shared/errors';
import { DEFAULT_THRESHOLD, guideSchema, guideVersionOf, parseGuide } from '../../nodes/shared/style';

const BANNED = { kind: 'bannedWords', words: ['neon', 'hologram'] };

function refusalOf(input: unknown): PipelineError {
	try {
		parseGuide(input);
	} catch (error) {
		if (error instanceof PipelineError) return error;
		throw error;
	}
	throw new Error('The guide was not refused.');
}

describe('reading a style guide', () => {
	it.each([
		['a list of rules', [BANNED]],
		['an object with rules', { rules: [BANNED] }],
		['JSON text of a list', JSON.stringify([BANNED])],
		['JSON text of an object', JSON.stringify({ rules: [BANNED] })],
		['JSON text that begins with a byte order mark', `\uFEFF${JSON.stringify([BANNED])}`],
	])('takes %s', (_, input) => {
		expect(parseGuide(input)).toEqual({
			threshold: DEFAULT_THRESHOLD,
			rules: [{ id: 'no-neon-hologram', severity: 'hard', kind: 'bannedWords', words: ['neon', 'hologram'] }],
		});
	});

	it('takes rows as a form keeps them, with empty members and members of other kinds', () => {
		const row = {
			id: '',
			severity: 'soft',
			field: ' ',
			fix: '',
			words: '',
			values: '',
			statement: '',
			unit: 'words',
		};
		const guide = parseGuide({
			title: 'Noir',
			threshold: '0.5',
			rules: [
				{ ...row, kind: 'bannedWords', words: 'neon, lens flare\n neon ,, hologram' },
				{ ...row, kind: 'requiredWords', words: '雨、夜', mode: 'any' },
				{ ...row, kind: 'length', min: '5', max: '', words: 'left over', field: 'logline' },
				{ ...row, kind: 'allowedValues', values: 'noir, western', field: 'genre' },
				{ ...row, kind: 'judged', statement: ' The light is hard. ', fix: 'Use one lamp.' },
			],
		});
		expect(guide).toEqual({
			title: 'Noir',
			threshold: 0.5,
			rules: [
				{
					id: 'no-neon-lens-flare-hologram',
					severity: 'soft',
					kind: 'bannedWords',
					words: ['neon', 'lens flare', 'hologram'],
				},
				{ id: 'has-雨-夜', severity: 'soft', kind: 'requiredWords', words: ['雨', '夜'], mode: 'any' },
				{ id: 'length-logline', severity: 'soft', kind: 'length', unit: 'words', min: 5, field: 'logline' },
				{
					id: 'allowed-genre',
					severity: 'soft',
					kind: 'allowedValues',
					values: ['noir', 'western'],
					field: 'genre',
				},
				{
					id: 'the-light-is-hard',
					severity: 'soft',
					kind: 'judged',
					statement: 'The light is hard.',
					fix: 'Use one lamp.',
				},
			],
		});
		expect(guideSchema.parse(guide)).toEqual(guide);
	});

	it('reads its own result again as the same guide', () => {
		const guide = parseGuide([BANNED, { kind: 'judged', statement: 'It is gritty.' }]);
		expect(parseGuide(JSON.stringify(guide))).toEqual(guide);
	});

	it('gives every rule an id of its own', () => {
		const ids = parseGuide([
			BANNED,
			BANNED,
			{ ...BANNED, id: 'No neon, Hologram 2' },
			{ kind: 'bannedWords', words: ['💡'] },
			{ kind: 'judged', statement: '!?' },
		]).rules.map(({ id }) => id);
		expect(ids).toEqual(['no-neon-hologram', 'no-neon-hologram-3', 'no-neon-hologram-2', 'no', 'rule-5']);
	});

	it('keeps a derived id short, also when the text is one long word', () => {
		const ids = parseGuide([
			{ kind: 'judged', statement: 'word '.repeat(100) },
			{ kind: 'judged', statement: '雨'.repeat(100) },
		]).rules.map(({ id }) => id.length);
		expect(ids).toEqual([39, 40]);
	});

	it('accepts a guide without rules', () => {
		expect(parseGuide([])).toEqual({ threshold: DEFAULT_THRESHOLD, rules: [] });
	});

	it('names equal guides alike and different guides differently', () => {
		const guide = parseGuide([BANNED]);
		expect(guideVersionOf(guide)).toMatch(/^g-[\w-]{8}$/);
		expect(guideVersionOf(parseGuide({ rules: [{ words: 'neon,hologram', kind: 'bannedWords' }] }))).toBe(
			guideVersionOf(guide),
		);
		expect(guideVersionOf({ ...guide, threshold: 0.9 })).not.toBe(guideVersionOf(guide));
	});
});

describe('refusing a style guide', () => {
	it.each<[unknown, string]>([
		[undefined, "The style guide should be a list of rules or an object with 'rules', but is missing."],
		[7, "The style guide should be a list of rules or an object with 'rules', but is 7."],
		[{}, "The style guide: 'rules' should be a list of rules, but is missing."],
		[{ rules: 'none' }, "The style guide: 'rules' should be a list of rules, but is 'none'."],
		[
			{ rule: [], rules: [] },
			"The style guide has 'rule', but only 'title', 'threshold' and 'rules' are known.",
		],
		[{ threshold: 70, rules: [] }, "The style guide: 'threshold' should be a number from 0 to 1, but is 70."],
		[
			{ threshold: 'high', rules: [] },
			"The style guide: 'threshold' should be a number from 0 to 1, but is 'high'.",
		],
		[{ title: 3, rules: [] }, "The style guide: 'title' should be text, but is 3."],
		[[BANNED, 'no neon'], "Rule 2 should be an object, but is 'no neon'."],
		[
			[{ ...BANNED, kind: 'forbidden' }],
			"Rule 1: 'kind' should be one of bannedWords, requiredWords, length, allowedValues, pattern, palette, picture, judged, but is 'forbidden'.",
		],
		[
			[{ words: ['neon'] }],
			"Rule 1: 'kind' should be one of bannedWords, requiredWords, length, allowedValues, pattern, palette, picture, judged, but is missing.",
		],
		[
			[{ ...BANNED, feild: 'title' }],
			"Rule 1 has 'feild', but only kind, id, severity, field, fix, from, words are known here.",
		],
		[
			[BANNED, { ...BANNED, severity: 'medium' }],
			"Rule 2: 'severity' should be 'hard' or 'soft', but is 'medium'.",
		],
		[
			[{ kind: 'bannedWords', words: ' , ' }],
			"Rule 1: 'words' should be a list of words, or words with commas between them, each of at most 200 characters, but is missing.",
		],
		[
			[{ kind: 'bannedWords', words: [4, 'x'] }],
			"Rule 1: 'words' should be a list of words, or words with commas between them, each of at most 200 characters, but is a list of 2.",
		],
		[
			[{ kind: 'requiredWords', words: 'rain', mode: 'some' }],
			"Rule 1: 'mode' should be 'any' or 'all', but is 'some'.",
		],
		[[{ kind: 'length', max: 9 }], "Rule 1: 'unit' should be 'characters' or 'words', but is missing."],
		[
			[{ kind: 'length', unit: 'words' }],
			"Rule 1: 'min' or 'max' should be a whole number, but both are missing.",
		],
		[
			[{ kind: 'length', unit: 'words', min: 'five' }],
			"Rule 1: 'min' should be a whole number, 0 or more, but is 'five'.",
		],
		[
			[{ kind: 'length', unit: 'words', min: 9, max: 5 }],
			"Rule 1: 'max' should be 9 or more, as 'min' is, but is 5.",
		],
		[
			[{ kind: 'allowedValues', values: 'noir' }],
			"Rule 1: 'field' should be the name of a field of the work, but is missing.",
		],
		[[{ kind: 'judged' }], "Rule 1: 'statement' should be a sentence about the work, but is missing."],
		[[{ ...BANNED, id: '!' }], "Rule 1: 'id' should be text with a letter or a digit in it, but is '!'."],
		[
			[
				{ ...BANNED, id: 'Neon' },
				{ ...BANNED, id: 'neon' },
			],
			"Rule 2: 'id' should be unique, but rule 1 has 'neon' as well.",
		],
	])('%j: says what was expected and what came', (input, message) => {
		expect(refusalOf(input)).toMatchObject({ code: 'input_refused', message });
	});

	it.each([
		['', 'line 1, column 1, a value is expected, but the text ends'],
		['[1,,2]', 'line 1, column 4, a value is expected, but there is ,'],
		['\uFEFF[1,,2]', 'line 1, column 4, a value is expected, but there is ,'],
		['[1,]', 'line 1, column 4, a value is expected, but there is ]'],
		['{"rules": [}', 'line 1, column 12, a value or ] is expected, but there is }'],
		['{"rules": []', 'line 1, column 13, a comma or } is expected, but the text ends'],
		['{"rules": []}}', 'line 1, column 14, the end of the text is expected, but there is }'],
		['{\n  "rules" []\n}', 'line 2, column 11, a colon is expected, but there is ['],
		['{"title": "a" "rules": []}', 'line 1, column 15, a comma or } is expected, but there is "rules"'],
		["{'rules': []}", "line 1, column 2, a name in double quotes or } is expected, but there is 'rules'"],
		['{"a": 1, }', 'line 1, column 10, a name in double quotes is expected, but there is }'],
		['[01]', 'line 1, column 2, a value or ] is expected, but there is 01'],
		['[nul]', 'line 1, column 2, a value or ] is expected, but there is nul'],
		['no neon please', 'line 1, column 1, a value is expected, but there is no'],
		[
			'["neon\n"]',
			'line 1, column 2, a value or ] is expected, but there is text in quotes that is not closed, or has a line break or a lone \\ in it',
		],
	])('%j: says where the JSON breaks off', (text, place) => {
		expect(refusalOf(text)).toMatchObject({
			code: 'input_refused',
			message: `The style guide is not JSON: at ${place}.`,
			details: { line: expect.any(Number), column: expect.any(Number) },
		});
	});
});
