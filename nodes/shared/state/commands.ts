import { PipelineError } from '../errors';
import { ARTEFACTS, ENTRY } from './builtInFields';
import { contentHashOf } from './contentHash';
import { checkFieldType } from './fieldTypes';
import { canonicalJson, hashOf, isObject, type Json, type JsonObject } from './json';
import { checkName } from './names';
import type { Command, FieldDeclaration, FieldType, MergeRule } from './stateStore';

const NUMBER: FieldType = { type: 'number' };
const NOT_LESS: FieldType = { type: 'number', minimum: 0 };

/** One entry of a field as it is now. Fields with one value have one entry, named ''. */
export interface LiveEntry {
	field: string;
	entry: string;
	position: number;
	hash: string;
	value: Json;
	/** The version that wrote it. */
	version: number;
}

/** What a command may look at: entries by name, never a whole field. */
export interface FieldReader {
	entry(field: string, entry: string): Promise<LiveEntry | undefined>;
	nextPosition(field: string): Promise<number>;
}

export interface EntryChange {
	field: string;
	entry: string;
	position: number;
	value: Json;
}

const ONLY_VALUE = '';
/** What only the steps that keep the records say about a piece of work. */
const KEPT_MEMBERS = [
	'status',
	'locked',
	'stale',
	'contentHash',
	'round',
	'slot',
	'replaces',
	'media',
] as const;

type FieldCommand = Exclude<Command, { artefactId: string }>;

const RULE_OF: Readonly<Record<FieldCommand['op'], MergeRule>> = {
	set: 'set',
	append: 'append',
	mergeById: 'mergeById',
	increment: 'increment',
	writeOnce: 'writeOnce',
};

/** The field that a command writes to. */
export function fieldOf(command: Command): string {
	return 'artefactId' in command ? ARTEFACTS : command.field;
}

/** The entries of its field that a command is about; those that it adds have no name yet. */
export function namedEntries(command: Command): string[] {
	switch (command.op) {
		case 'mergeById':
			// What has no id is refused when it is applied.
			return command.items.flatMap((item) => (typeof item?.id === 'string' ? [item.id] : []));
		case 'lock':
		case 'unlock':
			return [command.artefactId];
		case 'append':
			return [];
		default:
			return [ONLY_VALUE];
	}
}

/**
 * What a command changes. Entries that stay as they are do not count as changed. Fails with `rule_mismatch`,
 * `type_mismatch`, `record_protected`, `locked`, or `conflict` when a value that is written once has another value.
 */
export async function applyCommand(
	command: Command,
	declaration: FieldDeclaration,
	reader: FieldReader,
	asRecordKeeper: boolean,
): Promise<EntryChange[]> {
	if ('artefactId' in command) {
		if (!asRecordKeeper) throw protectedRecord('locked');
		const found = await reader.entry(ARTEFACTS, command.artefactId);
		if (!isJsonObject(found?.value)) throw unknownArtefact(command.artefactId);
		const locked = command.op === 'lock';
		if (found.value.locked === locked) return [];
		const { entry, position } = found;
		return [{ field: ARTEFACTS, entry, position, value: { ...found.value, locked } }];
	}
	checkRule(command, declaration);
	if (declaration.part === 'record' && !asRecordKeeper) throw protectedRecord(declaration.name);
	switch (command.op) {
		case 'set':
			checkFieldType(declaration.name, declaration.type, command.value);
			return replaceValue(declaration, command.value, reader);
		case 'writeOnce':
			checkFieldType(declaration.name, declaration.type, command.value);
			return writeOnce(declaration, command.value, reader);
		case 'increment':
			// Attempts that went down would let a loop run for ever.
			checkFieldType(declaration.name, declaration.part === 'record' ? NOT_LESS : NUMBER, command.by);
			return increment(declaration, command.by, reader);
		case 'append':
			for (const [index, value] of command.values.entries()) {
				checkFieldType(`${declaration.name}.${index}`, declaration.type, value);
			}
			return append(declaration, command.values, reader);
		case 'mergeById':
			for (const [index, item] of command.items.entries()) {
				if (typeof Object(item).id !== 'string') checkFieldType(`${declaration.name}.${index}`, ENTRY, item);
				if (declaration.name === ARTEFACTS && !asRecordKeeper) refuseJudgement(item);
			}
			return mergeEntries(declaration, command.items, reader, asRecordKeeper);
	}
}

/**
 * Whether somebody else's newer write stands in the way of `command`: whole values conflict on their field, merged
 * entries on their id, appends and increments never.
 */
export async function findConflict(
	command: Command,
	expectedVersion: number,
	reader: FieldReader,
): Promise<LiveEntry | undefined> {
	if (command.op === 'increment' || 'artefactId' in command) return undefined;
	for (const entry of namedEntries(command)) {
		const found = await reader.entry(fieldOf(command), entry);
		if (found !== undefined && found.version > expectedVersion) return found;
	}
	return undefined;
}

/** A field's value from its entries, in the form that people and steps read. */
export function assembleField(rule: MergeRule, entries: ReadonlyArray<{ value: Json }>): Json | undefined {
	if (rule === 'append' || rule === 'mergeById') return entries.map((entry) => entry.value);
	return entries[0]?.value;
}

