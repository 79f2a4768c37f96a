import { mkdir, mkdtemp, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PipelineError } from '../../errors';
import { isObject } from '../json';

/** Files of media beside a state file: `<root>/<run id>/<hash>`, readable for n8n's user only. */
export class MediaFolder {
	constructor(private readonly root: string) {}

	/** A file has its name only when it is whole and safe, so a kill leaves nothing but a draft that nobody reads. */
	write(runId: string, hash: string, bytes: Uint8Array): Promise<void> {
		const folder = join(this.root, runId);
		return this.inSentences('could not be kept', async () => {
			const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
			const drafts = await mkdtemp(join(folder, 'draft-'));
			try {
				const draft = join(drafts, hash);
				const file = await open(draft, 'wx', 0o600);
				try {
					await file.writeFile(bytes);
					await file.sync();
				} finally {
					await file.close();
				}
				await rename(draft, join(folder, hash));
			} finally {
				await rm(drafts, { recursive: true });
			}
			const touched = isNew ? [folder, this.root, dirname(this.root)] : [folder];
			for (const each of touched) await syncFolder(each);
		});
	}

	/** Nothing when there is no such file. */
	read(runId: string, hash: string): Promise<Uint8Array | undefined> {
		return this.inSentences('could not be read', () =>
			readFile(join(this.root, runId, hash)).catch((error: unknown) => {
				if (isObject(error) && error.code === 'ENOENT') return undefined;
				throw error;
			}),
		);
	}

	/** The ids that have a folder in which nothing was written since then. */
	untouchedSince(before: string): Promise<string[]> {
		return this.inSentences('could not be listed', async () => {
			const names = await readdir(this.root).catch((error: unknown) => {
				if (isObject(error) && error.code === 'ENOENT') return [];
				throw error;
			});
			const untouched: string[] = [];
			for (const name of names) {
				const found = await stat(join(this.root, name));
				if (found.isDirectory() && found.mtime.toISOString() < before) untouched.push(name);
			}
			return untouched;
		});
	}

	/** All that can be removed; fails afterwards as the first one that could not. */
	removeAll(runIds: Iterable<string>): Promise<void> {
		return this.inSentences('could not be removed, although their run was deleted', async () => {
			const failures: unknown[] = [];
			for (const runId of runIds) {
				const path = join(this.root, runId);
				await rm(path, { recursive: true, force: true }).catch((error: unknown) => failures.push(error));
			}
			if (failures.length > 0) throw failures[0];
		});
	}

	private async inSentences<T>(what: string, work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			if (!isObject(error) || !('syscall' in error)) throw error;
			const sentence =
				error.code === 'ENOSPC' ? 'The disk is full, so a file was not kept.' : `Files of a run ${what}.`;
			throw new PipelineError('store_unavailable', sentence, {
				cause: error,
				hint: `Check that ${this.root} exists, has free space and may be written to by n8n.`,
			});
		}
	}
}

/** Makes a new name survive a power cut. Windows cannot open a folder, and needs no such thing. */
async function syncFolder(path: string): Promise<void> {
	if (process.platform === 'win32') return;
	const folder = await open(path, 'r');
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}
