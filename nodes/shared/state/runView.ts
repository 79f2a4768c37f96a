import type { Transaction } from './backends/database';
import { fieldOf, namedEntries, type FieldReader, type LiveEntry } from './commands';
import { findDeclaration } from './declarations';
import { findEntry, keyOf, nextPosition } from './entries';
import { findCommand, type RecordedCommand } from './records';
import type { FieldDeclaration, WriteRequest } from './stateStore';

/** Answers by name. Each is asked for once, and can be replaced by what is true from now on. */
class Known<T> {
	private readonly answers = new Map<string, Promise<T>>();

	get(name: string, find: () => Promise<T>): Promise<T> {
		const known = this.answers.get(name);
		if (known !== undefined) return known;
		const answer = find();
		this.answers.set(name, answer);
		return answer;
	}

	/** Gives back how to undo it. */
	set(name: string, value: T): () => void {
		const before = this.answers.get(name);
		this.answers.set(name, Promise.resolve(value));
		return () => {
			if (before === undefined) this.answers.delete(name);
			else this.answers.set(name, before);
		};
	}
}

/** A run as one transaction sees it: as the database has it, with what the transaction is about to write on top. */
export class RunView implements FieldReader {
	private readonly entries = new Known<LiveEntry | undefined>();
	private readonly positions = new Known<number>();
	private readonly declarations = new Known<FieldDeclaration | undefined>();
	private readonly commands = new Known<RecordedCommand | undefined>();

	constructor(
		private readonly tx: Transaction,
		private readonly runId: string,
	) {}

	/** Asks at once for all that the requests will look at, so that a server far away is waited for once. */
	async warm(requests: readonly WriteRequest[]): Promise<void> {
		const commands = requests.flatMap((request) => request.commands);
		await Promise.all([
			...requests.map(({ commandId }) => commandId !== undefined && this.command(commandId)),
			...commands.flatMap((command) => [
				this.declaration(fieldOf(command)),
				...(command.op === 'append' || command.op === 'mergeById' ? [this.nextPosition(command.field)] : []),
				...namedEntries(command).map((entry) => this.entry(fieldOf(command), entry)),
			]),
		]);
	}

	entry(field: string, entry: string): Promise<LiveEntry | undefined> {
		return this.entries.get(keyOf({ field, entry }), () => findEntry(this.tx, this.runId, field, entry));
	}

	nextPosition(field: string): Promise<number> {
		return this.positions.get(field, () => nextPosition(this.tx, this.runId, field));
	}

	declaration(field: string): Promise<FieldDeclaration | undefined> {
		return this.declarations.get(field, () => findDeclaration(this.tx, this.runId, field));
	}

	command(commandId: string): Promise<RecordedCommand | undefined> {
		return this.commands.get(commandId, () => findCommand(this.tx, this.runId, commandId));
	}

	/** These give back how to undo them. */
	setEntry(entry: LiveEntry): () => void {
		return this.entries.set(keyOf(entry), entry);
	}

	setNextPosition(field: string, position: number): () => void {
		return this.positions.set(field, position);
	}

	setDeclaration(declaration: FieldDeclaration): () => void {
		return this.declarations.set(declaration.name, declaration);
	}

	setCommand(commandId: string, recorded: RecordedCommand): () => void {
		return this.commands.set(commandId, recorded);
	}
}
