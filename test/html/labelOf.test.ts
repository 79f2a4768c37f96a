/** Names of fields, as a person writes them. */
import { labelOf } from '../../nodes/shared/html';

describe('labelOf', () => {
	it.each([
		['visualApproach', 'Visual approach'],
		['visual_approach', 'Visual approach'],
		['Key-Frames  2', 'Key frames 2'],
		['scène1Été', 'Scène1 été'],
		['__', '__'],
		['', ''],
	])('writes %p as %p', (name, label) => {
		expect(labelOf(name)).toBe(label);
	});
});
