/** The fields that a run knows. Called inside the store's transactions. */
import { z } from 'zod/v4';
import { PipelineError } from '../errors';
import type { Row, Transaction } from './backends/database';
import { asStored } from './json';
import { checkName } from './names';
import type { FieldDeclaration } from './stateStore';

export async function findDeclaration(
	tx: Transaction,
	runId: string,
	field: string,
): Promise<FieldDeclaration | undefined> {
	const rows = await tx.all('SELECT declaration FROM fields WHERE run_id = ? AND name = ?', runId, field);
	return rows[0] === undefined ? undefined : toDeclaration(rows[0]);
}

/** In the order in which they were declared. */
export async function listDeclarations(tx: Transaction, runId: string): Promise<FieldDeclaration[]> {
	const rows = await tx.all('SELECT declaration FROM fields WHERE run_id = ? ORDER BY position', runId);
	return rows.map(toDeclaration);
}

/** Those of `fields` that are not known yet. A known name with another rule or part is refused. */
export function newDeclarations(
	known: readonly FieldDeclaration[],
	fields: readonly FieldDeclaration[],
): FieldDeclaration[] {
	const byName = new Map(known.map((field) => [field.name, field]));
	return fields.filter((field) => {
		const declared = byName.get(field.name);
		if (declared !== undefined && (declared.rule !== field.rule || declared.part !== field.part)) {
			throw new PipelineError('rule_mismatch', `'${field.name}' is already declared as '${declared.rule}'.`, {
				details: { field: field.name, expected: declared.rule, came: field.rule },
			});
		}
		// A name that the database changes would hide what is written under it.
		if (field.name === '' || asStored(field.name) !== field.name) {
			throw new PipelineError('input_refused', 'A field needs a name of ordinary characters.');
		}
		if (isReserved(field.name)) {
			throw new PipelineError('input_refused', `A field cannot be called '${field.name}'.`, {
				hint: 'JavaScript uses this word itself. Choose another name.',
			});
		}
		checkName('The name of a field,', field.name);
		byName.set(field.name, declared ?? field);
		return declared === undefined;
	});
}

/** Whether every object has a member of this name, so that a document could not show what the field has. */
export function isReserved(name: string): boolean {
	return name in {} || name === 'prototype';
}

export async function saveDeclaration(
	tx: Transaction,
	runId: string,
	field: FieldDeclaration,
	position: number,
): Promise<void> {
	await tx.run(
		'INSERT INTO fields (run_id, name, position, declaration) VALUES (?, ?, ?, ?)',
		runId,
		field.name,
		position,
		JSON.stringify(field),
	);
}

const fieldTypeSchema: z.ZodType = z.strictObject({
	type: z.enum(['string', 'number', 'integer', 'boolean', 'object', 'array']).optional(),
	get items() {
		return fieldTypeSchema.optional();
	},
	get properties() {
		return z.record(z.string(), fieldTypeSchema).optional();
	},
	required: z.array(z.string()).optional(),
	enum: z.array(z.union([z.string(), z.number()])).optional(),
	minimum: z.number().optional(),
	maximum: z.number().optional(),
	maxLength: z.number().optional(),
});

const declarationSchema = z.strictObject({
	name: z.string(),
	type: fieldTypeSchema,
	rule: z.enum(['set', 'append', 'mergeById', 'increment', 'writeOnce']),
	part: z.enum(['content', 'record']),
});

/** What a row declares; nothing where it cannot be a declaration. */
export function readDeclaration(row: Row): Omit<FieldDeclaration, 'type'> | undefined {
	try {
		return declarationSchema.safeParse(JSON.parse(String(row.declaration))).data;
	} catch {
		return undefined;
	}
}

/** Runs declare the same fields again and again: each text is read once, and so each type is compiled once. */
const parsed = new Map<string, FieldDeclaration>();
const PARSED_AT_MOST = 1000;

function toDeclaration(row: Row): FieldDeclaration {
	const text = String(row.declaration);
	const known = parsed.get(text);
	if (known !== undefined) return known;
	const field: FieldDeclaration = JSON.parse(text);
	if (parsed.size >= PARSED_AT_MOST) parsed.clear();
	parsed.set(text, field);
	return field;
}
