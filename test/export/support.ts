import { crc32 } from 'node:zlib';
import type { StateDocument } from '../../nodes/shared/state';

/** A run with these fields, and how it is called. */
export function documentOf(fields: StateDocument['fields']): StateDocument {
	return { runId: 'run-1', version: 1, fields };
}

export const RUN = { runId: 'run-1', title: 'Spring Shoe: launch', asOf: '2026-11-22T12:04:05.000Z' };

/** Reads a ZIP by its directory at the end, as unpacking programs do, and checks what it says of each file. */
export function readZip(zip: Uint8Array): Map<string, Buffer> {
	const bytes = Buffer.from(zip);
	const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
	const files = new Map<string, Buffer>();
	let at = bytes.readUInt32LE(end + 16);
	for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
		expect(bytes.toString('latin1', at, at + 4)).toBe('PK\x01\x02');
		expect(bytes.readUInt16LE(at + 10)).toBe(0);
		const [crc, size, whole] = [16, 20, 24].map((field) => bytes.readUInt32LE(at + field));
		const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
		const header = bytes.readUInt32LE(at + 42);
		const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
		const data = bytes.subarray(start, start + Number(size));
		expect([whole, crc32(data)]).toEqual([size, crc]);
		files.set(bytes.toString('utf8', at + 46, at + 46 + Number(name)), data);
		at += 46 + Number(name) + Number(extra) + Number(comment);
	}
	return files;
}
