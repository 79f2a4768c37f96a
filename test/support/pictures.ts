/** Pictures for tests. */
import { crc32, deflateSync } from 'node:zlib';

/** A PNG of one colour, whole and valid. Another number is another picture. */
export function png(number = 0, width = 16, height = 9): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2], 8);
	const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, number)]);
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk('IHDR', header),
		chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function chunk(type: string, data: Buffer): Buffer {
	const numbers = Buffer.alloc(8);
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	numbers.writeUInt32BE(data.length, 0);
	numbers.writeUInt32BE(crc32(body), 4);
	return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

/** The marks of a JPEG in their order, without a picture that anybody could see. */
export function jpeg(width = 16, height = 9): Buffer {
	const frame = Buffer.from([
		0xff,
		0xc0,
		0,
		11,
		8,
		height >> 8,
		height & 255,
		width >> 8,
		width & 255,
		1,
		1,
		0x11,
		0,
	]);
	const table = Buffer.from([0xff, 0xdb, 0, 4, 0, 0]);
	const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
	return Buffer.concat([
		Buffer.from([0xff, 0xd8]),
		table,
		frame,
		scan,
		Buffer.alloc(40, 0x5a),
		Buffer.from([0xff, 0xd9]),
	]);
}

/** The head of a WebP file of one of its three kinds. */
export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width = 16, height = 9): Buffer {
	const body = Buffer.alloc(40);
	body.write('WEBP', 0, 'latin1');
	body.write(kind, 4, 'latin1');
	if (kind === 'VP8 ') {
		body.writeUInt16LE(width, 18);
		body.writeUInt16LE(height, 20);
	} else if (kind === 'VP8L') body.writeUInt32LE((width - 1) | ((height - 1) << 14), 13);
	else {
		body.writeUIntLE(width - 1, 16, 3);
		body.writeUIntLE(height - 1, 19, 3);
	}
	const head = Buffer.alloc(8);
	head.write('RIFF', 0, 'latin1');
	head.writeUInt32LE(body.length, 4);
	return Buffer.concat([head, body]);
}