function checkRule(command: FieldCommand, declaration: FieldDeclaration): void {
	if (RULE_OF[command.op] === declaration.rule) return;
	throw new PipelineError(
		'rule_mismatch',
		`'${declaration.name}' is written by '${declaration.rule}', not by '${command.op}'.`,
		{ details: { field: declaration.name, expected: declaration.rule, came: command.op } },
	);
}

async function replaceValue(
	field: FieldDeclaration,
	value: Json,
	reader: FieldReader,
): Promise<EntryChange[]> {
	const now = await reader.entry(field.name, ONLY_VALUE);
	if (now?.hash === hashOf(value)) return [];
	return [{ field: field.name, entry: ONLY_VALUE, position: 0, value }];
}

async function writeOnce(field: FieldDeclaration, value: Json, reader: FieldReader): Promise<EntryChange[]> {
	const now = await reader.entry(field.name, ONLY_VALUE);
	if (now === undefined) return [{ field: field.name, entry: ONLY_VALUE, position: 0, value }];
	if (now.hash === hashOf(value)) return [];
	throw new PipelineError('conflict', `'${field.name}' is written once and already has another value.`, {
		retryable: false,
		hint: 'Read the value that is there, or use another field.',
		details: { field: field.name, now: now.value },
	});
}

async function increment(field: FieldDeclaration, by: number, reader: FieldReader): Promise<EntryChange[]> {
	const now = await reader.entry(field.name, ONLY_VALUE);
	if (by === 0 && now !== undefined) return [];
	const value = (typeof now?.value === 'number' ? now.value : 0) + by;
	// Two large numbers may come to more than a number can be.
	checkFieldType(field.name, NUMBER, value);
	checkFieldType(field.name, field.type, value);
	return [{ field: field.name, entry: ONLY_VALUE, position: 0, value }];
}

async function append(
	field: FieldDeclaration,
	values: readonly Json[],
	reader: FieldReader,
): Promise<EntryChange[]> {
	const first = await reader.nextPosition(field.name);
	return values.map((value, index) => {
		const position = first + index;
		return { field: field.name, entry: String(position), position, value };
	});
}

async function mergeEntries(
	field: FieldDeclaration,
	items: ReadonlyArray<JsonObject & { id: string }>,
	reader: FieldReader,
	asRecordKeeper: boolean,
): Promise<EntryChange[]> {
	const combined = new Map<string, JsonObject>();
	for (const item of items) {
		checkName(`The ID of an entry of '${field.name}',`, item.id);
		combined.set(item.id, { ...combined.get(item.id), ...item });
	}
	const changes: EntryChange[] = [];
	let position = await reader.nextPosition(field.name);
	for (const [id, item] of combined) {
		const stored = await reader.entry(field.name, id);
		const before = stored?.value;
		const merged: JsonObject = { ...(isJsonObject(before) ? before : {}), ...item };
		checkFieldType(`${field.name}.${id}`, field.type, merged);
		// A hash that does not fit the content would let changed work keep the verdict on what it was.
		if (field.name === ARTEFACTS && merged.content !== undefined)
			merged.contentHash = contentHashOf(merged.content, merged.media);
		if (before !== undefined && canonicalJson(before) === canonicalJson(merged)) continue;
		if (field.name === ARTEFACTS && !asRecordKeeper && isChangedWork(before, merged)) {
			// Nobody has judged this content.
			Object.assign(merged, { status: 'new', why: '' });
		}
		if (field.name === ARTEFACTS && isJsonObject(before) && before.locked === true) {
			// What it was made from may change all the same.
			const isMoreThanStale = canonicalJson({ ...before, stale: merged.stale }) !== canonicalJson(merged);
			if (isMoreThanStale) throw lockedArtefact(before);
		}
		changes.push({ field: field.name, entry: id, position: stored?.position ?? position++, value: merged });
	}
	return changes;
}

function isChangedWork(before: Json | undefined, after: JsonObject): boolean {
	return isJsonObject(before) && before.status !== undefined && before.contentHash !== after.contentHash;
}

function isJsonObject(value: Json | undefined): value is JsonObject {
	return isObject(value);
}

function refuseJudgement(item: JsonObject): void {
	const member = KEPT_MEMBERS.find((name) => item[name] !== undefined);
	if (member !== undefined) throw protectedRecord(`${ARTEFACTS}.${member}`);
}

function protectedRecord(name: string): PipelineError {
	return new PipelineError(
		'record_protected',
		`'${name}' is kept by Greenlight's own steps and cannot be set here.`,
		{ details: { field: name } },
	);
}

function lockedArtefact(artefact: JsonObject): PipelineError {
	const title =
		typeof artefact.title === 'string' && artefact.title !== '' ? artefact.title : String(artefact.id);
	return new PipelineError('locked', `'${title}' is approved and locked.`, {
		details: { artefactId: artefact.id },
	});
}

function unknownArtefact(artefactId: string): PipelineError {
	return new PipelineError('input_refused', `This run has no artefact '${artefactId}'.`);
}
