/** The labelled set: what rules without a judge have to find, on 32 concepts of many kinds. `npm run eval` does the judged ones. */
import { checkPlainRules, parseGuide } from '../../nodes/shared/style';
import labelled from './sets/labelled.json';

const { rules } = parseGuide(labelled.rules);
const plain = rules.filter(({ kind }) => kind !== 'judged');
const judged = rules.filter(({ kind }) => kind === 'judged');

it('has at least 120 pairs of a concept and a rule, some of them held out', () => {
	const pairs = labelled.concepts.map(({ judged: labels }) => plain.length + Object.keys(labels).length);
	expect(pairs.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(120);
	const heldOut = labelled.concepts.filter(({ split }) => split === 'holdOut').length;
	expect(heldOut / labelled.concepts.length).toBeGreaterThan(0.3);
	expect(new Set(labelled.concepts.map(({ id }) => id)).size).toBe(labelled.concepts.length);
});

it('has kept and broken examples of every rule, in both parts', () => {
	for (const split of ['train', 'holdOut']) {
		const part = labelled.concepts.filter((concept) => concept.split === split);
		for (const { id } of judged) {
			const answers = part.flatMap(({ judged: labels }) =>
				Object.entries(labels).flatMap(([key, value]) => (key === id ? [value] : [])),
			);
			expect([split, id, new Set(answers).size]).toEqual([split, id, 2]);
		}
	}
	for (const { id } of plain) {
		expect([id, labelled.concepts.some(({ breaks }) => breaks.some((each) => each === id))]).toEqual([
			id,
			true,
		]);
	}
});

it('names only rules that there are', () => {
	const known = new Set(rules.map(({ id }) => id));
	const named = labelled.concepts.flatMap(({ breaks, judged: labels }) => [
		...breaks,
		...Object.keys(labels),
	]);
	expect(named.filter((id) => !known.has(id))).toEqual([]);
});

it.each(labelled.concepts)('$id: finds exactly what is broken', ({ content, breaks }) => {
	const findings = checkPlainRules(content, plain);
	expect(findings.map(({ rule, state }) => [rule.id, state])).toEqual(
		plain.map(({ id }) => [id, breaks.some((each) => each === id) ? 'broken' : 'holds']),
	);
});
