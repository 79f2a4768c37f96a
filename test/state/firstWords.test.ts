import { firstWords } from '../../nodes/shared/state/firstWords';

describe('the first words of a text', () => {
	it('are the whole of a short one, on one line', () => {
		expect(firstWords('  A runner\n crosses\tthe roofs. ')).toBe('A runner crosses the roofs.');
		expect(firstWords(' \n ')).toBe('');
	});

	it('are its first 60 characters, and never half an emoji', () => {
		const words = firstWords(`${'a'.repeat(59)}🌧 and more`);
		expect(words).toBe(`${'a'.repeat(59)}🌧…`);
		expect(words.isWellFormed()).toBe(true);
	});
});
