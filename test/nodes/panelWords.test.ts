/** Words of the panels. A 0 that means "no limit" reads as one: the label says it. */
import type { INodeProperties } from 'n8n-workflow';
import { HumanGate } from '../../nodes/HumanGate/HumanGate.node';
import { RetryRouter } from '../../nodes/RetryRouter/RetryRouter.node';
import { DEFAULT_ACCENT } from '../../nodes/shared/page';
import { StatusPage } from '../../nodes/StatusPage/StatusPage.node';
import { ruleFields } from '../../nodes/StyleValidator/actions/ruleFields';

const within = (fields: readonly INodeProperties[]): INodeProperties[] =>
	fields.flatMap((field) => [
		field,
		...within((field.options ?? []).filter((option): option is INodeProperties => 'type' in option)),
	]);
const labels = new Map(
	within([
		...new HumanGate().description.properties,
		...new RetryRouter().description.properties,
		...ruleFields,
	]).map(({ name, displayName }) => [name, displayName]),
);

it.each([
	['waitHours', 'No Limit'],
	['linkDays', 'No Limit'],
	['target', 'All'],
	['deadline', 'None'],
	['spendCap', 'No Limit'],
	['minWidth', 'Any'],
	['maxHeight', 'Any'],
])('%s says that 0 is "%s"', (name, meaning) => {
	expect(labels.get(name)).toMatch(new RegExp(`0 = ${meaning}\\)$`));
});

it('a rule is described in the words of the review page', () => {
	const [severity] = ruleFields.filter(({ name }) => name === 'severity');
	expect(labels.get('field')).toBe('Look Only At');
	expect(severity?.options).toMatchObject([
		{ name: 'The Work Must Change', value: 'hard' },
		{ name: 'It Could Be Better', value: 'soft' },
	]);
});

it('pages have one colour where nobody chose another', () => {
	const accents = [new HumanGate(), new StatusPage()].map(({ description }) =>
		within(description.properties).find(({ name }) => name === 'accent'),
	);
	expect(accents.map((accent) => accent?.default)).toEqual([DEFAULT_ACCENT, DEFAULT_ACCENT]);
});
