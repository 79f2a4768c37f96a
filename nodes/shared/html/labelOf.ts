/** A field's name as a person writes it: `visualApproach` and `visual_approach` become "Visual approach". */
export function labelOf(name: string): string {
	const words = name
		.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
		.replace(/[_\-\s]+/g, ' ')
		.trim()
		.toLowerCase();
	return words === '' ? name : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
