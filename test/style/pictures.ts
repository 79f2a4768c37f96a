/** The beginnings of picture files, made by hand: no picture is needed where only its size counts. */

export function png(width: number, height: number): Buffer {
	const bytes = Buffer.alloc(57);
	Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	bytes.writeUInt8(8, 24);
	bytes.writeUInt8(2, 25);
	return bytes;
}

export function gif(width: number, height: number): Buffer {
	const bytes = Buffer.alloc(20);
	bytes.write('GIF89a', 'latin1');
	bytes.writeUInt16LE(width, 6);
	bytes.writeUInt16LE(height, 8);
	return bytes;
}

/** Without loss (VP8L). */
export function webp(width: number, height: number): Buffer {
	const bytes = Buffer.alloc(40);
	bytes.write('RIFF', 0, 'latin1');
	bytes.writeUInt32LE(32, 4);
	bytes.write('WEBPVP8L', 8, 'latin1');
	bytes.writeUInt32LE(20, 16);
	bytes.writeUInt8(0x2f, 20);
	bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
	return bytes;
}

/** `orientation` as a camera writes it; from 5 on it was held sideways. */
export function jpeg(width: number, height: number, orientation?: number): Buffer {
	const frame = Buffer.from('ffc0001108000000000301220002110103110100', 'hex');
	frame.writeUInt16BE(height, 5);
	frame.writeUInt16BE(width, 7);
	const parts = [Buffer.from('ffd8', 'hex'), Buffer.from('ffe000104a46494600010100000100010000', 'hex')];
	if (orientation !== undefined) {
		const exif = Buffer.from(
			'457869660000' + '4d4d002a00000008' + '0001' + '011200030000000100000000' + '00000000',
			'hex',
		);
		exif.writeUInt16BE(orientation, 6 + 8 + 2 + 8);
		const head = Buffer.from('ffe10000', 'hex');
		head.writeUInt16BE(exif.length + 2, 2);
		parts.push(head, exif);
	}
	return Buffer.concat([...parts, frame, Buffer.alloc(16)]);
}
