/** Rules about what a work says: words, length, values and patterns. */
import { broken, listWords, QUOTE_LENGTH, unsure, type Check } from './check';
import { countUnits } from './count';
import type { PlainRuleOf } from './guide';
import { readPattern } from './pattern';
import { clean, findWord, fold, quoteAround, shorten, type Hit } from './text';

export function bannedWords(rule: PlainRuleOf<'bannedWords'>): Check {
	const needles = rule.words.map((word) => ({ word, needle: fold(word) }));
	return ({ searchable }) => {
		const text = searchable();
		let first: { word: string; hit: Hit } | undefined;
		const found: string[] = [];
		for (const { word, needle } of needles) {
			const hit = findWord(text, needle);
			if (hit === undefined) continue;
			first ??= { word, hit };
			found.push(word);
		}
		if (first === undefined) return undefined;
		return broken(
			`${listWords([first.word])} is used: "${quoteAround(text.shown, first.hit)}"`,
			`Leave out ${listWords(found)}.`,
		);
	};
}

export function requiredWords(rule: PlainRuleOf<'requiredWords'>): Check {
	const needles = rule.words.map((word) => ({ word, needle: fold(word) }));
	return ({ searchable }) => {
		const text = searchable();
		const absent = needles.filter(({ needle }) => findWord(text, needle) === undefined);
		if (absent.length === 0 || (rule.mode === 'any' && absent.length < needles.length)) return undefined;
		const isChoice = rule.mode === 'any' && absent.length > 1;
		const words = listWords(absent.map(({ word }) => word));
		const verb = absent.length === 1 ? 'is' : 'are';
		return broken(
			isChoice ? `none of ${words} is in the text` : `${words} ${verb} not in the text`,
			isChoice ? `Use at least one of ${words}.` : `Use ${words}.`,
		);
	};
}

export function length({ unit, min = 0, max = Infinity }: PlainRuleOf<'length'>): Check {
	return ({ parts }) => {
		let count = 0;
		for (const part of parts) count += countUnits(part, unit);
		if (count < min) {
			return broken(`${count} ${unit} where at least ${min} are asked for`, `Write at least ${min} ${unit}.`);
		}
		if (count > max) {
			return broken(`${count} ${unit} where at most ${max} are allowed`, `Cut it to at most ${max} ${unit}.`);
		}
		return undefined;
	};
}

export function allowedValues({ field, values }: PlainRuleOf<'allowedValues'>): Check {
	const allowed = new Set(values.map(fold));
	return ({ parts }) => {
		const other = parts.length === 0 ? '' : parts.find((part) => !allowed.has(fold(part)));
		if (other === undefined) return undefined;
		return broken(
			other === '' ? `the field '${field}' is empty` : `"${shorten(other, QUOTE_LENGTH)}" is not allowed`,
			`Use one of ${listWords(values)} in '${field}'.`,
		);
	};
}

export function pattern(rule: PlainRuleOf<'pattern'>): Check {
	const read = readPattern(rule.pattern);
	const shown = `the pattern ${shorten(rule.pattern, 60)}`;
	// A guide is read by parseGuide, which refuses such a pattern; what came another way must not pass.
	if ('problem' in read) return () => unsure(`${shown} cannot be read`, 'Correct the pattern in the guide.');
	const tooLong = unsure(
		`the text is too long for ${shown}`,
		'Shorten the text, or make the pattern simpler.',
	);
	if (rule.match === 'every') {
		return ({ parts }) => {
			const entries = parts.map(clean);
			const hits = entries.map((entry) => read.find(entry));
			if (hits.includes('too long')) return tooLong;
			const other = entries.length === 0 ? '' : entries[hits.indexOf(undefined)];
			if (other === undefined) return undefined;
			return broken(
				other === ''
					? `there is nothing that fits ${shown}`
					: `"${shorten(other, QUOTE_LENGTH)}" does not fit ${shown}`,
				`Write each entry so that it fits ${shown}.`,
			);
		};
	}
	return ({ searchable }) => {
		const text = searchable().shown;
		const hit = read.find(text);
		if (hit === 'too long') return tooLong;
		if (rule.match === 'some') {
			return hit === undefined
				? broken(`nothing in the text fits ${shown}`, `Write something that fits ${shown}.`)
				: undefined;
		}
		return hit === undefined
			? undefined
			: broken(`this fits ${shown}: "${quoteAround(text, hit)}"`, `Leave out what fits ${shown}.`);
	};
}
