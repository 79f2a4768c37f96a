/** The figures in docs/reliability.md that come from a formula. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TEXT = readFileSync(join(__dirname, '../../docs/reliability.md'), 'utf8');
const [P, STEPS] = [0.03, 6];

/** Adds up try after try, without the closed form that the page shows. */
function pipeline(recall: number, tries: number) {
	let [right, silent, open] = [0, 0, 1];
	for (let attempt = 0; attempt < tries; attempt++) {
		right += open * (1 - P);
		silent += open * P * (1 - recall);
		open *= P * recall;
	}
	const [allRight, noneStopped] = [right ** STEPS, (right + silent) ** STEPS];
	return [allRight, noneStopped - allRight, 1 - noneStopped].map((share) => share.toFixed(4));
}

it('has the table of what recall and tries come to', () => {
	const rows = [
		...TEXT.matchAll(/^\| ([\d.]+)(?: \(no check\))? \| (\d+|any) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$/gm),
	];

	expect(rows).toHaveLength(6);
	for (const [, recall, tries, ...shares] of rows) {
		expect([recall, tries, ...shares]).toEqual([
			recall,
			tries,
			...pipeline(Number(recall), tries === 'any' ? 4 : Number(tries)),
		]);
	}
});

it('has the two figures that it begins with', () => {
	expect((0.97 ** 6).toFixed(3)).toBe('0.833');
	expect(((1 - 0.03 ** 3) ** 6).toFixed(4)).toBe('0.9998');
	expect(TEXT).toContain('0.97^6 = 0.833');
	expect(TEXT).toContain('0.999973^6 = 0.9998');
});
