/** Whatever colour a brand has, text on it and in it can be read. */
import fc from 'fast-check';
import { DEFAULT_ACCENT, NIGHT, PAPER, accentColours, contrastOf } from '../../nodes/shared/page/colours';
import { PAGE_STYLE } from '../../nodes/shared/page/styles';

const colour = fc
	.integer({ min: 0, max: 0xffffff })
	.map((number) => `#${number.toString(16).padStart(6, '0')}`);

it('counts contrast as WCAG does', () => {
	expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21);
	expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

it('gives every accent a contrast of 4.5 on its button, on paper and at night', () => {
	fc.assert(
		fc.property(colour, (accent) => {
			const { onAccent, onPaper, onNight } = accentColours(accent);
			const contrasts = [
				contrastOf(accent, onAccent),
				contrastOf(onPaper, PAPER),
				contrastOf(onPaper, '#ffffff'),
				contrastOf(onNight, NIGHT),
				contrastOf(onNight, '#121214'),
			];
			return contrasts.every((contrast) => contrast >= 4.5);
		}),
		{ numRuns: 2000 },
	);
});

it('leaves an accent alone that can be read as it is', () => {
	expect(accentColours('#9C2018').onPaper).toBe('#9c2018');
});

it.each(['red', '#fff', '#12345g', '#123456;}body{display:none', ''])('does not use %p', (accent) => {
	expect(accentColours(accent).accent).toBe(DEFAULT_ACCENT);
});

it('knows the backgrounds that the style has', () => {
	expect(PAGE_STYLE).toContain(`--tint:${PAPER}`);
	expect(PAGE_STYLE).toContain(`--tint:${NIGHT}`);
});
