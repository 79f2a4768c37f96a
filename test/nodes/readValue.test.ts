import { readValue } from '../../nodes/SharedStateStore/actions/writeField';

describe('what a person typed as a value', () => {
	it.each([
		['12', 12],
		['-0.5', -0.5],
		['1.50', 1.5],
		['1e3', 1000],
		['0.000', 0],
		['1E-7', 1e-7],
		['9007199254740991', 9007199254740991],
		['100000000000000000000000', 1e23],
	])('is the number %s where a number can be it', (typed, value) => {
		expect(readValue(typed)).toBe(value);
	});

	it.each(['120210000000000123', '-9007199254740993', '1e999', '0.12345678901234567890', '007', '+1', '1.'])(
		'stays the text %s where a number would be another one or JSON has no such number',
		(typed) => {
			expect(readValue(typed)).toBe(typed);
		},
	);

	it('keeps long numbers inside lists and objects too, and nothing else as text', () => {
		expect(readValue('{"id": 120210000000000123, "n": [1.0, 1e999], "text": "1e999", "no": null}')).toEqual({
			id: '120210000000000123',
			n: [1, '1e999'],
			text: '1e999',
			no: null,
		});
	});
});
