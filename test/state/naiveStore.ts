/** The store's promises in the simplest form that can be right: whole copies of everything, in memory. */
import type { Command, FieldDeclaration, Json, JsonObject } from '../../nodes/shared/state';
import { BUILT_IN_FIELDS, canonicalJson } from '../../nodes/shared/state';

type Entries = Map<string, Json>;
type Document = Map<string, Entries>;

export const OWN_FIELDS: FieldDeclaration[] = [
	{ name: 'notes', type: {}, rule: 'append', part: 'content' },
	{ name: 'shots', type: {}, rule: 'mergeById', part: 'content' },
	{ name: 'count', type: {}, rule: 'increment', part: 'content' },
	{ name: 'owner', type: {}, rule: 'writeOnce', part: 'content' },
];
const FIELDS = [...BUILT_IN_FIELDS, ...OWN_FIELDS];

export class NaiveRun {
	/** Index is the version; the first is the empty document. */
	readonly versions: Document[] = [new Map()];

	/** The run as it was at a version. */
	at(version: number): NaiveRun {
		const run = new NaiveRun();
		run.versions.splice(0, 1, ...this.versions.slice(0, version + 1));
		return run;
	}

	/** Whether each request was accepted. Together they make one version at most. */
	write(requests: ReadonlyArray<readonly Command[]>): boolean[] {
		let now = this.latest();
		let hasChanged = false;
		const accepted = requests.map((commands) => {
			let draft = now;
			let isChange = false;
			for (const command of commands) {
				const next = copy(draft);
				if (!apply(next, command)) return false;
				isChange ||= !isEqual(next, draft);
				draft = next;
			}
			now = draft;
			hasChanged ||= isChange;
			return true;
		});
		if (hasChanged) this.versions.push(now);
		return accepted;
	}

	/** A new run with the content of a version, of which nothing is locked. */
	fork(from: number): NaiveRun {
		const run = new NaiveRun();
		const draft: Document = new Map();
		for (const { name, part } of FIELDS) {
			if (part === 'record') continue;
			const entries = [...(this.versions[from]?.get(name) ?? [])];
			draft.set(
				name,
				new Map(entries.map(([id, value]) => [id, name === 'artefacts' ? unlocked(value) : value])),
			);
		}
		if (!isEqual(draft, new Map())) run.versions.push(draft);
		return run;
	}

	rollBack(to: number, keep: readonly string[]): void {
		const now = this.latest();
		const draft = copy(now);
		const target = this.versions[to] ?? new Map();
		for (const { name, part } of FIELDS) {
			if (part === 'record') continue;
			const entries: Entries = new Map(target.get(name) ?? []);
			if (name === 'artefacts') {
				for (const [id, value] of entries) {
					if (!isEqualValue(now.get(name)?.get(id), value)) entries.set(id, unlocked(value));
				}
				for (const [id, value] of now.get(name) ?? []) {
					if (Object(value).locked === true || keep.includes(id)) entries.set(id, value);
				}
			}
			draft.set(name, entries);
		}
		if (!isEqual(draft, now)) this.versions.push(draft);
	}

	/** What a reader of the version sees, lists sorted since the order of entries is another test's business. */
	fields(version: number): Record<string, Json> {
		const seen: Record<string, Json> = {};
		for (const { name, rule } of FIELDS) {
			const values = [...(this.versions[version]?.get(name)?.values() ?? [])];
			if (rule === 'append' || rule === 'mergeById') seen[name] = sorted(values);
			else if (values[0] !== undefined) seen[name] = values[0];
		}
		return seen;
	}

	get version(): number {
		return this.versions.length - 1;
	}

	private latest(): Document {
		return this.versions[this.versions.length - 1] ?? new Map();
	}
}

export function sorted(values: readonly Json[]): Json[] {
	return [...values].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

function apply(draft: Document, command: Command): boolean {
	const field = 'artefactId' in command ? 'artefacts' : command.field;
	const entries: Entries = draft.get(field) ?? new Map();
	draft.set(field, entries);
	switch (command.op) {
		case 'set':
			entries.set('', command.value);
			return true;
		case 'append':
			for (const value of command.values) entries.set(`${entries.size}`, value);
			return true;
		case 'increment':
			entries.set('', Number(entries.get('') ?? 0) + command.by);
			return true;
		case 'writeOnce':
			if (entries.has('') && canonicalJson(entries.get('')) !== canonicalJson(command.value)) return false;
			entries.set('', command.value);
			return true;
		case 'mergeById':
			return combine(command.items).every((item) => merge(entries, item));
		case 'lock':
			return entries.has(command.artefactId) && merge(entries, { id: command.artefactId, locked: true });
		case 'unlock': {
			const before: JsonObject = Object(entries.get(command.artefactId));
			entries.set(command.artefactId, { ...before, locked: false });
			return true;
		}
	}
}

/** Several changes of one entry in one command are one change. */
function combine(items: ReadonlyArray<JsonObject & { id: string }>): Array<JsonObject & { id: string }> {
	const combined = new Map<string, JsonObject & { id: string }>();
	for (const item of items) combined.set(item.id, { ...combined.get(item.id), ...item });
	return [...combined.values()];
}

function merge(entries: Entries, item: JsonObject & { id: string }): boolean {
	const before: JsonObject = Object(entries.get(item.id) ?? {});
	const merged = { ...before, ...item };
	if (canonicalJson(before) === canonicalJson(merged)) return true;
	if (before.locked === true) return false;
	entries.set(item.id, merged);
	return true;
}

function unlocked(value: Json): Json {
	const judged = Object(value).status === undefined ? {} : { status: 'new', why: '' };
	return Object(value).locked === true
		? { ...Object(value), locked: false, ...judged }
		: { ...Object(value), ...judged };
}

function isEqualValue(a: Json | undefined, b: Json): boolean {
	return a !== undefined && canonicalJson(a) === canonicalJson(b);
}

function copy(document: Document): Document {
	return new Map([...document].map(([name, entries]) => [name, new Map(entries)]));
}

function isEqual(a: Document, b: Document): boolean {
	const text = (document: Document): string =>
		canonicalJson(
			[...document]
				.filter(([, entries]) => entries.size > 0)
				.map(([name, entries]) => [name, [...entries]])
				.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
		);
	return text(a) === text(b);
}
