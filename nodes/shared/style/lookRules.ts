/** Rules about how a work looks: its colours, and its pictures. */
import { broken, listWords, QUOTE_LENGTH, unsure, type Check, type Objection } from './check';
import type { PlainRuleOf } from './guide';
import { distanceToPalette, readColour, readEntry } from './palette';
import type { Pixels } from '../model';
import { hasAspect, readAspect, sizeOfPicture } from './pictures';
import { shorten } from './text';

export function palette({ field, colours: names, tolerance }: PlainRuleOf<'palette'>): Check {
	const colours = names.flatMap((name) => readColour(name) ?? []);
	const use = `Use colours near ${listWords(names)} in '${field}'.`;
	return ({ parts }) => {
		if (parts.length === 0) return broken(`the field '${field}' is empty`, use);
		let doubt: Objection | undefined;
		for (const part of parts) {
			const quoted = `"${shorten(part, QUOTE_LENGTH)}"`;
			const entry = readEntry(part);
			if (entry.state === 'malformed') {
				return broken(`${quoted} is no colour`, "Write colours as '#' and six digits, such as '#0B0C10'.");
			}
			if (entry.state === 'unclear') {
				doubt ??= unsure(
					`${quoted} is no colour that can be measured`,
					"Write colours as '#' and six digits, such as '#0B0C10'.",
				);
				continue;
			}
			const distance = Math.max(...entry.colours.map((colour) => distanceToPalette(colour, colours)));
			if (distance > tolerance) {
				return broken(
					`${quoted} is ${distance.toFixed(1)} away from the palette, ${tolerance} is allowed`,
					use,
				);
			}
			if (!(distance <= tolerance)) doubt ??= unsure(`${quoted} cannot be compared`, use);
		}
		return doubt;
	};
}

export function picture(rule: PlainRuleOf<'picture'>): Check {
	const { aspects = [], minWidth = 0, minHeight = 0, maxWidth = Infinity, maxHeight = Infinity } = rule;
	const ratios = aspects.flatMap((aspect) => readAspect(aspect) ?? []);
	const judge = ({ width, height }: Pixels): [fault: string, fix: string] | undefined => {
		if (aspects.length > 0 && !ratios.some((ratio) => hasAspect({ width, height }, ratio)))
			return [`not ${aspects.join(' or ')}`, `Make the picture ${aspects.join(' or ')}.`];
		if (width < minWidth)
			return [`less than ${minWidth} wide`, `Make the picture at least ${minWidth} pixels wide.`];
		if (height < minHeight)
			return [`less than ${minHeight} high`, `Make the picture at least ${minHeight} pixels high.`];
		if (width > maxWidth)
			return [`more than ${maxWidth} wide`, `Make the picture at most ${maxWidth} pixels wide.`];
		if (height > maxHeight)
			return [`more than ${maxHeight} high`, `Make the picture at most ${maxHeight} pixels high.`];
		return undefined;
	};
	return ({ pictures }) => {
		if (pictures.length === 0) return broken('there is no picture', 'Add a picture to the work.');
		let doubt: Objection | undefined;
		for (const each of pictures) {
			const name = shorten(each.name, 60);
			const size = sizeOfPicture(each);
			const fault = size === undefined ? undefined : judge(size);
			if (size !== undefined && fault !== undefined) {
				return broken(`'${name}' is ${size.width} x ${size.height} pixels, ${fault[0]}`, fault[1]);
			}
			if (size === undefined) {
				doubt ??= unsure(
					`the size of '${name}' cannot be read`,
					'Save the picture as PNG, JPEG or WebP, not larger than 32 MB.',
				);
			}
		}
		return doubt;
	};
}
