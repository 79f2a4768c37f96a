/** What the panel of Human Gate says beside its fields. */
import { NodeHelpers } from 'n8n-workflow';
import { HumanGate } from '../../nodes/HumanGate/HumanGate.node';
import { humanGate } from '../support/flow';

describe('the sentence about which logo the page shows', () => {
	const { description } = new HumanGate();
	const notice = description.properties.find(({ name }) => name === 'logoNotice');
	const isShown = (options: Record<string, string>): boolean => {
		const parameters = { options };
		if (notice === undefined) throw new Error('There is no such sentence.');
		return NodeHelpers.displayParameter(parameters, notice, humanGate('Gate', parameters), description);
	};

	it.each([
		['a web address', 'https://example.com/logo.png', true],
		['a file', 'logo.png', true],
		['a data: address', 'data:image/png;base64,AAAA', false],
		['nothing', '', false],
		['an expression, which may give one', '={{ $json.logo }}', true],
	])('with %s', (_, logo, shown) => {
		expect(isShown({ logo })).toBe(shown);
	});

	it('without a logo', () => {
		expect(isShown({})).toBe(false);
	});
});
