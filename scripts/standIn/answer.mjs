/** An answer to any JSON schema: scripted texts where a field's name is known, words of the brief where it is not. */
import { asksForGuide, compiledGuide } from './guide.mjs';
import { rulingsFor } from './judge.mjs';
import { NOIR_INTENT } from './noir.mjs';
import { conceptsFor, readPrompt, revisionFor } from './prompt.mjs';

/** @typedef {import('./prompt.mjs').Prompt} Prompt */
/** @typedef {Record<string, any>} Schema */
/** @typedef {{ prompt: Prompt, root: Schema, known: Record<string, unknown>, alwaysFail: boolean, depth: number }} Scope */

const MAX_DEPTH = 8;
const SHOTS = ['Wide', 'Close', 'Low angle', 'Over the shoulder'];

/** Other names of what the scripts know. */
const ALIASES = /** @type {Record<string, string>} */ ({
	name: 'title',
	headline: 'title',
	summary: 'logline',
	description: 'logline',
	synopsis: 'logline',
	premise: 'logline',
	idea: 'logline',
	look: 'visualapproach',
	visualstyle: 'visualapproach',
	visuals: 'visualapproach',
	style: 'visualapproach',
	treatment: 'visualapproach',
	shots: 'keyframes',
	frames: 'keyframes',
	beats: 'keyframes',
	panels: 'keyframes',
	keymoments: 'keyframes',
	colours: 'palette',
	colors: 'palette',
	mood: 'tone',
	music: 'sound',
	audio: 'sound',
	cameramovement: 'camera',
	goals: 'scenegoals',
	musthaves: 'musthave',
	mustavoids: 'mustavoid',
	avoid: 'mustavoid',
	targetaudience: 'audience',
});

/**
 * What the stand-in says to a request with a schema.
 * @param {any} body A `generateContent` request. @param {{ alwaysFail?: boolean }} [options]
 * @returns {{ value: unknown, isVerdict: boolean }}
 */
export function answerTo(body, { alwaysFail = false } = {}) {
	const config = body?.generationConfig ?? {};
	const root = config.responseJsonSchema ?? config.responseSchema;
	const prompt = readPrompt(body);
	if (!root) return { value: plainText(prompt), isVerdict: false };
	if (asksForGuide(root)) return { value: compiledGuide(prompt.text), isVerdict: false };
	/** @type {Scope} */
	const scope = { prompt, root, known: {}, alwaysFail, depth: 0 };
	return { value: fill(root, '', scope), isVerdict: asksForRulings(root) };
}

/** Whether the schema is a judge's. @param {Schema | undefined} schema @returns {boolean} */
export function asksForRulings(schema) {
	return schema !== undefined && /"(ruleId|rule_id)"/.test(JSON.stringify(schema));
}

/** @param {Prompt} prompt */
function plainText({ about }) {
	return `A short answer about ${about.subject}: start from ${about.details.slice(0, 3).join(', ')}, and keep it simple.`;
}

/** @param {Schema} given @param {string} name @param {Scope} scope @returns {unknown} */
function fill(given, name, scope) {
	const schema = resolve(given, scope.root);
	const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
	if (Array.isArray(values)) return values.includes(recall(name, scope)) ? recall(name, scope) : values[0];
	switch (typeOf(schema)) {
		case 'object':
			return fillObject(schema, scope);
		case 'array':
			return fillArray(schema, name, scope);
		case 'integer':
		case 'number':
			return fillNumber(schema, name);
		case 'boolean':
			return true;
		case 'null':
			return null;
		default:
			return fillText(schema, name, scope);
	}
}

