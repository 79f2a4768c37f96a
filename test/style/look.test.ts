import fc from 'fast-check';
import { checkPlainRules, parseGuide, type Finding, type Picture } from '../../nodes/shared/style';
import { colourDifference, readEntry } from '../../nodes/shared/style/palette';
import { sizeOfPicture } from '../../nodes/shared/style/pictures';
import { gif, jpeg, png, webp } from './pictures';
import sharma from './ciede2000.json';

const lab = ([l, a, b]: number[]) => ({ mode: 'lab65' as const, l: l ?? 0, a: a ?? 0, b: b ?? 0 });

describe('the difference of colours', () => {
	it.each(sharma.pairs)('is that of the published test data: %j', (...row: number[]) => {
		const [one, other, expected] = [row.slice(0, 3), row.slice(3, 6), row[6]];
		expect(colourDifference(lab(one), lab(other))).toBeCloseTo(expected ?? NaN, 4);
	});

	it('is the same both ways, and nothing for the same colour', () => {
		const channel = fc.integer({ min: 0, max: 255 });
		const colour = fc
			.tuple(channel, channel, channel)
			.map(([r, g, b]) => ({ mode: 'rgb' as const, r: r / 255, g: g / 255, b: b / 255 }));
		fc.assert(
			fc.property(colour, colour, (one, other) => {
				const there = colourDifference(one, other);
				expect(colourDifference(other, one)).toBeCloseTo(there, 9);
				expect(there).toBeGreaterThanOrEqual(0);
				expect(colourDifference(one, one)).toBe(0);
			}),
		);
	});
});

describe('reading the entry of a palette', () => {
	it.each([
		['#0B0C10', 1],
		['#abc', 1],
		['＃0b0c10', 1],
		['rgb(255, 138, 0)', 1],
		['rgb(255 138 0)', 1],
		['hsl(30 100% 50%)', 1],
		['oklch(0.7 0.15 60)', 1],
		['navy', 1],
		['Dark Slate Gray', 1],
		['dark-orange', 1],
		['sodium orange (#FF8A00)', 1],
		['from #000000 to #FFFFFF', 2],
	])('%j names %s', (entry, count) => {
		const read = readEntry(entry);
		expect(read.state).toBe('colours');
		expect(read.state === 'colours' ? read.colours.length : 0).toBe(count);
	});

	it.each(['#12345', '#GG0000', 'red (#FF00ZZ)', '#'.padEnd(9, 'f') + '0'])(
		'%j looks like one and is none',
		(entry) => {
			expect(readEntry(entry)).toMatchObject({ state: 'malformed' });
		},
	);

	it.each([
		'sodium glow',
		'facade',
		'deep navy',
		'',
		'transparent',
		'#FF8A0080',
		'rgb(1 2 3 / 50%)',
		'x'.repeat(1000),
	])('%j cannot be measured', (entry) => {
		expect(readEntry(entry)).toEqual({ state: 'unclear' });
	});

	it('reads any text without failing', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('#', 'rgb(', '', 'hsl(1'), (text, start) => {
				expect(['colours', 'malformed', 'unclear']).toContain(readEntry(start + text).state);
			}),
		);
	});
});

describe('a palette rule', () => {
	const find = (palette: unknown, more: object = {}): Finding | undefined =>
		checkPlainRules(
			JSON.parse(JSON.stringify({ palette })),
			parseGuide([{ kind: 'palette', colours: '#0B0C10, rgb(197, 131, 43), silver', ...more }]).rules,
		)[0];

	it.each<[unknown, Finding['state']]>([
		[['#0C0D12', '#C5832B'], 'holds'],
		[['#C0C0C0'], 'holds'],
		[['#0C0D12', '#00FF00'], 'broken'],
		[['night blue'], 'unsure'],
		[['night blue', '#00FF00'], 'broken'],
		[['#XYZ'], 'broken'],
		[[], 'broken'],
		[undefined, 'broken'],
		['#C5832B', 'holds'],
	])('%j: %s', (palette, state) => {
		expect(find(palette)).toMatchObject({ state });
	});

	it('says how far away, and what to use', () => {
		expect(find(['#00FF00'])).toMatchObject({
			evidence: expect.stringMatching(/^"#00FF00" is \d+\.\d away from the palette, 10 is allowed$/),
			fix: "Use colours near '#0B0C10', 'rgb(197, 131, 43)', 'silver' in 'palette'.",
		});
	});

	it('minds how far is allowed', () => {
		expect(find(['#D0D0D0'], { tolerance: 1 })).toMatchObject({ state: 'broken' });
		expect(find(['#D0D0D0'], { tolerance: 20 })).toMatchObject({ state: 'holds' });
	});

	it('refuses a guide whose palette has something else', () => {
		expect(() => parseGuide([{ kind: 'palette', colours: ['night'] }])).toThrow(/'colours' should be/);
	});
});

