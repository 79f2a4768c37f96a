import fc from 'fast-check';
import { findJsonFault } from '../../nodes/shared/style/jsonFault';

describe('finding where text stops being JSON', () => {
	it('finds no fault in JSON', () => {
		fc.assert(
			fc.property(fc.json({ noUnicodeString: false }), fc.constantFrom(undefined, 2, '\t'), (text, space) => {
				expect(findJsonFault(JSON.stringify(JSON.parse(text), null, space))).toBeUndefined();
			}),
		);
	});

	it('finds a fault exactly where the parser finds one', () => {
		const pieces = [
			'{',
			'}',
			'[',
			']',
			',',
			':',
			'"a"',
			'"',
			'\\',
			'1',
			'-',
			'.5',
			'1e3',
			'true',
			'nul',
			' ',
			'\n',
			'"\\u00e9"',
			'"\\x"',
		];
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
				const text = parts.join('');
				const isJson = () => {
					try {
						JSON.parse(text);
						return true;
					} catch {
						return false;
					}
				};
				expect(findJsonFault(text) === undefined).toBe(isJson());
			}),
			{ numRuns: 3000 },
		);
	});

	it('reads a long text in one go', () => {
		expect(findJsonFault(`["${'a\\n'.repeat(200_000)}"`)).toMatchObject({
			expected: 'a comma or ]',
			found: '',
		});
		expect(findJsonFault('['.repeat(100_000))).toMatchObject({ column: 100_001 });
	});
});