/** Follows references and takes the first way that is not null. @param {Schema} schema @param {Schema} root @returns {Schema} */
function resolve(schema, root) {
	if (typeof schema.$ref === 'string') {
		const target = schema.$ref.replace(/^#\/?/, '').split('/').filter(Boolean);
		const found = target.reduce((at, key) => at?.[key], /** @type {any} */ (root));
		return found ? resolve(found, root) : {};
	}
	const ways = schema.anyOf ?? schema.oneOf;
	if (Array.isArray(ways)) return resolve(ways.find((way) => way.type !== 'null') ?? {}, root);
	return schema;
}

/** @param {Schema} schema @returns {string} */
function typeOf(schema) {
	const type = Array.isArray(schema.type)
		? schema.type.find((/** @type {string} */ one) => one !== 'null')
		: schema.type;
	if (typeof type === 'string') return type.toLowerCase();
	return schema.properties ? 'object' : schema.items ? 'array' : 'string';
}

/** @param {Schema} schema @param {Scope} scope */
function fillObject(schema, scope) {
	if (scope.depth > MAX_DEPTH) return {};
	const properties = schema.properties ?? {};
	const known = { ...scope.known, ...knownFor(schema, scope) };
	const inner = { ...scope, known, depth: scope.depth + 1 };
	const required = schema.required ?? [];
	// A field that may be left out is left out where it leads back into itself.
	const names = Object.keys(properties).filter(
		(key) => required.includes(key) || scope.depth < MAX_DEPTH - 2,
	);
	const order = [
		...required.filter((/** @type {string} */ key) => key in properties),
		...names.filter((key) => !required.includes(key)),
	];
	return Object.fromEntries(order.map((key) => [key, fill(properties[key], key, inner)]));
}

/** What is scripted about an object, by what its fields look like. @param {Schema} schema @param {Scope} scope */
function knownFor(schema, { prompt, known }) {
	const fields = new Set(Object.keys(schema.properties ?? {}).map(canonical));
	if (fields.has('scenegoals') || fields.has('musthave') || (fields.has('audience') && fields.has('genre')))
		return intentFor(prompt);
	const isPiece = fields.has('title') && (fields.size > 2 || fields.has('logline'));
	if (isPiece && Object.keys(known).length === 0) {
		return keyed(revisionFor(prompt) ?? conceptsFor(prompt, 1)[0] ?? {});
	}
	return {};
}

/** @param {Prompt} prompt */
function intentFor({ isNoir, about, brief }) {
	if (isNoir) return keyed({ ...NOIR_INTENT, brief });
	const [first = 'what matters', second = first, third = second] = about.details;
	return keyed({
		title: about.Subject,
		logline: `${about.Subject}, told so that “${first}” stays with the people who see it.`,
		genre: 'Short film',
		tone: ['warm', 'direct', 'confident'],
		sceneGoals: [
			`Show ${about.subject} in use`,
			`Make “${first}” felt`,
			`Leave one clear thought: “${second}”`,
		],
		audience: `People who care about “${first}”`,
		mustHave: [about.subject, first, second],
		mustAvoid: ['clichés', 'empty superlatives'],
		palette: ['#F4EDE1', '#22304A', '#B5714F'],
		format: 'Storyboard, 16:9',
		brief,
		constraints: [third],
	});
}

/** @param {object} values @returns {Record<string, unknown>} */
function keyed(values) {
	return Object.fromEntries(Object.entries(values).map(([key, value]) => [canonical(key), value]));
}

/** @param {string} name */
function canonical(name) {
	const plain = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
	return ALIASES[plain] ?? plain;
}

/** @param {Schema} schema @param {string} name @param {Scope} scope */
function fillArray(schema, name, scope) {
	const item = resolve(schema.items ?? {}, scope.root);
	const fit = (/** @type {number} */ wish) =>
		Math.min(Math.max(wish, schema.minItems ?? 0), schema.maxItems ?? Infinity);
	if (asksForRulings(item)) return rulingsFor(scope.prompt.text, scope);
	if (typeOf(item) === 'object') return fillObjects(item, name, scope, fit);
	const known = recall(name, scope);
	const values = Array.isArray(known) ? known : known === undefined ? undefined : [known];
	if (typeOf(item) === 'string' && !item.enum && values) {
		const count = fit(values.length);
		return Array.from({ length: count }, (_, index) =>
			limit(item, String(values[index] ?? `${values[index % values.length]} (${index + 1})`)),
		);
	}
	const choices = item.enum?.length;
	const count = fit(choices ? 1 : 3);
	return Array.from({ length: count }, (_, index) =>
		choices
			? item.enum[index % choices]
			: fill(item, `${name} ${index + 1}`, { ...scope, depth: scope.depth + 1 }),
	);
}

/** @param {Schema} item @param {string} name @param {Scope} scope @param {(wish: number) => number} fit */
function fillObjects(item, name, scope, fit) {
	const frames = recall(name, scope);
	if (Array.isArray(frames)) {
		return Array.from({ length: fit(frames.length) }, (_, index) =>
			fillObject(item, { ...scope, known: frameAt(frames, index), depth: scope.depth + 1 }),
		);
	}
	const fields = new Set(Object.keys(item.properties ?? {}).map(canonical));
	if (!fields.has('title')) return Array.from({ length: fit(2) }, () => fillObject(item, scope));
	return conceptsFor(scope.prompt, fit(scope.prompt.count)).map((concept) =>
		fillObject(item, { ...scope, known: keyed(concept) }),
	);
}

/** One key frame as an object: whatever its text is called, and a plausible shot. @param {unknown[]} frames @param {number} index */
function frameAt(frames, index) {
	const text = String(frames[index % frames.length]);
	const shot = SHOTS[index % SHOTS.length];
	return {
		title: text.split(/[:;,]/)[0],
		logline: text,
		text,
		action: text,
		image: text,
		visual: text,
		frame: text,
		caption: text,
		shot,
		angle: shot,
		camera: shot,
	};
}

/** @param {Schema} schema @param {string} name */
function fillNumber(schema, name) {
	const minimum = schema.minimum ?? 0;
	const maximum = schema.maximum ?? (/score|confidence|share|ratio|probab/i.test(name) ? 1 : minimum + 10);
	const value = minimum + (maximum - minimum) * (/score|confidence/i.test(name) ? 0.9 : 0.5);
	return typeOf(schema) === 'integer' ? Math.round(value) : Math.round(value * 100) / 100;
}

/** @param {string} name @param {Scope} scope */
function recall(name, scope) {
	return scope.known[canonical(name)];
}

/** @param {Schema} schema @param {string} name @param {Scope} scope */
function fillText(schema, name, scope) {
	if (schema.format === 'date-time') return '2026-01-31T09:00:00Z';
	if (schema.format === 'date') return '2026-01-31';
	if (schema.format === 'time') return '09:00:00Z';
	const known = recall(name, scope);
	if (known !== undefined) return limit(schema, Array.isArray(known) ? known.join(', ') : String(known));
	return limit(schema, inventText(name, scope.prompt));
}

/** @param {string} name @param {Prompt} prompt */
function inventText(name, { about, text }) {
	const words = name
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.replace(/[_-]+/g, ' ')
		.trim()
		.toLowerCase();
	const weight = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), text.length);
	const pick = (/** @type {number} */ step) =>
		about.details[(weight + step) % about.details.length] ?? 'what matters';
	if (/tagline|slogan|claim|hook/.test(words)) return `${about.Subject}: ${pick(0)}.`;
	if (/question/.test(words)) return `What would ${about.subject} be without “${pick(0)}”?`;
	if (/\b(url|link)\b/.test(words)) return 'https://example.org/';
	if (/title|name|headline/.test(words)) return `${about.Subject}: ${pick(0)}`;
	if (/draft|copy|body|article|script|text/.test(words)) {
		return `This is about ${about.subject}. It begins with “${pick(0)}”, goes on with “${pick(1)}”, and ends on one thought: “${pick(2)}”.`;
	}
	return `${words ? `${words[0]?.toUpperCase()}${words.slice(1)}: ` : ''}${about.subject}, “${pick(0)}”, “${pick(1)}”`;
}

/** Keeps to a length that the schema names, by keyword or in the words of its description. @param {Schema} schema @param {string} text */
function limit(schema, text) {
	const said = /at most (\d+) characters/i.exec(schema.description ?? '')?.[1];
	const longest = schema.maxLength ?? (said ? Number(said) : Infinity);
	const shortest = schema.minLength ?? 0;
	const cut =
		text.length <= longest
			? text
			: text.slice(0, Math.max(0, longest - 1)).trimEnd() + (longest > 1 ? '…' : '');
	return cut.length >= shortest ? cut : cut.padEnd(shortest, '.');
}
