/** Files of a run's work: a row for each, and its bytes in the database or in the backend's folder. */
import { createHash } from 'node:crypto';
import { z } from 'zod/v4';
import { PipelineError } from '../errors';
import { badVersion } from './audit';
import type { Database, Row, Transaction } from './backends/database';
import { MediaFolder } from './backends/mediaFolder';
import { ARTEFACTS } from './builtInFields';
import { mediaSchema, type Media } from './fields';
import * as runs from './runs';
import type { MediaFile, Run, Verification } from './stateStore';

/** The largest file that is kept. */
export const MAX_MEDIA_BYTES = 32 * 1024 * 1024;

/** Bytes by their hash. */
export type MediaBytes = ReadonlyMap<string, Uint8Array>;

/** SHA-256 of a file's bytes, in hex: its name in the store. */
export function mediaHashOf(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** The media of the runs of one store. */
export class RunMedia {
	private readonly folder: MediaFolder | undefined;

	constructor(private readonly database: Database) {
		this.folder = database.mediaFolder === undefined ? undefined : new MediaFolder(database.mediaFolder);
	}

	async keep(runId: string, file: MediaFile, at: string): Promise<Media> {
		if (file.bytes.length > MAX_MEDIA_BYTES) throw tooLarge(file);
		const hash = mediaHashOf(file.bytes);
		const known = await this.find(runId, hash);
		if (known !== undefined && (await this.intactBytes(runId, hash)) !== undefined) return known;
		const bytes = new Map([[hash, file.bytes]]);
		await this.stage(runId, bytes);
		return this.database.write(runId, async (tx) => {
			await runs.get(tx, runId);
			await this.save(tx, runId, bytes);
			await tx.run(
				'INSERT INTO media (run_id, hash, mime_type, bytes, file_name) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
				runId,
				hash,
				file.mimeType,
				file.bytes.length,
				file.fileName ?? null,
			);
			await runs.touch(tx, runId, at);
			const kept = await findRow(tx, runId, hash);
			if (kept === undefined) throw new PipelineError('internal', 'A kept file has no row.');
			return kept;
		});
	}

	async read(runId: string, hash: string): Promise<MediaFile> {
		const media = await this.find(runId, hash);
		if (media === undefined) {
			throw new PipelineError('input_refused', `This run has no media '${hash}'.`, {
				hint: "Use a hash that an artefact of this run names under 'media'.",
			});
		}
		const bytes = await this.intactBytes(runId, hash);
		if (bytes === undefined) throw damaged(media);
		const { mimeType, fileName } = media;
		return { bytes, mimeType, ...(fileName === undefined ? {} : { fileName }) };
	}

	async list(tx: Transaction, runId: string): Promise<Media[]> {
		return (await tx.all('SELECT * FROM media WHERE run_id = ? ORDER BY hash', runId)).map(toMedia);
	}

	/** Nothing, or the first version that names a file which is missing or has changed. */
	async verify(run: Run): Promise<Verification | undefined> {
		const { runId } = run;
		const [named, kept] = await this.database.read(async (tx) => [
			await firstNamed(tx, runId),
			await this.list(tx, runId),
		]);
		const hashes = new Set(kept.map(({ hash }) => hash));
		for (const media of kept) {
			if (!named.has(media.hash)) named.set(media.hash, { media, version: Math.max(run.version, 1) });
		}
		for (const [hash, { media, version }] of [...named].sort(([, a], [, b]) => a.version - b.version)) {
			if (hashes.has(hash) && (await this.intactBytes(runId, hash)) !== undefined) continue;
			return badVersion(version, `has the file '${nameOf(media)}', which is missing or was changed`);
		}
		return undefined;
	}

	/** What is intact of these files: what is lost in this store cannot be brought to another one. */
	async readAll(runId: string, media: readonly Media[]): Promise<MediaBytes> {
		const all = new Map<string, Uint8Array>();
		for (const { hash } of media) {
			const bytes = await this.intactBytes(runId, hash);
			if (bytes !== undefined) all.set(hash, bytes);
		}
		return all;
	}

	/** Before the transaction that names them: bytes without a row are harmless, a row without bytes is not. */
	async stage(runId: string, files: MediaBytes): Promise<void> {
		if (this.folder === undefined) return;
		for (const [hash, bytes] of files) await this.folder.write(runId, hash, bytes);
	}

	/** In the transaction that names them. */
	async save(tx: Transaction, runId: string, files: MediaBytes): Promise<void> {
		if (this.folder !== undefined) return;
		for (const [hash, bytes] of files) {
			await tx.run(
				`INSERT INTO media_bytes (run_id, hash, body) VALUES (?, ?, ?)
ON CONFLICT (run_id, hash) DO UPDATE SET body = excluded.body`,
				runId,
				hash,
				bytes,
			);
		}
	}

	/** Everything of one run for another one that begins as its copy. */
	async copy(tx: Transaction, from: string, to: string): Promise<void> {
		await tx.run(
			`INSERT INTO media (run_id, hash, mime_type, bytes, file_name)
SELECT ?, hash, mime_type, bytes, file_name FROM media WHERE run_id = ?`,
			to,
			from,
		);
		await tx.run(
			'INSERT INTO media_bytes (run_id, hash, body) SELECT ?, hash, body FROM media_bytes WHERE run_id = ?',
			to,
			from,
		);
		if (this.folder === undefined) return;
		for (const { hash } of await this.list(tx, from)) {
			const bytes = await this.folder.read(from, hash);
			if (bytes !== undefined) await this.folder.write(to, hash, bytes);
		}
	}

	/**
	 * After the transactions that deleted the runs. Folders of no run that nobody has touched since `before` go too: a kill may have
	 * left them. What cannot be removed does not hold up the rest.
	 */
	async removeFiles(deleted: readonly string[], before: string): Promise<void> {
		const { folder } = this;
		if (folder === undefined) return;
		// While nobody writes, so that no run begins meanwhile whose files are there already.
		await this.database.write('media', async (tx) => {
			const rows = await tx.all('SELECT run_id FROM runs');
			const known = new Set(rows.map((row) => String(row.run_id)));
			const left = (await folder.untouchedSince(before)).filter((runId) => !known.has(runId));
			await folder.removeAll(new Set([...deleted.filter((runId) => !known.has(runId)), ...left]));
		});
	}

	private find(runId: string, hash: string): Promise<Media | undefined> {
		return this.database.read(async (tx) => {
			await runs.get(tx, runId);
			return findRow(tx, runId, hash);
		});
	}

	private async intactBytes(runId: string, hash: string): Promise<Uint8Array | undefined> {
		const bytes = await (this.folder?.read(runId, hash) ??
			this.database.read((tx) => bytesInTable(tx, runId, hash)));
		return bytes !== undefined && mediaHashOf(bytes) === hash ? bytes : undefined;
	}
}

async function findRow(tx: Transaction, runId: string, hash: string): Promise<Media | undefined> {
	return (await tx.all('SELECT * FROM media WHERE run_id = ? AND hash = ?', runId, hash)).map(toMedia)[0];
}

async function bytesInTable(tx: Transaction, runId: string, hash: string): Promise<Uint8Array | undefined> {
	const row = (await tx.all('SELECT body FROM media_bytes WHERE run_id = ? AND hash = ?', runId, hash))[0];
	return row !== undefined && typeof row.body === 'object' && row.body !== null ? row.body : undefined;
}

/** Each file that the run's artefacts ever named, with the first version that did. */
async function firstNamed(
	tx: Transaction,
	runId: string,
): Promise<Map<string, { media: Media; version: number }>> {
	const rows = await tx.all(
		`SELECT version, body FROM changes JOIN bodies ON bodies.run_id = changes.run_id AND bodies.hash = changes.hash
WHERE changes.run_id = ? AND field = ? AND body LIKE '%"media"%' ORDER BY version DESC`,
		runId,
		ARTEFACTS,
	);
	const named = new Map<string, { media: Media; version: number }>();
	for (const row of rows) {
		const artefact = z.object({ media: z.array(mediaSchema) }).safeParse(JSON.parse(String(row.body)));
		for (const media of artefact.data?.media ?? []) {
			named.set(media.hash, { media, version: Number(row.version) });
		}
	}
	return named;
}

function toMedia(row: Row): Media {
	return {
		hash: String(row.hash),
		mimeType: String(row.mime_type),
		bytes: Number(row.bytes),
		...(row.file_name === null ? {} : { fileName: String(row.file_name) }),
	};
}

function nameOf({ fileName, hash }: { fileName?: string | undefined; hash: string }): string {
	return fileName ?? hash.slice(0, 12);
}

function tooLarge({ fileName, bytes }: MediaFile): PipelineError {
	const size = `${Math.ceil(bytes.length / 1024 / 1024)} MB`;
	return new PipelineError(
		'value_too_large',
		`'${fileName ?? 'A file'}' has ${size}; a file in the state store may have ${MAX_MEDIA_BYTES / 1024 / 1024} MB.`,
		{ hint: 'Make it smaller, or keep it elsewhere and put a link to it on the item.' },
	);
}

function damaged(media: Media): PipelineError {
	return new PipelineError('store_unavailable', `The file '${nameOf(media)}' is missing or was changed.`, {
		retryable: false,
		hint: 'Bring it back from a backup of the state store, or make the work again.',
		details: { hash: media.hash },
	});
}