describe('a rule about pictures', () => {
	const find = (rule: object, ...pictures: Array<Uint8Array | undefined>): Finding | undefined =>
		checkPlainRules(
			{ title: 'x' },
			parseGuide([{ kind: 'picture', ...rule }]).rules,
			pictures.map((head, index): Picture => ({ name: `still ${index + 1}.png`, head })),
		)[0];

	it.each<[object, Uint8Array | undefined, Finding['state']]>([
		[{ aspects: '16:9' }, png(1920, 1080), 'holds'],
		[{ aspects: '16:9' }, png(1080, 1920), 'broken'],
		[{ aspects: '16:9, 2.39:1' }, png(1920, 804), 'holds'],
		[{ aspects: '1.85' }, png(1920, 804), 'broken'],
		[{ aspects: '4:3' }, jpeg(800, 600), 'holds'],
		[{ aspects: '3:4' }, jpeg(800, 600, 6), 'holds'],
		[{ minWidth: 1920 }, gif(640, 480), 'broken'],
		[{ minWidth: 640, maxHeight: 480 }, gif(640, 480), 'holds'],
		[{ maxWidth: 2048 }, webp(4096, 100), 'broken'],
		[{ minHeight: 100 }, webp(4096, 100), 'holds'],
		[{ minWidth: 1 }, Buffer.from('not a picture'), 'unsure'],
		[
			{ minWidth: 1 },
			Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'),
			'unsure',
		],
		[{ minWidth: 1 }, png(1920, 1080).subarray(0, 12), 'unsure'],
		[{ minWidth: 1 }, png(0, 0), 'unsure'],
		[{ minWidth: 1 }, new Uint8Array(), 'unsure'],
		[{ minWidth: 1 }, undefined, 'unsure'],
	])('%j: %#', (rule, head, state) => {
		expect(find(rule, head)).toMatchObject({ state });
	});

	it('is broken without a picture, by one bad one of several, and before one that cannot be read', () => {
		expect(find({ minWidth: 100 })).toMatchObject({ state: 'broken', evidence: 'there is no picture' });
		expect(find({ minWidth: 100 }, png(200, 10), undefined, png(50, 10))).toMatchObject({
			state: 'broken',
			evidence: "'still 3.png' is 50 x 10 pixels, less than 100 wide",
			fix: 'Make the picture at least 100 pixels wide.',
		});
	});

	it('reads the head of damaged files without failing, hanging or sizes that are none', () => {
		const heads = [png(1920, 1080), jpeg(800, 600, 6), gif(640, 480), webp(320, 200)];
		fc.assert(
			fc.property(
				fc.constantFrom(...heads),
				fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
				fc.nat(300),
				(head, changes, end) => {
					const bytes = Uint8Array.from(head);
					for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
					const size = sizeOfPicture({ name: 'x', head: bytes.subarray(0, end) });
					if (size !== undefined) expect(Math.min(size.width, size.height)).toBeGreaterThan(0);
				},
			),
			{ numRuns: 3000 },
		);
	});

	it.each([
		[{}, /'aspects' or a size in pixels should be given/],
		[{ aspects: 'wide' }, /'aspects' should be a list of shapes/],
		[{ aspects: '16:0' }, /'aspects' should be/],
		[{ minWidth: 10, maxWidth: 5 }, /'maxWidth' should be 10 or more/],
		[{ minWidth: 0, minHeight: 0 }, /'aspects' or a size/],
	])('refuses %j', (rule, message) => {
		expect(() => parseGuide([{ kind: 'picture', ...rule }])).toThrow(message);
	});
});
