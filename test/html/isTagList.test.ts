import { isTagList } from '../../nodes/shared/html';

it.each<[string, unknown[], boolean]>([
	['Tone', ['tense', 'a little magical'], true],
	['Palette', ['#B5714F', '#3B3D40'], true],
	['Key frames', ['Hands that make', 'Hands that rest'], false],
	['Shots', ['Wide', 'Close'], false],
	['Steps', [1, 2], false],
	['Frameworks', ['one', 'two'], true],
	['Must have', ['A sentence that is longer than a tag can be'], false],
	['Cast', [{ name: 'Ana' }], false],
])('"%s" with %p side by side: %p', (label, members, expected) => {
	expect(isTagList(label, members)).toBe(expected);
});
