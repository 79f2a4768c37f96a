/**
 * Answers as no model should give them, thousands of them: none stops the process, none hangs, and none counts that the
 * schema would refuse. `GREENLIGHT_MUTATED_ANSWERS` says how many, and `GREENLIGHT_SEED` which.
 */
import { z } from 'zod/v4';
import { isPipelineError } from '../../nodes/shared/errors';
import { askForJson } from '../../nodes/shared/model';
import { foreignAnswer } from '../../nodes/shared/model/failures';
import { readAnswer } from '../../nodes/shared/model/answer';
import { fakeDeps } from './fixtures';
import { answerBody } from './geminiServer';

const COUNT = Number(process.env['GREENLIGHT_MUTATED_ANSWERS'] ?? 600);
const SEED = Number(process.env['GREENLIGHT_SEED'] ?? 20261123);
/** One answer may take so long, in ms of CPU; the slowest take a few. */
const LONGEST_MS = 2000;

const schema = z.object({
	concepts: z
		.array(
			z.object({
				title: z.string().min(1).max(80),
				logline: z.string().max(300),
				score: z.number().min(0).max(1),
				tone: z.array(z.enum(['tense', 'warm'])).min(1),
				isFinal: z.boolean(),
			}),
		)
		.length(2),
});

const GOOD = {
	concepts: [
		{ title: 'Night Ferry', logline: 'Two strangers, one bag.', score: 0.7, tone: ['tense'], isFinal: true },
		{ title: 'Dry Dock', logline: 'Nobody "left". {But} one', score: 1, tone: ['warm'], isFinal: false },
	],
};

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

const WRONG = [
	'null',
	'true',
	'-1',
	'1e999',
	'NaN',
	'Infinity',
	'"2"',
	'[]',
	'{}',
	'""',
	'[[[]]]',
	'0x10',
	"'a'",
];
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'length', '', '$ref', 'concepts'];

type Mutate = (text: string, random: () => number) => string;

const at = (text: string, random: () => number): number => Math.floor(random() * (text.length + 1));
const pick = <T>(list: readonly T[], random: () => number): T =>
	list[Math.floor(random() * list.length)] as T;

const MUTATIONS: readonly Mutate[] = [
	(text) => text,
	// Cut off, doubled, shuffled.
	(text, random) => text.slice(0, at(text, random)),
	(text, random) => text.slice(at(text, random)),
	(text) => text + text,
	(text) => `${text}\n${text}`,
	(text, random) => text.slice(0, at(text, random)) + text.slice(at(text, random)),
	// Fenced, wrapped, with words around.
	(text) => `\`\`\`json\n${text}\n\`\`\``,
	(text) => `\`\`\`json\n${text}\n\`\`\`\n\`\`\`json\n${text}\n\`\`\``,
	(text) => `Sure! Here you are:\n${text}`,
	(text) => `${text}\nLet me know if you need more.`,
	(text) => `\uFEFF${text}`,
	(text) => `/* note */ ${text}`,
	(text) => JSON.stringify(text),
	(text) => `[${text}]`,
	// Another value in the place of one that is there.
	(text, random) =>
		text.replace(pick([/"[^"]*"/, /\d+(\.\d+)?/, /true|false/, /\[[^[\]]*\]/], random), pick(WRONG, random)),
	(text, random) => text.replace(/"(title|score|tone|isFinal|concepts)":/, `"${pick(KEYS, random)}":`),
	(text, random) => text.replace('{', `{"${pick(KEYS, random)}":${pick(WRONG, random)},`),
	(text) =>
		text.replace('{', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},'),
	// Deep and huge.
	(text, random) => text.replace('0.7', `${'['.repeat(1 + random() * 50_000)}`),
	(text, random) => {
		const depth = 1 + Math.floor(random() * 5_000);
		return text.replace('0.7', `${'['.repeat(depth)}${']'.repeat(depth)}`);
	},
	(text, random) => text.replace('Night', 'N'.repeat(random() * 500_000)),
	(text, random) =>
		text.replace(
			'"tense"',
			Array(1 + Math.floor(random() * 5_000))
				.fill('"tense"')
				.join(),
		),
	// One character.
	(text, random) => {
		const place = at(text, random);
		return text.slice(0, place) + String.fromCharCode(random() * 0xffff) + text.slice(place + 1);
	},
	(text) => text.replaceAll('"', "'"),
	(text) => text.replace(/,/g, ',,'),
	(text) => text.replace(/\}/, ',}'),
	(text) => text.replaceAll(' ', '\u0000'),
	(text) => text.replace('tense', '\\ud800'),
];

/** Whether the text is JSON of the schema, by nothing but the two of them. */
function isRight(text: string): boolean {
	const inside = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/.exec(text)?.[1] ?? text;
	try {
		return schema.safeParse(JSON.parse(inside)).success;
	} catch {
		return false;
	}
}

/** What arrives: mostly a whole body with a mutated text in it, sometimes a mutated body. */
function arriving(text: string, random: () => number): { body: unknown; isWhole: boolean } {
	const whole = answerBody(null, { text });
	if (random() > 0.2) return { body: whole, isWhole: true };
	const mutated = pick(MUTATIONS, random)(JSON.stringify(whole), random);
	try {
		return { body: JSON.parse(mutated), isWhole: false };
	} catch {
		return { body: undefined, isWhole: false };
	}
}

test(`${COUNT} of them (seed ${SEED})`, async () => {
	const random = randomFrom(SEED);
	const counted = { accepted: 0, refused: 0 };
	for (let number = 0; number < COUNT; number++) {
		let text = JSON.stringify(GOOD);
		for (let times = 1 + Math.floor(random() * 3); times > 0; times--)
			text = pick(MUTATIONS, random)(text, random);
		const { body, isWhole } = arriving(text, random);
		let read = '';
		const generate = async () => {
			if (body === undefined) throw foreignAnswer();
			const answer = readAnswer(body, 'gemini-3.8-flash');
			read = answer.text;
			return answer;
		};
		const { deps } = fakeDeps([], { openClient: async () => ({ generate }) });
		const request = { model: 'gemini-3.8-flash', system: 's', prompt: 'p', schema };
		const before = process.cpuUsage();
		const result = await askForJson(request, deps).then(
			({ value }) => ({ value }),
			(error: unknown) => ({ error }),
		);
		const used = process.cpuUsage(before);
		expect((used.user + used.system) / 1000).toBeLessThan(LONGEST_MS);
		const name = `number ${number}: ${text.slice(0, 200)}`;
		if ('value' in result) {
			counted.accepted++;
			expect([name, schema.safeParse(result.value).success, isRight(read)]).toEqual([name, true, true]);
		} else {
			counted.refused++;
			const { error } = result;
			expect([name, isPipelineError(error) && error.code !== 'internal']).toEqual([name, true]);
			if (isWhole) expect([name, isRight(text)]).toEqual([name, false]);
		}
	}
	expect(Object({}).polluted).toBeUndefined();
	expect(counted.accepted).toBeGreaterThan(COUNT / 50);
	expect(counted.refused).toBeGreaterThan(COUNT / 2);
}, 600_000);
