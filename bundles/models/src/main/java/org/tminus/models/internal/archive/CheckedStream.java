/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/** Content that must have exactly the size and the checksum that the archive states. */
final class CheckedStream extends FilterInputStream {
    private final String name;
    private final long size;
    private final long crc;
    private final CRC32 actual = new CRC32();
    private long seen;

    CheckedStream(InputStream content, String name, long size, long crc) {
        super(content);
        this.name = name;
        this.size = size;
        this.crc = crc;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count;
        try {
            count = super.read(target, offset, length);
        } catch (ZipException | EOFException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
        if (count < 0) {
            if (seen != size) {
                throw damaged("it has " + seen + " bytes instead of " + size);
            }
            if (actual.getValue() != crc) {
                throw damaged("its checksum is wrong");
            }
            return -1;
        }
        seen += count;
        if (seen > size) {
            throw damaged("it has more than the " + size + " bytes that are stated");
        }
        actual.update(target, offset, count);
        return count;
    }

    private ArchiveException damaged(String how) {
        return new ArchiveException("the entry '" + name + "' is damaged: " + how);
    }

    @Override
    public long skip(long count) throws IOException {
        // Skipped bytes would not be checked.
        byte[] buffer = new byte[(int) Math.min(Math.max(count, 1), 1 << 13)];
        return count <= 0 ? 0 : Math.max(0, read(buffer, 0, buffer.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
